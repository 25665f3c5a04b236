"""Who is told of a promise that is late: queued in the transaction that finds it late, sent by whoever claims it.

A letter that a crash left unclear is sent again with the same key, which the other side can tell it by.
Who is told by telephone is owed a call (``tickets.notice_calls``), and never rung again blindly.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tickets.models import Ticket, Timer
from tickets.notice_calls import fall_back, owe_call
from tickets.notice_rows import OWED, Notice, NoticeState, is_needed
from tickets.policies import policy_of
from tickets.policy import Channel, Owner, Person, Policy
from tickets.register import assignee_of

__all__ = [
    "LEASE",
    "WAITS",
    "Notice",
    "NoticeState",
    "claim_notices",
    "next_notice",
    "not_told",
    "queue",
    "told",
]

LEASE = timedelta(minutes=2)  #: by then a notice was sent, or the worker has crashed
WAITS = tuple(timedelta(minutes=one) for one in (1, 2, 5, 15, 30, 60, 120, 240, 480))
_SAME = select(Notice.id).where(
    Notice.timer_id == bindparam("timer"),
    Notice.promised_at == bindparam("promised"),
    Notice.owner == bindparam("owner"),
)


def queue(session: Session, timer: Timer, owner: Owner, at: datetime) -> str:
    """Whoever answers for it is told once by their own channel; returns their name, "" where nobody is named."""
    ticket, policy = session.get_one(Ticket, timer.ticket_id), policy_of(session)
    person = _who(session, policy, ticket, owner, at)
    same = {"timer": timer.id, "promised": timer.promised_at, "owner": owner}
    if session.scalar(_SAME, same) is None:
        seen = person.channel is Channel.PAGE
        rings = person.channel is Channel.PHONE
        notice = Notice(
            ticket_id=ticket.id,
            timer_id=timer.id,
            promised_at=timer.promised_at,
            step=timer.step,
            owner=owner,
            name=person.name,
            channel=person.channel,
            address=person.address,
            key=uuid4().hex,
            made_at=at,
            due_at=policy.may_ring_staff(at, urgent=ticket.urgent) if rings else at,
            state=NoticeState.TOLD if seen else NoticeState.OWED,
            tries=0,
        )
        session.add(notice)
    return person.name


def _who(session: Session, policy: Policy, ticket: Ticket, owner: Owner, at: datetime) -> Person:
    """As the policy names them; whoever has the ticket has a telephone of their own, which is an agent's only channel."""
    named = policy.person(owner, ticket.department)
    own = None
    if owner is Owner.ASSIGNEE and (named is None or ticket.assignee_id is not None):
        own = assignee_of(session, ticket, at)
    if own is not None:
        return Person(role=owner, name=own.name, channel=Channel.PHONE, address=own.number)
    return named or Person(role=owner, name="", channel=Channel.PAGE)


def next_notice(session: Session, channels: Collection[Channel]) -> datetime | None:
    """When the next one is to be sent by these channels; a look that keeps nobody from writing."""
    if not channels:
        return None
    owed = select(func.min(Notice.due_at)).where(OWED, Notice.channel.in_(channels))
    return session.scalar(owed)


def claim_notices(
    session: Session, at: datetime, channels: Collection[Channel], *, limit: int = 20
) -> list[Notice]:
    """Notices to send now, by these channels; commit before sending them. What is not needed any more is closed.

    To whoever is told by telephone a call is owed from now on, which ``tickets.dialling`` makes.
    """
    owed = select(Notice).where(OWED, Notice.due_at <= at, Notice.channel.in_(channels))
    chosen = owed.order_by(Notice.due_at, Notice.id).limit(limit)
    rows = session.scalars(chosen.with_for_update(skip_locked=True, of=Notice)).all()
    for notice in rows:
        if not is_needed(notice):
            notice.state = NoticeState.NOT_NEEDED
        elif notice.channel is Channel.PHONE:
            owe_call(session, notice, at)
        else:
            notice.token, notice.due_at = uuid4().hex, at + LEASE
            notice.tries += 1
    session.flush()
    return [one for one in rows if one.state is NoticeState.OWED]


def told(session: Session, notice_id: int, token: str) -> bool:
    """They were told; False where somebody else sent it meanwhile."""
    notice = _sent_by(session, notice_id, token)
    if notice is None:
        return False
    notice.state, notice.token, notice.outcome = NoticeState.TOLD, None, "told"
    return True


def not_told(session: Session, notice_id: int, token: str, why: str, at: datetime) -> bool:
    """It is tried again later and later, then somebody else is told; False where somebody else sent it meanwhile."""
    notice = _sent_by(session, notice_id, token)
    if notice is None:
        return False
    notice.token, notice.outcome = None, why[:200]
    if notice.tries > len(WAITS):
        fall_back(session, notice, at)
    else:
        notice.state, notice.due_at = NoticeState.OWED, at + WAITS[notice.tries - 1]
    return True


def _sent_by(session: Session, notice_id: int, token: str) -> Notice | None:
    notice = session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)
    return notice if notice.token == token else None
