"""Those who answer for a late promise are rung: one call for all that they are to be told, through the gate of every dial.

Nobody reached is somebody else to tell: the same person by another channel, or the next on the ladder.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.numbers import normal_number
from store.seal import keyring_of
from tickets.callbacks import LIVE, Aim, Callback, CallbackState, settle
from tickets.commands import NoteTold
from tickets.lifecycle import MOVES, Acknowledged
from tickets.models import Ticket, TimerState
from tickets.notice_rows import Notice, NoticeState, is_needed
from tickets.policies import policy_of
from tickets.policy import Channel
from tickets.register import known


def owe_call(session: Session, notice: Notice, at: datetime) -> None:
    """They are rung with it; what they are to be told already is told in the same call."""
    number = normal_number(notice.address)
    person = keyring_of(session).blind(f"staff {number}")
    same = select(Callback).where(Callback.person == person, Callback.aim == Aim.NOTICE)
    owed = same.where(Callback.state == CallbackState.OWED, Callback.tries == 0)
    callback = session.scalars(owed.with_for_update(skip_locked=True)).first()
    if callback is None:
        callback = Callback(
            aim=Aim.NOTICE,
            person=person,
            number=number,
            owed_at=at,
            due_at=at,
            state=CallbackState.OWED,
            tries=0,
        )
        session.add(callback)
        session.flush()
    callback.due_at = min(callback.due_at, at)
    notice.state, notice.callback_id, notice.token = NoticeState.RINGING, callback.id, None


def to_tell(session: Session, callback: Callback) -> list[Notice]:
    """What this call is still to say; what is not needed any more is closed."""
    rows = select(Notice).where(Notice.callback_id == callback.id)
    ringing = session.scalars(rows.where(Notice.state == NoticeState.RINGING).order_by(Notice.id))
    needed = []
    for notice in ringing.all():
        if is_needed(notice):
            needed.append(notice)
        else:
            notice.state = NoticeState.NOT_NEEDED
    return needed


def may_ring(session: Session, callback: Callback, at: datetime) -> datetime:
    """The first moment from ``at`` on at which whoever it is for may be rung."""
    policy = policy_of(session)
    if callback.aim is not Aim.NOTICE:
        return policy.may_ring(at, known(session, callback.resident_id).quiet)
    urgent = any(one.ticket.urgent for one in to_tell(session, callback))
    return policy.may_ring_staff(at, urgent=urgent)


def note_told(session: Session, command: NoteTold, *, at: datetime) -> None:
    """They heard it; that they look after it is a row of the ticket. Heard twice, nothing more happens."""
    notice = session.get_one(Notice, command.notice)
    callback = session.get_one(Callback, notice.callback_id, with_for_update=True)
    if notice.state is not NoticeState.RINGING:
        return
    has_it = "they look after it" if command.has_it else "told"
    notice.state, notice.outcome = NoticeState.TOLD, has_it
    ticket = session.get_one(Ticket, notice.ticket_id, with_for_update=True)
    if command.has_it and Acknowledged in MOVES[ticket.status]:
        mine = {"clock": notice.timer.kind, "owner": notice.owner, "name": notice.name}
        ticket.record(Acknowledged(at=at, by="telephone", call=command.call, **mine))
    session.flush()
    if callback.state in LIVE and not to_tell(session, callback):
        callback.state = CallbackState.TOLD
        settle(callback, "told")


def not_reached(session: Session, callback: Callback, at: datetime) -> None:
    """Nobody rings them any more: whoever comes next hears of it, once."""
    for notice in to_tell(session, callback):
        notice.outcome = f"by telephone: {callback.reason or 'no answer'}"
        fall_back(session, notice, at)


def fall_back(session: Session, notice: Notice, at: datetime) -> None:
    """Another channel of whoever stands on this step; else the ladder is climbed at once (``tickets.ladder``)."""
    ticket, policy = notice.ticket, policy_of(session)
    named = list(policy.persons(notice.owner, ticket.department))
    known_as = [(one.channel, one.address) for one in named]
    this = (notice.channel, notice.address)
    rest = named[known_as.index(this) + 1 :] if this in known_as else named
    other = next((one for one in rest if one.channel is not Channel.PAGE), None)
    if other is None:
        give_up(notice, at)
        return
    notice.name, notice.channel, notice.address = other.name, other.channel, other.address
    notice.state, notice.due_at, notice.tries = NoticeState.OWED, at, 0


def give_up(notice: Notice, at: datetime) -> None:
    """Nobody on this step could be told: where the promise is broken, the next step is due."""
    notice.state = NoticeState.GIVEN_UP
    timer = notice.timer
    waits = timer.state is TimerState.ARMED and timer.step == notice.step + 1
    if notice.step and waits and timer.promised_at == notice.promised_at:
        timer.due_at = min(timer.due_at, at)
