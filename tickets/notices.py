"""Who is told of a promise that is late: queued in the transaction that finds it late, sent by whoever claims it.

A letter that a crash left unclear is sent again with the same key, which the other side can tell it by.
A telephone is never rung again blindly.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from store.base import Base
from store.seal import Sealed
from tickets.models import Ticket, Timer, TimerState
from tickets.policies import policy_of
from tickets.policy import Channel, Owner, Person

LEASE = timedelta(minutes=2)  #: by then a notice was sent, or the worker has crashed
WAITS = tuple(timedelta(minutes=one) for one in (1, 2, 5, 15, 30, 60, 120, 240, 480))
OWED = text("state = 'owed'")


class NoticeState(StrEnum):
    OWED = "owed"  #: to be sent, perhaps again
    UNCLEAR = "unclear"  #: a telephone was about to be rung, and nobody has said what came of it
    TOLD = "told"
    NOT_NEEDED = "not_needed"  #: what was owed was done before anybody was told
    GIVEN_UP = "given_up"  #: tried often enough


class Notice(Base):
    """One person who is told once that a promise is late, or soon will be."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("timer_id", "promised_at", "owner"),
        Index("ix_notices_due", "due_at", sqlite_where=OWED, postgresql_where=OWED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    timer_id: Mapped[int] = mapped_column(ForeignKey("timers.id"))
    promised_at: Mapped[datetime]
    step: Mapped[int]  #: 0 is the warning
    owner: Mapped[Owner]
    name: Mapped[str] = mapped_column(Sealed("notices.name"))  #: "" where nobody is named
    channel: Mapped[Channel]
    address: Mapped[str] = mapped_column(Sealed("notices.address"))
    key: Mapped[str] = mapped_column(String(32), unique=True)  #: the same at every try
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]  #: of the next try
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.OWED)
    tries: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(String(32))  #: of whoever sends it
    outcome: Mapped[str | None] = mapped_column(String(200))  #: of the last try

    ticket: Mapped[Ticket] = relationship()
    timer: Mapped[Timer] = relationship()


_SAME = select(Notice.id).where(
    Notice.timer_id == bindparam("timer"),
    Notice.promised_at == bindparam("promised"),
    Notice.owner == bindparam("owner"),
)


def queue(session: Session, timer: Timer, owner: Owner, at: datetime) -> str:
    """Whoever answers for it is told once by their own channel; returns their name, "" where nobody is named."""
    ticket, policy = session.get_one(Ticket, timer.ticket_id), policy_of(session)
    person = policy.person(owner, ticket.department) or Person(
        role=owner, name="", channel=Channel.PAGE
    )
    same = {"timer": timer.id, "promised": timer.promised_at, "owner": owner}
    if session.scalar(_SAME, same) is None:
        seen = person.channel is Channel.PAGE
        rings = person.channel is Channel.PHONE and not ticket.urgent
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
            due_at=policy.may_ring(at) if rings else at,
            state=NoticeState.TOLD if seen else NoticeState.OWED,
            tries=0,
        )
        session.add(notice)
    return person.name


def next_notice(session: Session, channels: Collection[Channel]) -> datetime | None:
    """When the next one is to be sent by these channels; a look that keeps nobody from writing."""
    if not channels:
        return None
    owed = select(func.min(Notice.due_at)).where(OWED, Notice.channel.in_(channels))
    return session.scalar(owed)


def claim_notices(
    session: Session, at: datetime, channels: Collection[Channel], *, limit: int = 20
) -> list[Notice]:
    """Notices to send now, by these channels; commit before sending them. What is not needed any more is closed."""
    owed = select(Notice).where(OWED, Notice.due_at <= at, Notice.channel.in_(channels))
    chosen = owed.order_by(Notice.due_at, Notice.id).limit(limit)
    rows = session.scalars(chosen.with_for_update(skip_locked=True, of=Notice)).all()
    for notice in rows:
        if _is_needed(notice):
            notice.token, notice.due_at = uuid4().hex, at + LEASE
            notice.tries += 1
            if notice.channel is Channel.PHONE:
                notice.state = NoticeState.UNCLEAR
        else:
            notice.state = NoticeState.NOT_NEEDED
    session.flush()
    return [one for one in rows if one.state is not NoticeState.NOT_NEEDED]


def told(session: Session, notice_id: int, token: str) -> bool:
    """They were told; False where somebody else sent it meanwhile."""
    notice = _sent_by(session, notice_id, token)
    if notice is None:
        return False
    notice.state, notice.token, notice.outcome = NoticeState.TOLD, None, "told"
    return True


def not_told(session: Session, notice_id: int, token: str, why: str, at: datetime) -> bool:
    """It is tried again later and later, then given up; False where somebody else sent it meanwhile."""
    notice = _sent_by(session, notice_id, token)
    if notice is None:
        return False
    notice.token, notice.outcome = None, why[:200]
    if notice.tries > len(WAITS):
        notice.state = NoticeState.GIVEN_UP
    else:
        notice.state, notice.due_at = NoticeState.OWED, at + WAITS[notice.tries - 1]
    return True


def _sent_by(session: Session, notice_id: int, token: str) -> Notice | None:
    notice = session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)
    return notice if notice.token == token else None


def _is_needed(notice: Notice) -> bool:
    """A warning of a clock that stands still is given anew when it runs again."""
    over = {TimerState.STOPPED} if notice.step else {TimerState.STOPPED, TimerState.PAUSED}
    return notice.timer.state not in over
