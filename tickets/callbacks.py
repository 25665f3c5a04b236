"""Calls that we owe to residents: one at a time for each person, and every time it was tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, false, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from store.base import Base
from store.numbers import normal_number
from store.seal import Sealed, keyring_of
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.register import known

LEASE = timedelta(minutes=2)  #: of a dial; whoever carries the call renews it
#: outcomes of dials that rang nobody's telephone
NOT_RUNG = ("failed", "not_placed", "bad_number")


class Aim(StrEnum):
    """Why somebody is rung."""

    RESULT = "result"  #: their need was dealt with
    RING_BACK = "ring_back"  #: they rang and were cut off, missed, or said nothing
    ASK_AGAIN = "ask_again"  #: they called it solved two weeks ago: is it still?


class CallbackState(StrEnum):
    OWED = "owed"
    DIALLING = "dialling"  #: an attempt is under way, or a crash left it unclear
    TOLD = "told"
    MISSED = "missed"  #: tried often enough; the answer waits for their next call
    VISIT = "visit"  #: somebody goes there
    CANCELLED = "cancelled"


LIVE = (CallbackState.OWED, CallbackState.DIALLING)
OWED = text("callbacks.state = 'owed'")  #: written out, so that the index over what is owed is used


class CallbackResult(Base):
    """A ticket whose result is told, or asked about, in a callback."""

    __tablename__ = "callback_results"

    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)


class Callback(Base):
    """A call that is owed; several results of one person are told in one call."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index(
            "ix_callbacks_due",
            "due_at",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    aim: Mapped[Aim] = mapped_column(default=Aim.RESULT)
    person: Mapped[bytes] = mapped_column(LargeBinary, index=True)  #: blind, see ``person_of``
    resident_id: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(Sealed("callbacks.number"))
    waiting_id: Mapped[int | None] = mapped_column(index=True)  #: who is rung back
    owed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[CallbackState] = mapped_column(default=CallbackState.OWED)
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(32))  #: how the last try ended

    results: Mapped[list[CallbackResult]] = relationship(order_by="CallbackResult.ticket_id")
    attempts: Mapped[list["DialAttempt"]] = relationship(order_by="DialAttempt.id")

    @property
    def tickets(self) -> list[int]:
        return [one.ticket_id for one in self.results]


class DialAttempt(Base):
    """A dial, committed before it is made, and never made again blindly.

    While it has a lease the line is, or may be, in use; when that runs out the dial is looked up.
    """

    __tablename__ = "dial_attempts"
    __table_args__ = (
        Index(
            "ix_dial_attempts_in_use",
            "lease_until",
            sqlite_where=text("lease_until IS NOT NULL"),
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)  #: the provider knows the dial by it
    person: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    at: Mapped[datetime]
    part: Mapped[str | None] = mapped_column(String(16))  #: day and part of the day, "2026-01-05 0"
    call_id: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(32))
    token: Mapped[str | None] = mapped_column(String(32))  #: of whoever looked it up last; it stays
    lease_until: Mapped[datetime | None]


class DialGate(Base):
    """One row for all workers: when the next dial may be made, and whether the provider is left alone."""

    __tablename__ = "dial_gate"

    id: Mapped[int] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)  #: of the provider, one after the other
    closed_until: Mapped[datetime | None]


class NotOwed(Exception):
    """The callback is not to be dialled: told, cancelled, or an attempt is under way."""


def person_of(session: Session, ticket: Ticket) -> bytes:
    """Whose ticket it is: the resident; else whoever answers at the number; else nobody but this ticket's caller."""
    blind = keyring_of(session).blind
    if ticket.resident_id is not None:
        return blind(f"resident {ticket.resident_id}")
    return ticket.callback_index or blind(f"ticket {ticket.id}")


def owe(session: Session, ticket: Ticket, at: datetime, aim: Aim = Aim.RESULT) -> Callback:
    """The resident is owed a call; what they are owed already is told in the same one."""
    person = person_of(session, ticket)
    live = select(Callback).where(Callback.person == person, Callback.aim == aim)
    owed = session.scalars(
        live.where(Callback.state == CallbackState.OWED).with_for_update()
    ).first()
    if owed is None:
        owed = Callback(
            aim=aim,
            person=person,
            resident_id=ticket.resident_id,
            number=ticket.callback_number,
            owed_at=at,
            due_at=policy_of(session).may_ring(at, known(session, ticket.resident_id).quiet),
            state=CallbackState.OWED,
            tries=0,
        )
        session.add(owed)
    if ticket.id not in owed.tickets:
        owed.results.append(CallbackResult(ticket_id=ticket.id))
    session.flush()
    return owed


def callback_of(session: Session, ticket_id: int) -> Callback | None:
    """The latest callback of a ticket."""
    of_ticket = select(Callback).join(CallbackResult).where(CallbackResult.ticket_id == ticket_id)
    return session.scalars(of_ticket.order_by(Callback.id.desc()).limit(1)).first()


def callbacks_due(session: Session, at: datetime, *, limit: int = 100) -> Sequence[Callback]:
    """Callbacks to make now, the longest due first."""
    owed = select(Callback).where(OWED, Callback.due_at <= at)
    return session.scalars(owed.order_by(Callback.due_at, Callback.id).limit(limit)).all()


def answers_waiting(
    session: Session, *, resident: int | None = None, number: str = ""
) -> list[Ticket]:
    """Handled tickets whose result this caller has not heard: it is told when they ring us, too."""
    ours = Ticket.resident_id == resident if resident is not None else false()
    if digits := normal_number(number):
        ours |= Ticket.callback_index == keyring_of(session).blind(digits)
    waiting = select(Ticket).where(Ticket.status == Status.HANDLED, ours)
    return list(session.scalars(waiting.order_by(Ticket.opened_at)))


def untold(session: Session, callback: Callback) -> list[int]:
    """Tickets of the callback whose result the resident has not heard, or that they are to be asked about."""
    status = Status.SOLVED if callback.aim is Aim.ASK_AGAIN else Status.HANDLED
    ids = select(Ticket.id).where(Ticket.id.in_(callback.tickets), Ticket.status == status)
    return list(session.scalars(ids.order_by(Ticket.id)))


def begin_dial(
    session: Session,
    callback_id: int,
    *,
    at: datetime,
    call_id: str | None = None,
    part: str | None = None,
) -> DialAttempt:
    """Write the attempt down; commit it before dialling. Raises ``NotOwed``."""
    callback = session.get_one(Callback, callback_id, with_for_update=True)
    if callback.state is not CallbackState.OWED:
        raise NotOwed(f"callback {callback_id} is {callback.state}")
    callback.state = CallbackState.DIALLING
    attempt = DialAttempt(
        key=uuid4().hex,
        person=callback.person,
        at=at,
        part=part,
        call_id=call_id,
        lease_until=at + LEASE,
    )
    callback.attempts.append(attempt)
    session.flush()
    return attempt


def dials_since(session: Session, person: bytes, since: datetime) -> int:
    """How often somebody's telephone rang since then, or may have."""
    rang = or_(DialAttempt.outcome.is_(None), DialAttempt.outcome.not_in(NOT_RUNG))
    rows = select(func.count()).where(DialAttempt.person == person, DialAttempt.at >= since, rang)
    return session.scalar(rows) or 0


def settle(callback: Callback, outcome: str) -> None:
    """What came of the attempt under way; its line may be in use for a while yet."""
    callback.reason = outcome
    for attempt in callback.attempts:
        attempt.outcome = attempt.outcome or outcome
