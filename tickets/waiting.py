"""People waiting for a person: handed over, in danger, cut off, or understood by nobody yet."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base
from store.seal import Sealed
from tickets.commands import Reason


class Waiting(Base):
    """Somebody who waits, why, and by when a person is due."""

    __tablename__ = "waiting"
    __table_args__ = (
        Index(
            "ix_waiting_due",
            "due_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    recording_id: Mapped[str | None] = mapped_column(String(32))
    resident_id: Mapped[int | None]
    reason: Mapped[Reason]
    danger: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Sealed("waiting.words"))
    number: Mapped[str] = mapped_column(Sealed("waiting.number"))  #: "" where it is withheld
    due_at: Mapped[datetime]
    added_at: Mapped[datetime]
    taken_by: Mapped[str | None] = mapped_column(String(64))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
