"""Tickets as stored: the current row, the events that led to it, and the clocks that run for it."""

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.base import Base
from store.seal import Sealed, SealedJson
from tickets.clocks import Clock
from tickets.lifecycle import Happening, Status, after


class AssigneeKind(StrEnum):
    DEPARTMENT = "department"
    AGENT = "agent"


class TimerState(StrEnum):
    ARMED = "armed"
    CLAIMED = "claimed"  #: somebody acts on it until the lease runs out
    PAUSED = "paused"  #: we wait for the resident; ``left`` is still to run
    STOPPED = "stopped"  #: what was owed was done, or is owed no more
    FIRED = "fired"  #: it is still owed, and nobody stands higher on the ladder


# As text: with a bound value neither database could tell that a partial index will do.
ARMED, CLAIMED, PAUSED = (text(f"state = '{one}'") for one in ("armed", "claimed", "paused"))
OWNED = text("owner IS NOT NULL")


def _partial(name: str, column: str, where: TextClause) -> Index:
    return Index(name, column, sqlite_where=where, postgresql_where=where)


class Ticket(Base):
    """One need. Calls, residents and staff live upstairs: their ids are kept, without foreign keys."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)  #: None: from a paper slip
    resident_id: Mapped[int | None] = mapped_column(index=True)
    recording_id: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Sealed("tickets.words"))
    language: Mapped[str] = mapped_column(String(8))
    department: Mapped[str | None] = mapped_column(String(32))
    service: Mapped[str | None] = mapped_column(String(64))
    assignee_kind: Mapped[AssigneeKind | None]
    assignee_id: Mapped[int | None]  #: of the agent
    status: Mapped[Status] = mapped_column(default=Status.OPEN, index=True)
    reopened: Mapped[int] = mapped_column(default=0)
    urgent: Mapped[bool] = mapped_column(default=False)  #: clocks of its own
    #: who answers for it since a promise was broken (``tickets.policy.Owner``); None: whoever has it
    owner: Mapped[str | None] = mapped_column(String(32))
    paused_at: Mapped[datetime | None]  #: we wait for the resident since then

    caller_name: Mapped[str | None] = mapped_column(Sealed("tickets.caller_name"))
    caller_place: Mapped[str | None] = mapped_column(Sealed("tickets.caller_place"))
    #: where the need is, as it was told; None: where they live
    place: Mapped[str | None] = mapped_column(Sealed("tickets.place"))
    where_recording_id: Mapped[str | None] = mapped_column(String(32))
    district: Mapped[str | None] = mapped_column(
        String(64)
    )  #: whose people of the department it is for
    answer: Mapped[str | None] = mapped_column(
        Sealed("tickets.answer")
    )  #: to the one question asked
    answer_recording_id: Mapped[str | None] = mapped_column(String(32))
    name_recording_id: Mapped[str | None] = mapped_column(String(32))
    place_recording_id: Mapped[str | None] = mapped_column(String(32))
    callback_number: Mapped[str | None] = mapped_column(Sealed("tickets.callback_number"))
    callback_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    #: blind index of the building whose lift, lamp or pipe it is; None for what is one person's own
    building_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    joined_to: Mapped[int | None] = mapped_column(index=True)  #: the ticket it is one with

    result_recording_id: Mapped[str | None] = mapped_column(String(32))
    result_words: Mapped[str | None] = mapped_column(Sealed("tickets.result_words"))

    opened_at: Mapped[datetime] = mapped_column(index=True)
    # Mirrors of the timers, for listing.
    respond_due: Mapped[datetime]
    handle_due: Mapped[datetime]
    feedback_due: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer)

    history: Mapped[list["TicketEvent"]] = relationship(
        back_populates="ticket", order_by="TicketEvent.seq"
    )
    timers: Mapped[list["Timer"]] = relationship(order_by="Timer.id")
    helpers: Mapped[list["TicketHelper"]] = relationship(order_by="TicketHelper.department")

    __table_args__ = (
        Index("ix_tickets_assignee", "assignee_kind", "assignee_id", "department"),
        _partial("ix_tickets_owner", "owner", OWNED),
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def assignee(self) -> str | None:
        """Who has it: "department:property", "agent:12", or None."""
        if self.assignee_kind is None:
            return None
        whose = self.assignee_id if self.assignee_kind is AssigneeKind.AGENT else self.department
        return f"{self.assignee_kind}:{whose}"

    @property
    def next_due(self) -> datetime:
        """The promise that is watched now: to be taken up, to be dealt with, to be told."""
        if self.status in {Status.HANDLED, Status.TOLD}:
            return self.feedback_due
        waits = self.status in {Status.OPEN, Status.ASSIGNED} and not self.reopened
        return self.respond_due if waits else self.handle_due

    def record(self, event: Happening) -> None:
        """Take the event, or raise ``IllegalMove`` and change nothing; only this writes the status."""
        self.status = after(self.status, event)
        self.history.append(TicketEvent.of(event, seq=len(self.history)))


class TicketHelper(Base):
    """A department that helps; who has the ticket leads."""

    __tablename__ = "ticket_helpers"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    department: Mapped[str] = mapped_column(String(32), primary_key=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(64))


class TicketEvent(Base):
    """Audit trail and timeline in one; never changed."""

    __tablename__ = "ticket_events"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(SealedJson("ticket_events.details"))

    ticket: Mapped[Ticket] = relationship(back_populates="history")

    @classmethod
    def of(cls, event: Happening, *, seq: int) -> Self:
        own = [field.name for field in fields(event) if field.name not in {"at", "by"}]
        details = {name: getattr(event, name) for name in own}
        return cls(seq=seq, kind=type(event).__name__, at=event.at, by=event.by, details=details)


class Timer(Base):
    """A clock that runs, as a row: it survives every crash.

    It is due several times: at step 0 whoever has the ticket is warned, at step 1 the promise is
    broken and the first on the ladder owns it, at step 2 the second, and so on (``tickets.ladder``).
    """

    __tablename__ = "timers"
    __table_args__ = (
        _partial("ix_timers_due", "due_at", ARMED),
        _partial("ix_timers_leased", "lease_until", CLAIMED),
        _partial("ix_timers_paused", "due_at", PAUSED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[Clock]
    due_at: Mapped[datetime]  #: of the next step; while it is paused, when it runs again by itself
    promised_at: Mapped[datetime]  #: what was promised
    step: Mapped[int] = mapped_column(default=1)
    owner: Mapped[str | None] = mapped_column(String(32))  #: who answers since its last step
    left: Mapped[timedelta | None]  #: what was to run when it was paused, in the clock's own hours
    state: Mapped[TimerState] = mapped_column(default=TimerState.ARMED)
    attempt: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(String(32))  #: of whoever claimed it last
    lease_until: Mapped[datetime | None]
