"""Somebody was there: what the resident said, what was seen, and who saw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tickets.callbacks import Aim, untold
from tickets.commands import Judge, Tell, Verdict
from tickets.lifecycle import Missed
from tickets.policies import policy_of
from tickets.telling import judge, tell, ticket_of
from tickets.visits import Visit, VisitState, visit_due
from tickets.waiting import close_waiting

NOBODY_THERE = "nobody_there"


class NotOrdered(Exception):
    """The visit was made, or is not needed any more."""


class NotWitnessed(ValueError):
    """What was seen, and a second person who saw it, are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a visit: ``witness`` is the name of a second person who was there."""

    note: str
    witness: str = ""
    verdicts: Mapping[int, Verdict]  #: what the resident said, by ticket


def make_visit(session: Session, number: int, seen: Seen, *, by: str, at: datetime) -> Visit:
    """The resident was told face to face, and their word is written down.

    Raises ``NotOrdered``, and ``NotWitnessed`` where a verdict has nobody who saw it given.
    """
    visit = _ordered(session, number)
    note, witness = seen.note.strip(), seen.witness.strip()
    told = untold(session, visit.callback) if visit.callback.aim is Aim.RESULT else []
    if not note or (told and not witness) or set(told) - set(seen.verdicts):
        raise NotWitnessed(
            f"visit {number}: note, witness and a verdict for each result are needed"
        )
    visit.state, visit.made_at, visit.made_by = VisitState.MADE, at, by
    visit.note, visit.witness = note, witness or None
    session.flush()
    for ticket in told:
        tell(session, Tell(ticket=ticket, call=None), at=at, by=by)
        verdict = seen.verdicts[ticket]
        why = "" if verdict is Verdict.SOLVED else note
        word = Judge(ticket=ticket, verdict=verdict, evidence=f"visit {number}", why_words=why)
        judge(session, word, at=at, by=by)
    if visit.callback.waiting_id is not None:
        close_waiting(session, visit.callback.waiting_id, by=by, at=at, note=note)
    session.flush()
    return visit


def nobody_there(session: Session, number: int, *, by: str, at: datetime) -> Visit:
    """They go again on the next working day. Raises ``NotOrdered``."""
    visit = _ordered(session, number)
    visit.due_at = visit_due(policy_of(session), at, at_risk=False)
    for ticket in untold(session, visit.callback):
        ticket_of(session, ticket).record(Missed(at=at, by=by, outcome=NOBODY_THERE))
    session.flush()
    return visit


def send(session: Session, number: int, agent: int) -> Visit:
    """A supervisor says who goes. Raises ``NotOrdered``."""
    visit = _ordered(session, number)
    visit.agent = agent
    return visit


def _ordered(session: Session, number: int) -> Visit:
    session.flush()
    visit = session.get_one(Visit, number, with_for_update=True)
    if visit.state is not VisitState.ORDERED:
        raise NotOrdered(f"visit {number} is {visit.state}")
    return visit
