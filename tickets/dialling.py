"""Which callbacks are dialled now, all workers together, and what becomes of a dial.

Nothing here dials. A dial is claimed (its attempt is a row before it is made), its lease renewed while the
line is in use, and it is settled once, by its key: by what the provider tells, or by a look-up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from tickets.calendar import next_part
from tickets.callbacks import (
    CALLBACKS_DUE,
    LEASE,
    Aim,
    Callback,
    CallbackState,
    DialAttempt,
    DialGate,
    begin_dial,
    dials_since,
    person_of,
    untold,
)
from tickets.commands import NotReached
from tickets.lengths import Window
from tickets.misses import miss, part_of
from tickets.models import Ticket
from tickets.notice_calls import may_ring, to_tell
from tickets.notice_calls import not_reached as nobody_told
from tickets.policies import policy_of
from tickets.policy import Miss, Policy
from tickets.telling import not_reached
from tickets.visits import order_visit

A_LOOK = timedelta(seconds=30)  #: for so long a look-up has its dial to itself
AGAIN = timedelta(minutes=5)  #: an unclear dial is looked up again so much later
UNCLEAR = timedelta(hours=1)  #: then nobody will ever know
IN_USE = timedelta(minutes=5)  #: when their line, or ours to them, is in use
BATCH = 8  #: callbacks that are looked through at once

# Put together once: that takes four times as long as asking.
_DUE = CALLBACKS_DUE.with_for_update(skip_locked=True)
_IN_USE = select(func.count()).where(DialAttempt.lease_until.is_not(None))
_TALKING = (
    select(DialAttempt.id)
    .where(DialAttempt.person == bindparam("person"), DialAttempt.lease_until.is_not(None))
    .limit(1)
)
_BY_KEY = select(DialAttempt).where(DialAttempt.key == bindparam("key")).with_for_update()

COMPLETED = "completed"  #: somebody answered, and nothing more is known
BAD_NUMBER, NOT_PLACED, UNKNOWN = "bad_number", "not_placed", "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How somebody can be reached now."""

    number: str  #: "" where there is none
    quiet: tuple[Window, ...] = ()  #: hours of their own
    talking: bool = False  #: they are ringing us


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """To be made now."""

    key: str
    number: str
    until: datetime  #: later it is somebody else's to decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    dials: Sequence[Dial] = ()
    put_off: int = 0  #: callbacks that may not be made now, or need not be made at all
    next_at: datetime | None = None  #: when it is worth asking again, where the gate is shut


def claim_dials(
    session: Session,
    at: datetime,
    *,
    reach: Callable[[Session, Callback], Reach],
    limit: int = 1,
) -> Claimed:
    """Callbacks to dial now, within the lines, the calls a second and the provider's health. Commit, then dial."""
    policy, gate = policy_of(session), gate_of(session)
    free = min(limit, _free_lines(session, policy, gate))
    shut = _shut_until(gate, at, policy)
    if shut is not None or free <= 0:
        return Claimed(next_at=shut)
    dials: list[Dial] = []
    put_off = 0
    for callback in _due(session, at):
        _adopt(session, callback)
        found = reach(session, callback)
        if _is_in_the_way(session, callback, found, at, policy):
            put_off += 1
            continue
        attempt = begin_dial(session, callback.id, at=at, part=part_of(policy, at))
        dials.append(Dial(key=attempt.key, number=found.number, until=at + LEASE))
        gate.next_at = max(gate.next_at, at) + timedelta(
            seconds=1 / policy.callbacks.calls_per_second
        )
        if len(dials) >= free or gate.next_at > at:
            break
    session.flush()
    return Claimed(dials=dials, put_off=put_off, next_at=gate.next_at if dials else None)


def gate_of(session: Session) -> DialGate:
    """The one row that all workers share, locked until the transaction ends."""
    gate = session.get(DialGate, 1, with_for_update=True)
    if gate is None:
        first = "(1, '2000-01-01 00:00:00.000000', 0)"  # long ago, as both databases write it
        columns = "dial_gate (id, next_at, failures)"
        session.execute(text(f"INSERT INTO {columns} VALUES {first} ON CONFLICT DO NOTHING"))  # noqa: S608
        gate = session.get_one(DialGate, 1, with_for_update=True)
    return gate


def renew(session: Session, keys: Sequence[str], at: datetime) -> list[str]:
    """Whoever carries these dials goes on; returns those that nobody wants any more and nobody has answered."""
    mine = DialAttempt.key.in_(keys), DialAttempt.lease_until.is_not(None)
    renewed = update(DialAttempt).where(*mine).values(lease_until=at + LEASE)
    session.execute(renewed, execution_options={"synchronize_session": False})
    unwanted = select(DialAttempt.key).join(Callback).where(*mine, DialAttempt.call_id.is_(None))
    return list(session.scalars(unwanted.where(Callback.state != CallbackState.DIALLING)))


def dial_ended(session: Session, key: str, outcome: str, at: datetime) -> bool:
    """The line is free again; False where that was known. An outcome that the dialogue has found stays."""
    gate_of(session)  # first of all locks: see claim_dials
    attempt = _attempt(session, key)
    if attempt is None or attempt.lease_until is None:
        return False
    callback = session.get_one(Callback, attempt.callback_id, with_for_update=True)
    note_health(session, outcome, at)
    if attempt.outcome is None:
        attempt.outcome = Miss.HUNG_UP.value if outcome == COMPLETED else outcome
        _missed(session, callback, attempt.outcome, at)
    attempt.lease_until = None
    return True


def leases_run_out(session: Session, at: datetime, *, limit: int = 20) -> list[tuple[str, str]]:
    """Dials that nobody seems to carry any more: (key, token), for the caller alone to look up."""
    rows = session.scalars(
        select(DialAttempt)
        .where(DialAttempt.lease_until <= at)
        .order_by(DialAttempt.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for attempt in rows:
        attempt.token, attempt.lease_until = uuid4().hex, at + A_LOOK
    return [(attempt.key, attempt.token or "") for attempt in rows]


def still_under_way(session: Session, key: str, token: str, at: datetime) -> None:
    """Somebody carries it after all."""
    if attempt := _held(session, key, token):
        attempt.lease_until = at + LEASE


def not_placed(session: Session, key: str, token: str, at: datetime) -> None:
    """It was never made, and never will be: owed as before, and no miss."""
    if attempt := _held(session, key, token):
        _nobody_rung(session, attempt, NOT_PLACED, at)


def unclear(session: Session, key: str, token: str, at: datetime) -> bool:
    """Nobody can say now. Looked up again later; after an hour it is let go, True, and tried in the next part of the day."""
    attempt = _held(session, key, token)
    if attempt is None:
        return False
    if at - attempt.at < UNCLEAR:
        attempt.lease_until = at + AGAIN
        return False
    policy = policy_of(session)
    later = next_part(at, policy.zone, policy.callbacks.parts)
    callback = session.get_one(Callback, attempt.callback_id)
    _nobody_rung(session, attempt, UNKNOWN, at if callback.aim is Aim.NOTICE else later)
    return True


def ambiguous(session: Session) -> int:
    """How many dials had to be looked up so far, because nobody told us how they ended."""
    rows = select(func.count()).where(DialAttempt.token.is_not(None))
    return session.scalar(rows) or 0


def note_health(session: Session, outcome: str, at: datetime) -> None:
    """A provider that fails several times in a row is left alone for a while."""
    gate = gate_of(session)
    if outcome != Miss.FAILED:
        gate.failures, gate.closed_until = 0, None
        return
    policy = policy_of(session)
    gate.failures += 1
    if gate.failures >= policy.failures:
        gate.closed_until = at + policy.rest


# --- who is dialled


def _free_lines(session: Session, policy: Policy, gate: DialGate) -> int:
    """While a provider recovers, one call is tried."""
    used = session.scalar(_IN_USE) or 0
    lines = 1 if gate.failures >= policy.failures else policy.callbacks.lines
    return lines - used


def _shut_until(gate: DialGate, at: datetime, policy: Policy) -> datetime | None:
    """The gate lets nobody through before that. A clock that was put back does not shut it for long."""
    longest = timedelta(seconds=1 / policy.callbacks.calls_per_second)
    gate.next_at = min(gate.next_at, at + longest)
    if gate.closed_until is not None:
        gate.closed_until = min(gate.closed_until, at + policy.rest)
    later = [one for one in (gate.next_at, gate.closed_until) if one is not None and one > at]
    return max(later, default=None)


def _due(session: Session, at: datetime) -> Sequence[Callback]:
    return session.scalars(_DUE, {"at": at, "most": BATCH}).all()


def _adopt(session: Session, callback: Callback) -> None:
    """One from before callbacks were of a person (revision 0004) learns from its ticket whose it is."""
    if callback.number is None and callback.tickets:
        ticket = session.get_one(Ticket, callback.tickets[0])
        callback.number, callback.person = ticket.callback_number, person_of(session, ticket)
        callback.resident_id = ticket.resident_id


def _is_in_the_way(
    session: Session, callback: Callback, found: Reach, at: datetime, policy: Policy
) -> bool:
    """Whether it is not dialled now; then it is put off, or over."""
    if not _is_wanted(session, callback):
        callback.state, callback.reason = CallbackState.CANCELLED, "nothing to tell"
        return True
    if not found.number:
        _unreachable(session, callback, "no_number", at)
        return True
    callback.due_at = max(callback.due_at, _earliest(session, callback, found, at, policy))
    return callback.due_at > at


def _is_wanted(session: Session, callback: Callback) -> bool:
    """Something is left to say."""
    if callback.aim is Aim.NOTICE:
        return bool(to_tell(session, callback))
    return callback.aim is Aim.RING_BACK or bool(untold(session, callback))


def _earliest(
    session: Session, callback: Callback, found: Reach, at: datetime, policy: Policy
) -> datetime:
    """When they may be rung, as far as is known now."""
    if found.talking or _on_the_line(session, callback.person):
        at += IN_USE
    if callback.aim is Aim.NOTICE:
        return may_ring(session, callback, at)
    today = datetime.combine(at.astimezone(policy.zone).date(), time(0), tzinfo=policy.zone)
    if dials_since(session, callback.person, today) >= policy.callbacks.a_day:
        at = today + timedelta(days=1)
    return policy.may_ring(at, found.quiet)


def _on_the_line(session: Session, person: bytes) -> bool:
    """Another dial to them is not over."""
    return session.scalar(_TALKING, {"person": person}) is not None


# --- what becomes of a dial


def _attempt(session: Session, key: str) -> DialAttempt | None:
    return session.scalar(_BY_KEY, {"key": key})


def _held(session: Session, key: str, token: str) -> DialAttempt | None:
    """The dial, where it is still this caller's to look up."""
    attempt = _attempt(session, key)
    held = attempt is not None and attempt.token == token and attempt.lease_until is not None
    return attempt if held else None


def _missed(session: Session, callback: Callback, outcome: str, at: datetime) -> None:
    """Every result that they have not heard is missed, and the callback once."""
    for ticket in untold(session, callback) if callback.aim is Aim.RESULT else ():
        not_reached(session, NotReached(ticket=ticket, outcome=outcome), at=at)
    miss(session, callback, outcome, at=at)
    if outcome == BAD_NUMBER:
        _unreachable(session, callback, BAD_NUMBER, at)


def _unreachable(session: Session, callback: Callback, reason: str, at: datetime) -> None:
    """No telephone reaches them: somebody goes there, where it is for more than their opinion."""
    callback.state, callback.reason = CallbackState.MISSED, reason
    if callback.aim is Aim.NOTICE:
        nobody_told(session, callback, at)
    elif callback.aim is not Aim.ASK_AGAIN:
        order_visit(session, callback, at=at)


def _nobody_rung(session: Session, attempt: DialAttempt, outcome: str, due: datetime) -> None:
    """Where the dialogue has told an outcome it stays; else the callback is owed as before."""
    callback = session.get_one(Callback, attempt.callback_id, with_for_update=True)
    attempt.lease_until = None
    if attempt.outcome is None:
        attempt.outcome = callback.reason = outcome
        if callback.state is CallbackState.DIALLING:
            callback.state = CallbackState.OWED
            callback.due_at = may_ring(session, callback, due)
