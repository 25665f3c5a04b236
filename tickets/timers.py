"""Clocks as rows: armed with the promise, stopped by what was done, claimed by one worker when due."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.clocks import Clock, Due
from tickets.models import Ticket, Timer, TimerState
from tickets.policy import Policy

LEASE = timedelta(minutes=2)  #: by then whoever claimed it has acted, or has crashed
RUNNING = {TimerState.ARMED, TimerState.CLAIMED}


def arm(ticket: Ticket, clock: Clock, promised: datetime, *, warn: timedelta = timedelta()) -> None:
    """Start a clock; what is promised is mirrored on the ticket. Without ``warn`` nobody is warned before."""
    timer = Timer(
        kind=clock,
        due_at=promised - warn,
        promised_at=promised,
        step=0 if warn else 1,
        state=TimerState.ARMED,
        attempt=0,
    )
    ticket.timers.append(timer)
    setattr(ticket, f"{clock}_due", promised)


def arm_all(ticket: Ticket, policy: Policy, due: Due, *clocks: Clock) -> None:
    """Start these clocks, with their warnings; without any named, all of them."""
    for clock in clocks or Clock:
        arm(ticket, clock, due.of(clock), warn=policy.rule(clock, urgent=ticket.urgent).warn)


def stop(ticket: Ticket, *clocks: Clock) -> None:
    """What was owed is done; a worker that holds the timer finds its token gone."""
    for timer in ticket.timers:
        if timer.kind in clocks and timer.state in RUNNING:
            timer.state, timer.token, timer.lease_until = TimerState.STOPPED, None, None


def claim_due(session: Session, at: datetime, *, limit: int = 100) -> list[Timer]:
    """Armed timers that are due, claimed for whoever asks; of several workers each gets others.

    Where a lease ran out, its timer is armed again first: acting on one must bear a repeat.
    """
    _rearm(session, at)
    due = select(Timer).where(Timer.state == TimerState.ARMED, Timer.due_at <= at)
    rows = session.scalars(
        due.order_by(Timer.due_at).limit(limit).with_for_update(skip_locked=True)
    )
    claimed = list(rows)
    for timer in claimed:
        timer.state, timer.token = TimerState.CLAIMED, uuid4().hex
        timer.attempt += 1
        timer.lease_until = at + LEASE
    session.flush()
    return claimed


def settle(session: Session, timer_id: int, token: str) -> bool:
    """The timer was acted on; False where it was stopped, or claimed by somebody else, meanwhile."""
    timer = session.get_one(Timer, timer_id, with_for_update=True)
    if timer.state is not TimerState.CLAIMED or timer.token != token:
        return False
    timer.state, timer.token, timer.lease_until = TimerState.FIRED, None, None
    return True


def _rearm(session: Session, at: datetime) -> None:
    left = select(Timer).where(Timer.state == TimerState.CLAIMED, Timer.lease_until <= at)
    for timer in session.scalars(left.with_for_update(skip_locked=True)):
        timer.state, timer.token, timer.lease_until = TimerState.ARMED, None, None
    session.flush()
