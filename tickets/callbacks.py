"""Callbacks: what is owed to a resident, and every time it was tried."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, false, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from store.base import Base
from store.numbers import normal_number
from store.seal import keyring_of
from tickets.lifecycle import Status
from tickets.models import Ticket


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


class NotOwed(Exception):
    """The callback is not to be dialled: told, cancelled, or an attempt is under way."""


def owe(session: Session, ticket: Ticket, at: datetime) -> Callback:
    """The ticket was handled: its resident is owed a call."""
    callback = Callback(
        ticket_id=ticket.id,
        resident_id=ticket.resident_id,
        due_at=at,
        state=CallbackState.OWED,
        tries=0,
    )
    session.add(callback)
    return callback


def callback_of(session: Session, ticket_id: int) -> Callback | None:
    """The latest callback of a ticket."""
    of_ticket = select(Callback).where(Callback.ticket_id == ticket_id)
    return session.scalars(of_ticket.order_by(Callback.id.desc()).limit(1)).first()


def callbacks_due(session: Session, at: datetime) -> list[Callback]:
    """Callbacks to make now, the longest due first."""
    owed = select(Callback).where(Callback.state == CallbackState.OWED, Callback.due_at <= at)
    return list(session.scalars(owed.order_by(Callback.due_at, Callback.id)))


def answers_waiting(
    session: Session, *, resident: int | None = None, number: str = ""
) -> list[Ticket]:
    """Handled tickets whose result this caller has not heard: it is told when they ring us, too."""
    ours = Ticket.resident_id == resident if resident is not None else false()
    if digits := normal_number(number):
        ours |= Ticket.callback_index == keyring_of(session).blind(digits)
    waiting = select(Ticket).where(Ticket.status == Status.HANDLED, ours)
    return list(session.scalars(waiting.order_by(Ticket.opened_at)))


def begin_dial(
    session: Session, callback_id: int, *, at: datetime, call_id: str | None = None
) -> DialAttempt:
    """Write the attempt down; commit it before dialling. Raises ``NotOwed``."""
    callback = session.get_one(Callback, callback_id, with_for_update=True)
    if callback.state is not CallbackState.OWED:
        raise NotOwed(f"callback {callback_id} is {callback.state}")
    callback.state = CallbackState.DIALLING
    attempt = DialAttempt(at=at, call_id=call_id)
    callback.attempts.append(attempt)
    session.flush()
    return attempt


def unclear_dials(session: Session) -> list[DialAttempt]:
    """Attempts without an outcome: under way, or left by a crash and to be looked up."""
    return list(session.scalars(select(DialAttempt).where(DialAttempt.outcome.is_(None))))


def settle(callback: Callback, outcome: str) -> None:
    """How the attempt under way ended; without one nothing was dialled, they rang us."""
    callback.reason = outcome
    for attempt in callback.attempts:
        attempt.outcome = attempt.outcome or outcome
