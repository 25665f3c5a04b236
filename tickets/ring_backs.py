"""Who rang and was cut off, missed, or said nothing is rung back: soon, once, and not if they are quicker.

What waits for them is a row of the waiting list; the call that is owed hangs on it.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.numbers import normal_number
from store.seal import keyring_of
from tickets.callbacks import LIVE, Aim, Callback, CallbackState, settle
from tickets.policies import policy_of
from tickets.policy import Policy
from tickets.register import known
from tickets.visits import call_off

SHARE = 5  #: of the time that is promised, the first fifth is theirs to ring again (estimate)


def owe_ring_back(
    session: Session, waiting: int, *, resident: int | None, number: str, at: datetime
) -> Callback | None:
    """Owed to whoever waits, in their waking hours; None where there is no number to ring."""
    who = known(session, resident)
    digits = normal_number(number) or who.number
    if not digits:
        return None
    policy = policy_of(session)
    callback = Callback(
        aim=Aim.RING_BACK,
        person=_person(session, resident, digits),
        resident_id=resident,
        number=digits,
        waiting_id=waiting,
        owed_at=at,
        due_at=policy.may_ring(at + first_try(policy), who.quiet),
        state=CallbackState.OWED,
        tries=0,
    )
    session.add(callback)
    session.flush()
    return callback


def first_try(policy: Policy) -> timedelta:
    """How long after the call that broke off."""
    return policy.ring_back / SHARE


def they_ring(session: Session, *, resident: int | None, number: str) -> None:
    """They are on the line again: nobody rings them about the call before."""
    people = [_person(session, resident, digits)] if (digits := normal_number(number)) else []
    rows = select(Callback).where(Callback.person.in_(people), Callback.aim == Aim.RING_BACK)
    for callback in session.scalars(rows.where(Callback.state == CallbackState.OWED)):
        callback.state, callback.reason = CallbackState.CANCELLED, "they rang"


def waits_no_more(session: Session, waiting: int) -> None:
    """A person looks after them, or what waited is done: a call that is owed is not, one under way has reached them."""
    rows = select(Callback).where(Callback.waiting_id == waiting)
    for callback in session.scalars(rows.where(Callback.state.in_((*LIVE, CallbackState.VISIT)))):
        if callback.state is CallbackState.DIALLING:
            callback.state = CallbackState.TOLD
            settle(callback, "told")
        else:
            callback.state = CallbackState.CANCELLED
            call_off(session, callback.id)


def _person(session: Session, resident: int | None, digits: str) -> bytes:
    """The resident; else whoever is at that number."""
    blind = keyring_of(session).blind
    return blind(f"resident {resident}") if resident is not None else blind(digits)
