"""Callbacks, their results and their dials, as rows."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.base import Base
from store.seal import Sealed

LEASE = timedelta(minutes=2)  #: of a dial; whoever carries the call renews it
#: outcomes of dials that rang nobody's telephone
NOT_RUNG = ("failed", "not_placed", "bad_number")


class Aim(StrEnum):
    """Why somebody is rung."""

    RESULT = "result"  #: their need was dealt with
    RING_BACK = "ring_back"  #: they rang and were cut off, missed, or said nothing
    ASK_AGAIN = "ask_again"  #: they called it solved two weeks ago: is it still?
    NOTICE = "notice"  #: somebody who works here answers for a promise that is late


class CallbackState(StrEnum):
    OWED = "owed"
    DIALLING = "dialling"  #: an attempt is under way, or a crash left it unclear
    TOLD = "told"
    MISSED = "missed"  #: tried often enough; the answer waits for their next call
    VISIT = "visit"  #: somebody goes there
    CANCELLED = "cancelled"


LIVE = (CallbackState.OWED, CallbackState.DIALLING)
OWED = text("callbacks.state = 'owed'")  #: written out, so that the index over what is owed is used


class CallbackResult(Base):
    """A ticket whose result is told, or asked about, in a callback."""

    __tablename__ = "callback_results"

    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, index=True)


class Callback(Base):
    """A call that is owed; several results of one person are told in one call."""

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
    aim: Mapped[Aim] = mapped_column(default=Aim.RESULT)
    person: Mapped[bytes] = mapped_column(LargeBinary, index=True)  #: blind, see ``person_of``
    resident_id: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(Sealed("callbacks.number"))
    waiting_id: Mapped[int | None] = mapped_column(index=True)  #: who is rung back
    owed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[CallbackState] = mapped_column(default=CallbackState.OWED)
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(32))  #: how the last try ended

    results: Mapped[list[CallbackResult]] = relationship(order_by="CallbackResult.ticket_id")
    attempts: Mapped[list["DialAttempt"]] = relationship(order_by="DialAttempt.id")

    @property
    def tickets(self) -> list[int]:
        return [one.ticket_id for one in self.results]


class DialAttempt(Base):
    """A dial, committed before it is made, and never made again blindly.

    While it has a lease the line is, or may be, in use; when that runs out the dial is looked up.
    """

    __tablename__ = "dial_attempts"
    __table_args__ = (
        Index(
            "ix_dial_attempts_in_use",
            "lease_until",
            sqlite_where=text("lease_until IS NOT NULL"),
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)  #: the provider knows the dial by it
    person: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    at: Mapped[datetime]
    part: Mapped[str | None] = mapped_column(String(16))  #: day and part of the day, "2026-01-05 0"
    call_id: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(32))
    token: Mapped[str | None] = mapped_column(String(32))  #: of whoever looked it up last; it stays
    lease_until: Mapped[datetime | None]


class DialGate(Base):
    """One row for all workers: when the next dial may be made, and whether the provider is left alone."""

    __tablename__ = "dial_gate"

    id: Mapped[int] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)  #: of the provider, one after the other
    closed_until: Mapped[datetime | None]
