"""People waiting for a person: handed over, in danger, cut off, or understood by nobody yet."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.numbers import normal_number
from store.seal import Sealed
from tickets.clocks import Clock
from tickets.commands import HandOver, Reason
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.ring_backs import owe_ring_back, waits_no_more
from tickets.timers import stop


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
    note: Mapped[str | None] = mapped_column(
        Sealed("waiting.note")
    )  #: why it was closed without a ticket
    due_at: Mapped[datetime]
    added_at: Mapped[datetime]
    taken_by: Mapped[str | None] = mapped_column(String(64))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AlreadyTaken(Exception):
    """Somebody else looks after them, or has done so."""


def hand_over(
    session: Session, command: HandOver, *, at: datetime, ticket_id: int | None = None
) -> Waiting:
    """A person is due: at once where there is danger, else in 15 minutes.

    ``ticket_id`` is the ticket it is about, else the last one of the call. Handed over again
    in the same call for the same reason, they wait once.
    """
    ticket_id = ticket_id or _ticket_of_call(session, command.call)
    if again := _same(session, command, ticket_id):
        return again
    urgent = command.danger is not None or command.reason is Reason.DANGER
    waiting = Waiting(
        call_id=command.call,
        ticket_id=ticket_id,
        recording_id=command.recording,
        resident_id=command.resident,
        reason=command.reason,
        danger=command.danger,
        words=command.words,
        number=normal_number(command.number),
        due_at=at if urgent else policy_of(session).due(at).respond,
        added_at=at,
    )
    session.add(waiting)
    session.flush()
    if command.ring_back:
        owe_ring_back(session, waiting.id, resident=command.resident, number=command.number, at=at)
    return waiting


def wait_for_routing(session: Session, ticket: Ticket, at: datetime) -> None:
    """Nobody owns it: a person finds somebody, 15 minutes at most."""
    unrouted = HandOver(
        call=ticket.call_id,
        resident=ticket.resident_id,
        reason=Reason.UNROUTED,
        recording=ticket.recording_id,
        words=ticket.words,
        number=ticket.callback_number or "",
    )
    hand_over(session, unrouted, at=at, ticket_id=ticket.id)


def waiting_now(session: Session) -> list[Waiting]:
    """Everybody who waits, danger first, then by due time; taken ones stay until they are closed."""
    rows = session.scalars(
        select(Waiting).where(Waiting.closed_at.is_(None)).order_by(Waiting.due_at, Waiting.id)
    )
    return sorted(rows, key=lambda row: row.danger is None and row.reason is not Reason.DANGER)


def take_waiting(session: Session, waiting_id: int, *, by: str, at: datetime) -> Waiting:
    """Somebody looks after them: that is the first human contact. Raises ``AlreadyTaken``."""
    session.flush()
    waiting = session.get_one(Waiting, waiting_id, with_for_update=True)
    if waiting.taken_by == by and waiting.closed_at is None:
        return waiting
    if waiting.taken_by or waiting.closed_at:
        raise AlreadyTaken(f"{waiting.taken_by or 'somebody'} looks after them")
    waiting.taken_by, waiting.taken_at = by, at
    _respond_stops(session, waiting)
    waits_no_more(session, waiting.id)
    return waiting


def take_over(session: Session, waiting_id: int, *, before: str, by: str, at: datetime) -> Waiting:
    """``before`` cannot go on, somebody else does. Raises ``AlreadyTaken`` where that is no longer so."""
    session.flush()
    waiting = session.get_one(Waiting, waiting_id, with_for_update=True)
    if waiting.closed_at or waiting.taken_by != before:
        raise AlreadyTaken(f"{waiting.taken_by or 'somebody'} looks after them")
    waiting.taken_by, waiting.taken_at = by, at
    return waiting


def close_waiting(
    session: Session,
    waiting_id: int,
    *,
    by: str,
    at: datetime,
    ticket_id: int | None = None,
    note: str | None = None,
) -> Waiting:
    """They need not wait any more: ``ticket_id`` came of it, or ``note`` says why nothing did."""
    session.flush()
    waiting = session.get_one(Waiting, waiting_id, with_for_update=True)
    if waiting.closed_at is None:
        waiting.closed_at = at
        waiting.taken_by, waiting.taken_at = waiting.taken_by or by, waiting.taken_at or at
        waiting.ticket_id = ticket_id or waiting.ticket_id
        waiting.note = note or waiting.note
        _respond_stops(session, waiting)
        waits_no_more(session, waiting.id)
    return waiting


def _respond_stops(session: Session, waiting: Waiting) -> None:
    if waiting.ticket_id is not None:
        stop(session.get_one(Ticket, waiting.ticket_id), Clock.RESPOND)


def _same(session: Session, command: HandOver, ticket_id: int | None) -> Waiting | None:
    if command.call is None:
        return None
    same = select(Waiting).filter_by(
        call_id=command.call,
        ticket_id=ticket_id,
        recording_id=command.recording,
        reason=command.reason,
        danger=command.danger,
        closed_at=None,
    )
    return session.scalars(same).first()


def _ticket_of_call(session: Session, call: str | None) -> int | None:
    latest = select(Ticket.id).where(Ticket.call_id == call).order_by(Ticket.id.desc()).limit(1)
    return None if call is None else session.scalar(latest)
