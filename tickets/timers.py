"""Clocks as rows: armed with the promise, stopped by what was done, claimed by one worker when due."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from tickets.clocks import Clock, Due
from tickets.models import ARMED, CLAIMED, PAUSED, Ticket, Timer, TimerState
from tickets.policy import Owner, Policy

LEASE = timedelta(minutes=2)  #: by then whoever claimed it has acted, or has crashed
OWNERS = tuple(Owner)  #: the higher, the later


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
    """What was owed is done; a worker that holds the timer finds its token gone, and nobody owns it any more."""
    for timer in ticket.timers:
        if timer.kind in clocks and timer.state is not TimerState.STOPPED:
            timer.state, timer.token, timer.lease_until = TimerState.STOPPED, None, None
            timer.left = None
            if timer.owner:
                timer.owner = None
                ticket.owner = highest(ticket)


def own(ticket: Ticket, clock: Clock, owner: Owner) -> None:
    """Somebody answers for what is owed now, though nothing was broken yet."""
    for timer in ticket.timers:
        if timer.kind is clock and timer.state is TimerState.ARMED:
            timer.owner = owner
    ticket.owner = highest(ticket)


def highest(ticket: Ticket) -> str | None:
    """Of those who answer for its broken promises."""
    owners = [Owner(one.owner) for one in ticket.timers if one.owner]
    return max(owners, key=OWNERS.index, default=None)


def due_now(session: Session, at: datetime) -> bool:
    """Is there anything to claim? A look that keeps nobody from writing."""
    return bool(session.scalar(_ANY, {"at": at, "latest": at + 2 * LEASE}))


_IDS, _AT = select(Timer.id), bindparam("at", type_=Timer.due_at.type)
#: what may be claimed, kind by kind; a lease that ends later than any could was given before the clock was set back
_CLAIMABLE = (
    _IDS.where(
        CLAIMED,
        (Timer.lease_until <= _AT)
        | (Timer.lease_until > bindparam("latest", type_=Timer.due_at.type)),
    ).order_by(Timer.lease_until),
    _IDS.where(PAUSED, Timer.due_at <= _AT).order_by(Timer.due_at),
    _IDS.where(ARMED, Timer.due_at <= _AT).order_by(Timer.due_at),
)
_ANY = select(or_(*(one.exists() for one in _CLAIMABLE)))
_CHOSEN = tuple(
    one.limit(bindparam("most", type_=Timer.id.type)).with_for_update(skip_locked=True)
    for one in _CLAIMABLE
)
#: the first moments at which one may be claimed, as far as is known now
FIRST = (
    select(func.min(Timer.lease_until)).where(CLAIMED).scalar_subquery(),
    select(func.min(Timer.due_at)).where(PAUSED).scalar_subquery(),
    select(func.min(Timer.due_at)).where(ARMED).scalar_subquery(),
)


def claim_due(session: Session, at: datetime, *, limit: int = 100) -> list[Timer]:
    """Timers that are due, claimed for whoever asks; of several workers each gets others.

    First those whose lease ran out (acting on one must bear a repeat), then those that stood still
    too long, then the armed ones; of each the longest due first.
    """
    token, claimed = uuid4().hex, list[Timer]()
    for due in _CHOSEN:
        facts = {"at": at, "latest": at + 2 * LEASE, "most": limit - len(claimed)}
        if len(claimed) < limit and (ids := session.scalars(due, facts).all()):
            claimed += _claim(session, ids, token, at)
    return claimed


def held(session: Session, timer_id: int, token: str) -> Timer | None:
    """The timer, locked, if whoever has the token still holds it; lock its ticket before."""
    timer = session.get(Timer, timer_id, with_for_update=True, populate_existing=True)
    holds = timer and timer.state is TimerState.CLAIMED and timer.token == token
    return timer if holds else None


def _claim(session: Session, ids: Sequence[int], token: str, at: datetime) -> list[Timer]:
    rows = session.scalars(
        update(Timer)
        .where(Timer.id.in_(ids))
        .values(
            state=TimerState.CLAIMED,
            token=token,
            attempt=Timer.attempt + 1,
            lease_until=at + LEASE,
        )
        .returning(Timer),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    return sorted(rows, key=lambda timer: (timer.due_at, timer.id))
