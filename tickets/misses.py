"""A dial did not reach them: when it is tried again, and when somebody goes there instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.calendar import next_part, part_at
from tickets.callbacks import (
    LIVE,
    Aim,
    Callback,
    CallbackResult,
    CallbackState,
    callback_of,
    settle,
    untold,
)
from tickets.commands import HandOver, Reason
from tickets.notice_calls import may_ring, not_reached
from tickets.policies import policy_of
from tickets.policy import Miss, Policy
from tickets.register import known
from tickets.visits import call_off, order_visit
from tickets.waiting import hand_over

#: outcomes that say nothing about the resident: the same moment may be tried again
NOBODY_RUNG = frozenset((Miss.FAILED.value, "not_placed", "crashed", "unclear"))
LONGEST = timedelta(hours=2)  #: between two tries while the provider fails


class After(StrEnum):
    """What follows a miss."""

    AGAIN = "again"
    VISIT = "visit"  #: somebody goes there
    PERSON = "person"  #: somebody looks at it: they do not want to be rung
    NOTHING = "nothing"  #: only their opinion was wanted, and it was tried often enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One dial: when, in which part of which day, and what came of it."""

    at: datetime
    part: str | None
    outcome: str


def part_of(policy: Policy, at: datetime) -> str | None:
    """Day and part of the day: "2026-01-05 0"; None outside all parts."""
    part = part_at(policy.callbacks.parts, at, policy.zone)
    return None if part is None else f"{at.astimezone(policy.zone):%Y-%m-%d} {part}"


def after_miss(
    policy: Policy, tried: Sequence[Tried], at: datetime, *, aim: Aim = Aim.RESULT
) -> tuple[After, datetime]:
    """What follows, and when; ``tried`` are all dials of this callback, the last one just ended.

    The time is the first at which anybody may be rung; whose hours are their own is for the caller to see to.
    """
    rule, outcome = policy.callbacks, tried[-1].outcome
    if aim is Aim.NOTICE:
        return _after_notice(policy, tried, at)
    if outcome in rule.never:
        return After.PERSON, at
    if _often_enough(policy, tried, at, aim):
        return (After.NOTHING if aim is Aim.ASK_AGAIN else After.VISIT), at
    wait = _failed_again(policy, tried)
    if wait is None and outcome in set(Miss):
        wait = rule.again.get(Miss(outcome))
    later = next_part(at, policy.zone, rule.parts) if wait is None else at + wait
    return After.AGAIN, policy.may_ring(later)


def _after_notice(policy: Policy, tried: Sequence[Tried], at: datetime) -> tuple[After, datetime]:
    """Who works here is tried soon again, and not for long: somebody else has to hear of it."""
    outcome = tried[-1].outcome
    rung = [one for one in tried if one.outcome not in NOBODY_RUNG]
    over = len(rung) >= policy.staff.tries or at - tried[0].at >= LONGEST
    if over or outcome in policy.callbacks.never:
        return After.NOTHING, at
    busy = policy.callbacks.again.get(Miss.BUSY) if outcome == Miss.BUSY else None
    return After.AGAIN, at + (_failed_again(policy, tried) or busy or policy.staff.again)


def _failed_again(policy: Policy, tried: Sequence[Tried]) -> timedelta | None:
    """What failed through no fault of theirs: soon, and each time twice as long; None where they were rung."""
    again = policy.callbacks.again.get(Miss.FAILED)
    times = len(list(takewhile(lambda one: one.outcome in NOBODY_RUNG, reversed(tried))))
    return min(again * 2 ** (times - 1), LONGEST) if again and times else None


def _often_enough(policy: Policy, tried: Sequence[Tried], at: datetime, aim: Aim) -> bool:
    """Three parts of the day without an answer, or three days; who rang us is rung back once."""
    rule = policy.callbacks
    rung = [one for one in tried if one.outcome not in NOBODY_RUNG]
    if aim is Aim.RING_BACK and len(rung) >= policy.ring_back_times:
        return True
    parts = {one.part for one in rung if one.part}
    return len(parts) >= rule.misses or at - tried[0].at >= timedelta(days=rule.days)


def miss(session: Session, callback: Callback, outcome: str, *, at: datetime) -> After | None:
    """The attempt under way ended so; None where none is under way (another result of the call said so already)."""
    if callback.state is not CallbackState.DIALLING:
        return None
    settle(callback, outcome)
    callback.tries += 1
    tried = [
        Tried(at=one.at, part=one.part, outcome=one.outcome or outcome) for one in callback.attempts
    ]
    policy, own = policy_of(session), known(session, callback.resident_id)
    after, when = after_miss(policy, tried, at, aim=callback.aim)
    callback.state, callback.due_at = STATES[after], may_ring(session, callback, when)
    if callback.aim is Aim.NOTICE:
        if after is After.NOTHING:
            not_reached(session, callback, at)
    elif after is After.VISIT and callback.aim is Aim.RING_BACK and own.agent is None:
        callback.state = CallbackState.MISSED  # who looks after the waiting list has them
    elif after is After.VISIT:
        order_visit(session, callback, at=at)
    elif after is After.PERSON:
        _ask_a_person(session, callback, at)
    return after


#: what becomes of the callback
STATES = {
    After.AGAIN: CallbackState.OWED,
    After.VISIT: CallbackState.VISIT,
    After.PERSON: CallbackState.MISSED,
    After.NOTHING: CallbackState.MISSED,
}


def _ask_a_person(session: Session, callback: Callback, at: datetime) -> None:
    """How else they may hear it; who only rang us, or was only asked again, is left alone."""
    for number in untold(session, callback)[:1]:
        refused = HandOver(
            call=None,
            resident=callback.resident_id,
            reason=Reason.REFUSED,
            number=callback.number or "",
        )
        hand_over(session, refused, at=at, ticket_id=number)


def asked(session: Session, ticket_id: int) -> None:
    """They answered whether it still holds: nobody asks them any more."""
    rows = select(Callback).join(CallbackResult).where(CallbackResult.ticket_id == ticket_id)
    wanted = Callback.aim == Aim.ASK_AGAIN, Callback.state.in_(LIVE)
    for callback in session.scalars(rows.where(*wanted)):
        callback.state = CallbackState.TOLD
        settle(callback, "told")


def told(session: Session, ticket_id: int) -> None:
    """A result was heard; when no other one of the callback waits, nobody is rung any more."""
    callback = callback_of(session, ticket_id)
    if callback is None or callback.state not in {*LIVE, CallbackState.MISSED, CallbackState.VISIT}:
        return
    if not set(untold(session, callback)) - {ticket_id}:
        callback.state = CallbackState.TOLD
        settle(callback, "told")
        call_off(session, callback.id)
