"""Calls that we owe to residents: one at a time for each person, and every time it was tried."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import bindparam, false, func, or_, select
from sqlalchemy.orm import Session

from store.numbers import normal_number
from store.seal import keyring_of
from tickets.callback_rows import (
    LEASE,
    LIVE,
    NOT_RUNG,
    OWED,
    Aim,
    Callback,
    CallbackResult,
    CallbackState,
    DialAttempt,
    DialGate,
)
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.register import known

__all__ = [
    "CALLBACKS_DUE",
    "LEASE",
    "LIVE",
    "NOT_RUNG",
    "OWED",
    "Aim",
    "Callback",
    "CallbackResult",
    "CallbackState",
    "DialAttempt",
    "DialGate",
    "NotOwed",
    "answers_waiting",
    "begin_dial",
    "callback_of",
    "callbacks_due",
    "dials_since",
    "owe",
    "person_of",
    "settle",
    "untold",
]

# Put together once: that takes four times as long as asking.
CALLBACKS_DUE = (
    select(Callback)
    .where(OWED, Callback.due_at <= bindparam("at"))
    .order_by(Callback.due_at, Callback.id)
    .limit(bindparam("most"))
)
_OWED_TO = (
    select(Callback)
    .where(
        Callback.person == bindparam("person"),
        Callback.aim == bindparam("aim"),
        Callback.state == CallbackState.OWED,
    )
    .with_for_update()
)
_OF_TICKET = (
    select(Callback)
    .join(CallbackResult)
    .where(CallbackResult.ticket_id == bindparam("ticket"))
    .order_by(Callback.id.desc())
    .limit(1)
)
_UNTOLD = (
    select(Ticket.id)
    .join(CallbackResult, CallbackResult.ticket_id == Ticket.id)
    .where(
        CallbackResult.callback_id == bindparam("callback"), Ticket.status == bindparam("status")
    )
    .order_by(Ticket.id)
)
_RANG = select(func.count()).where(
    DialAttempt.person == bindparam("person"),
    DialAttempt.at >= bindparam("since"),
    or_(DialAttempt.outcome.is_(None), DialAttempt.outcome.not_in(NOT_RUNG)),
)


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
    owed = session.scalars(_OWED_TO, {"person": person, "aim": aim}).first()
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
    return session.scalars(_OF_TICKET, {"ticket": ticket_id}).first()


def callbacks_due(session: Session, at: datetime, *, limit: int = 100) -> Sequence[Callback]:
    """Callbacks to make now, the longest due first."""
    return session.scalars(CALLBACKS_DUE, {"at": at, "most": limit}).all()


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
    return list(session.scalars(_UNTOLD, {"callback": callback.id, "status": status}))


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
    return session.scalar(_RANG, {"person": person, "since": since}) or 0


def settle(callback: Callback, outcome: str) -> None:
    """What came of the attempt under way; its line may be in use for a while yet."""
    callback.reason = outcome
    for attempt in callback.attempts:
        attempt.outcome = attempt.outcome or outcome
