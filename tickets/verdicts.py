"""What residents said of a result: rows that are only ever added, each with how it was said.

The database itself refuses to change or delete one (a trigger on SQLite and on PostgreSQL, see the migration).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, bindparam, cast, literal, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.looks import Look
from store.recordings import Recording
from store.seal import Sealed
from tickets.commands import Verdict
from tickets.models import Ticket
from tickets.visits import Visit, VisitState

CONTACTS = ("unmask", "contact")  #: looks after which somebody may have rung the resident
CHECKED = "checked"  #: the look of a supervisor who has dealt with a flag
BETTER = (Verdict.NOT_SOLVED, Verdict.HALF_SOLVED, Verdict.SOLVED)  #: from left to right


class Question(StrEnum):
    RESULT = "result"  #: is it solved?
    SATISFACTION = "satisfaction"
    STILL = "still"  #: asked again weeks later: is it still solved?


class Given(StrEnum):
    """How it was said."""

    KEY = "key"  #: "key 1"
    WORD = "word"  #: the id of the recording
    TYPED = "typed"  #: "typed": at the keyboard instead of a telephone
    VISIT = "visit"  #: "visit 12": somebody was there, and a second person saw it


class NoEvidence(ValueError):
    """Nobody can say how this verdict was given; it does not count."""


class VerdictRow(Base):
    """One answer of a resident. Never changed, never deleted."""

    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    question: Mapped[Question]
    answer: Mapped[str] = mapped_column(String(32))  #: a verdict, a satisfaction
    given: Mapped[Given]
    evidence: Mapped[str] = mapped_column(String(64))
    why: Mapped[str | None] = mapped_column(String(32))  #: recording of what is missing
    why_words: Mapped[str] = mapped_column(Sealed("verdicts.why_words"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))  #: "resident", or whoever wrote the visit down
    contacted: Mapped[bool]  #: it improved after somebody could have rung them about it


_OF_TICKET = (
    select(VerdictRow).where(VerdictRow.ticket_id == bindparam("ticket")).order_by(VerdictRow.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer, and how it was given."""

    question: Question
    answer: str
    evidence: str
    why: str | None = None
    why_words: str = ""


def given(session: Session, evidence: str) -> Given:
    """Which kind of evidence that is; raises ``NoEvidence`` where there is none behind it."""
    kind, _, which = evidence.partition(" ")
    if kind == Given.KEY and which:
        return Given.KEY
    if evidence == Given.TYPED:
        return Given.TYPED
    if kind == Given.VISIT and which.isdecimal() and _witnessed(session, int(which)):
        return Given.VISIT
    if session.get(Recording, evidence.partition(":")[0]) is not None:
        return Given.WORD
    raise NoEvidence(f"{evidence!r} is no key, no recording, and no visit that somebody witnessed")


def keep(session: Session, ticket: Ticket, said: Said, *, at: datetime, by: str) -> VerdictRow:
    """Add it; raises ``NoEvidence``."""
    row = VerdictRow(
        ticket_id=ticket.id,
        question=said.question,
        answer=said.answer,
        given=given(session, said.evidence),
        evidence=said.evidence,
        why=said.why,
        why_words=said.why_words,
        at=at,
        by=by,
        contacted=_improved_after_contact(session, ticket, said, at),
    )
    session.add(row)
    session.flush()
    return row


def verdicts_of(session: Session, ticket_id: int) -> Sequence[VerdictRow]:
    """Everything they said of a ticket, in its order."""
    return session.scalars(_OF_TICKET, {"ticket": ticket_id}).all()


def to_check(session: Session, *, limit: int = 100) -> Sequence[VerdictRow]:
    """Verdicts that improved after a contact and that no supervisor has looked into, the newest first."""
    checked = select(Look.id).where(
        Look.what == literal("verdict:").concat(cast(VerdictRow.id, String)), Look.how == CHECKED
    )
    rows = select(VerdictRow).where(VerdictRow.contacted, ~checked.exists())
    return session.scalars(rows.order_by(VerdictRow.id.desc()).limit(limit)).all()


def _witnessed(session: Session, number: int) -> bool:
    visit = session.get(Visit, number)
    made = visit is not None and visit.state is VisitState.MADE
    return bool(made and visit and visit.note and visit.witness)


def _improved_after_contact(session: Session, ticket: Ticket, said: Said, at: datetime) -> bool:
    """They changed their mind for the better after a department or an agent saw their number."""
    if said.question is not Question.RESULT:
        return False
    before = [one for one in verdicts_of(session, ticket.id) if one.question is Question.RESULT]
    if not before or BETTER.index(Verdict(said.answer)) <= BETTER.index(Verdict(before[-1].answer)):
        return False
    theirs = or_(Look.who.startswith("department:"), Look.who.startswith("agent:"))
    contacts = select(Look.id).where(
        Look.what == f"ticket:{ticket.id}", Look.at >= before[-1].at, Look.at <= at
    )
    found = contacts.where(Look.how.in_(CONTACTS), theirs).limit(1)
    return session.scalar(found) is not None
