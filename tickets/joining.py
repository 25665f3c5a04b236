"""Two tickets that are one thing: the later one goes along with the earlier one, and may be taken apart again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tickets.clocks import Clock
from tickets.commands import OpenTicket, Reason
from tickets.lifecycle import Assigned, Followed, IllegalMove, Joined, Parted, Split, Status, TookIn
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.policy import Policy
from tickets.repeats import UNDER_WAY, UNSETTLED, urge
from tickets.telling import ticket_of
from tickets.timers import arm, stop
from tickets.visits import owe_result
from tickets.waiting import Waiting, close_waiting, wait_for_routing


def join(session: Session, number: int, to: int, *, by: str, at: datetime) -> Ticket:
    """A ticket goes along with another one that is about the same thing, and so do those that went with it.

    Its clocks stop: those of the other one run. Where that is somebody else's, this resident is owed
    the result, too, and has a verdict of their own. Raises ``IllegalMove``.
    """
    first, second = sorted((number, to))  # everybody locks in one order
    ticket_of(session, first), ticket_of(session, second)
    ticket, other = ticket_of(session, number), ticket_of(session, to)
    if ticket is other or other.status not in UNDER_WAY:
        raise IllegalMove(f"ticket {number} cannot go along with ticket {to}")
    ticket.record(Joined(at=at, by=by, other=to))
    stop(ticket, *Clock)
    ticket.paused_at = None
    for one in (ticket, *companions(session, number)):
        one.joined_to = to
        other.record(TookIn(at=at, by=by, other=one.id))
    _nobody_waits(session, ticket, by=by, at=at)
    session.flush()
    return ticket


def go_along(
    session: Session, number: int, need: OpenTicket, *, by: str, at: datetime
) -> Ticket | None:
    """A need just opened goes along with the ticket it ``joins``; None where that one is not under way any more.

    Where that is late, a person is due, as for whoever tells their own again.
    """
    if need.joins is None:
        return None
    try:
        ticket = join(session, number, need.joins, by=by, at=at)
    except IllegalMove:
        return None
    other = ticket_of(session, need.joins)
    urge(session, other, need, at=at, number=ticket.callback_number or "")
    return other


def split(session: Session, number: int, *, by: str, at: datetime) -> Ticket:
    """It stands for itself again, with what was promised at first. Raises ``IllegalMove``."""
    ticket = ticket_of(session, number)
    other = ticket.joined_to
    ticket.record(Split(at=at, by=by, other=other or 0))
    ticket.joined_to = None
    policy = policy_of(session)
    for clock in Clock:
        _run(policy, ticket, clock)
    if ticket.assignee:
        ticket.record(Assigned(at=at, by=by, assignee=ticket.assignee))
    else:
        wait_for_routing(session, ticket, at)
    joined = session.get(Ticket, other) if other else None
    if joined and joined.status in UNSETTLED:
        joined.record(Parted(at=at, by=by, other=number))
    session.flush()
    return ticket


_COMPANIONS = (
    select(Ticket)
    .where(Ticket.joined_to == bindparam("ticket"), Ticket.status == Status.JOINED)
    .order_by(Ticket.id)
)


def companions(session: Session, number: int) -> Sequence[Ticket]:
    """Tickets that go along with this one."""
    return session.scalars(_COMPANIONS, {"ticket": number}).all()


def follow(session: Session, ticket: Ticket, *, by: str, at: datetime) -> None:
    """The ticket was dealt with: everybody else whose ticket goes along with it is owed the result."""
    for one in companions(session, ticket.id):
        if same_person(one, ticket):
            continue  # hears it with the callback of the other one
        one.record(Followed(at=at, by=by, other=ticket.id))
        one.result_words = ticket.result_words
        one.result_recording_id = ticket.result_recording_id
        _run(policy_of(session), one, Clock.FEEDBACK)
        owe_result(session, one, at)


def release(session: Session, number: int, *, by: str, at: datetime) -> None:
    """The ticket ends without a result: what went along with it is not lost."""
    for one in companions(session, number):
        split(session, one.id, by=by, at=at)


def same_person(one: Ticket, other: Ticket) -> bool:
    """By the register, or by the number that is rung."""
    if one.resident_id is not None and other.resident_id is not None:
        return one.resident_id == other.resident_id
    return one.callback_index is not None and one.callback_index == other.callback_index


def _run(policy: Policy, ticket: Ticket, clock: Clock) -> None:
    """With what was promised at first."""
    warn = policy.rule(clock, urgent=ticket.urgent).warn
    arm(ticket, clock, getattr(ticket, f"{clock}_due"), warn=warn)


def _nobody_waits(session: Session, ticket: Ticket, *, by: str, at: datetime) -> None:
    """Where it goes need not be found any more."""
    unrouted = select(Waiting.id).where(
        Waiting.ticket_id == ticket.id,
        Waiting.reason == Reason.UNROUTED,
        Waiting.closed_at.is_(None),
    )
    for waiting in session.scalars(unrouted).all():
        close_waiting(session, waiting, by=by, at=at)
