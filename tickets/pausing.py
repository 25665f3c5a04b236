"""Nothing can be done before the resident says or does something: the clocks stand still, but not for ever."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tickets.calendar import working_between
from tickets.lifecycle import Resumed, WaitsForResident
from tickets.models import Ticket, Timer, TimerState
from tickets.policies import policy_of
from tickets.policy import Policy
from tickets.telling import ticket_of

STANDING = {TimerState.ARMED, TimerState.CLAIMED}  #: what stands still when we wait


def wait_for_resident(
    session: Session, number: int, *, reason: str, by: str, at: datetime
) -> Ticket:
    """Whoever has taken it waits for the resident; waiting already, nothing more happens. Raises ``IllegalMove``."""
    ticket = ticket_of(session, number)
    if ticket.paused_at:
        return ticket
    ticket.record(WaitsForResident(at=at, by=by, reason=reason))
    policy = policy_of(session)
    ticket.paused_at = at
    for timer in ticket.timers:
        if timer.state in STANDING:
            timer.left = _left(policy, ticket, timer, at)
            timer.state, timer.token, timer.lease_until = TimerState.PAUSED, None, None
            timer.due_at = at + policy.longest_pause
    session.flush()
    return ticket


def resume(session: Session, ticket: Ticket, *, why: str, by: str, at: datetime) -> None:
    """The clocks run again from where they stood; where they run already, nothing happens."""
    if ticket.paused_at is None:
        return
    ticket.record(Resumed(at=at, by=by, why=why))
    ticket.paused_at = None
    policy = policy_of(session)
    for timer in ticket.timers:
        if timer.left is not None:
            _run_again(policy, ticket, timer, at)
    session.flush()


def _left(policy: Policy, ticket: Ticket, timer: Timer, at: datetime) -> timedelta:
    """In the clock's own hours; of a broken promise, how long ago it was broken, below zero."""
    if timer.promised_at <= at or policy.rule(timer.kind, urgent=ticket.urgent).always:
        return timer.promised_at - at
    return working_between(at, timer.promised_at, policy.zone, policy.working, policy.calendar)


def _run_again(policy: Policy, ticket: Ticket, timer: Timer, at: datetime) -> None:
    left, rule = timer.left or timedelta(), policy.rule(timer.kind, urgent=ticket.urgent)
    timer.promised_at = policy.later(at, left, always=rule.always or left < timedelta())
    setattr(ticket, f"{timer.kind}_due", timer.promised_at)
    if timer.step == 1:  # warned, or to be: the new hour is a new promise
        timer.step = 0 if rule.warn else 1
    due = policy.step_due(timer.kind, timer.promised_at, timer.step, urgent=ticket.urgent)
    timer.due_at = due or timer.due_at
    timer.state = TimerState.ARMED if due else TimerState.FIRED
    timer.left = timer.token = timer.lease_until = None
