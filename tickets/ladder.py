"""A timer that is due climbs: a warning, then the promise is broken and the next on the ladder owns it.

Everything happens in the transaction that settles the timer: done once, or not at all.
"""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tickets.lifecycle import Escalated, Warned
from tickets.models import Ticket, Timer, TimerState
from tickets.notices import Notice, NoticeState, queue
from tickets.pausing import resume
from tickets.policies import policy_of
from tickets.policy import Owner, Policy
from tickets.telling import ticket_of
from tickets.timers import held, highest

CLOCK = "clock"  #: by whom

_GIVEN_UP = select(Notice.id).where(
    Notice.timer_id == bindparam("timer"),
    Notice.promised_at == bindparam("promised"),
    Notice.step == bindparam("step"),
    Notice.state == NoticeState.GIVEN_UP,
)


def fire(session: Session, ticket_id: int, timer_id: int, token: str, *, at: datetime) -> bool:
    """Act on a claimed timer and settle it; False, and nothing done, where the token holds it no more."""
    ticket = ticket_of(session, ticket_id)  # first, as everybody locks
    timer = held(session, timer_id, token)
    if timer is None:
        return False
    if ticket.paused_at:
        resume(session, ticket, why="too_long", by=CLOCK, at=at)
    else:
        _climb(session, ticket, timer, at)
    session.flush()
    return True


def _climb(session: Session, ticket: Ticket, timer: Timer, at: datetime) -> None:
    """Every step that is due by now; a warning that comes too late is none."""
    policy = policy_of(session)
    due = _due(policy, ticket, timer)
    while due is not None and (due <= at or _nobody_was_reached(session, timer)):
        if timer.step:
            _escalate(session, ticket, timer, policy, at)
        elif timer.promised_at > at:
            _warn(session, ticket, timer, at)
        timer.step += 1
        due = _due(policy, ticket, timer)
    timer.token = timer.lease_until = None
    timer.state = TimerState.ARMED if due else TimerState.FIRED
    timer.due_at = due or timer.due_at


def _nobody_was_reached(session: Session, timer: Timer) -> bool:
    """Whoever answers for the broken promise now could not be told: the next one does, before their hour."""
    asked = {"timer": timer.id, "promised": timer.promised_at, "step": timer.step - 1}
    return timer.step > 1 and session.scalar(_GIVEN_UP, asked) is not None


def _due(policy: Policy, ticket: Ticket, timer: Timer) -> datetime | None:
    return policy.step_due(timer.kind, timer.promised_at, timer.step, urgent=ticket.urgent)


def _warn(session: Session, ticket: Ticket, timer: Timer, at: datetime) -> None:
    name = queue(session, timer, Owner.ASSIGNEE, at)
    promised = timer.promised_at.isoformat()
    ticket.record(Warned(at=at, by=CLOCK, clock=timer.kind, promised=promised, name=name))


def _escalate(session: Session, ticket: Ticket, timer: Timer, policy: Policy, at: datetime) -> None:
    owner = policy.ladder[timer.step - 1].owner
    ticket.record(
        Escalated(
            at=at,
            by=CLOCK,
            clock=timer.kind,
            promised=timer.promised_at.isoformat(),
            step=timer.step,
            owner=owner,
            name=queue(session, timer, owner, at),
        )
    )
    timer.owner = owner
    ticket.owner = highest(ticket)
