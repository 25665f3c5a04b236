"""Who is told of a promise that is late, as rows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.base import Base
from store.seal import Sealed
from tickets.models import Ticket, Timer, TimerState
from tickets.policy import Channel, Owner

OWED = text("state = 'owed'")


class NoticeState(StrEnum):
    OWED = "owed"  #: to be sent, perhaps again
    RINGING = "ringing"  #: a call is owed to them, and says it (``callback_id``)
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
    callback_id: Mapped[int | None] = mapped_column(index=True)  #: the call that says it
    outcome: Mapped[str | None] = mapped_column(String(200))  #: of the last try

    ticket: Mapped[Ticket] = relationship()
    timer: Mapped[Timer] = relationship()


def is_needed(notice: Notice) -> bool:
    """A warning of a clock that stands still is given anew when it runs again."""
    over = {TimerState.STOPPED} if notice.step else {TimerState.STOPPED, TimerState.PAUSED}
    return notice.timer.state not in over
