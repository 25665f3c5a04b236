"""Callbacks as stored: what is owed to a resident, and every time it was tried."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.base import Base


class CallbackState(StrEnum):
    OWED = "owed"
    DIALLING = "dialling"  #: an attempt is under way, or a crash left it unclear
    TOLD = "told"
    MISSED = "missed"  #: tried often enough; the answer waits for their next call
    CANCELLED = "cancelled"


class Callback(Base):
    """A result that has to be told; a row from the moment the ticket is handled."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index(
            "ix_callbacks_due",
            "due_at",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    resident_id: Mapped[int | None]
    due_at: Mapped[datetime]
    state: Mapped[CallbackState] = mapped_column(default=CallbackState.OWED)
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(32))  #: how the last try ended

    attempts: Mapped[list["DialAttempt"]] = relationship(order_by="DialAttempt.id")


class DialAttempt(Base):
    """A dial, committed before it is made; without an outcome it is unclear and never redialled blindly."""

    __tablename__ = "dial_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    at: Mapped[datetime]
    call_id: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(32))
