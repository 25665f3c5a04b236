"""Somebody may be in danger: the ticket is marked, its clocks are the urgent ones, and their emergency contact is owed word.

Who they are and how they are rung is copied from the register, so that an alert can be acted on by whoever sees it.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.seal import Sealed
from tickets.clocks import Clock
from tickets.lifecycle import MOVES, Hurried
from tickets.models import Ticket, TimerState
from tickets.pausing import resume
from tickets.policies import policy_of
from tickets.policy import Policy
from tickets.timers import arm, stop
from tickets.waiting import Waiting

RUNNING = {TimerState.ARMED, TimerState.CLAIMED}


class AlertState(StrEnum):
    OWED = "owed"
    TOLD = "told"
    DROPPED = "dropped"  #: it was no danger, or they were there already


class ContactAlert(Base):
    """An emergency contact who is to be told; a person does it from the pages, whoever takes it."""

    __tablename__ = "contact_alerts"
    __table_args__ = (
        Index(
            "ix_contact_alerts_owed",
            "owed_at",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    waiting_id: Mapped[int] = mapped_column(ForeignKey("waiting.id"), unique=True)
    resident_id: Mapped[int]
    danger: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Sealed("contact_alerts.name"))
    number: Mapped[str] = mapped_column(Sealed("contact_alerts.number"))
    owed_at: Mapped[datetime]
    state: Mapped[AlertState] = mapped_column(default=AlertState.OWED)
    tries: Mapped[int] = mapped_column(default=0)  #: that reached nobody
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(64))


def owe_alert(
    session: Session, waiting: Waiting, *, name: str, number: str, at: datetime
) -> ContactAlert | None:
    """The contact of who waits in danger is to be told, once; None for nobody on the register."""
    if waiting.resident_id is None or not number:
        return None
    same = select(ContactAlert).where(ContactAlert.waiting_id == waiting.id)
    if found := session.scalars(same).first():
        return found
    alert = ContactAlert(
        waiting_id=waiting.id,
        resident_id=waiting.resident_id,
        danger=waiting.danger or "",
        name=name,
        number=number,
        owed_at=at,
        state=AlertState.OWED,
        tries=0,
    )
    session.add(alert)
    session.flush()
    return alert


def alerts_owed(session: Session) -> Sequence[ContactAlert]:
    """All that are still owed, the oldest first."""
    owed = select(ContactAlert).where(ContactAlert.state == AlertState.OWED)
    return session.scalars(owed.order_by(ContactAlert.owed_at, ContactAlert.id)).all()


def is_overdue(alert: ContactAlert, policy: Policy, at: datetime) -> bool:
    """Owed for longer than somebody in danger waits for an answer."""
    return at - alert.owed_at > policy.rule(Clock.RESPOND, urgent=True).within


def alerts_overdue(session: Session, at: datetime) -> Sequence[ContactAlert]:
    """Those whom somebody should have told by now, the oldest first."""
    policy = policy_of(session)
    return [one for one in alerts_owed(session) if is_overdue(one, policy, at)]


def settle_alert(
    session: Session, alert_id: int, state: AlertState, *, by: str, at: datetime
) -> ContactAlert:
    """Told, or not needed; still owed means that nobody answered. What is settled stays as it is."""
    alert = session.get_one(ContactAlert, alert_id, with_for_update=True)
    if alert.state is not AlertState.OWED:
        return alert
    if state is AlertState.OWED:
        alert.tries += 1
        return alert
    alert.state, alert.settled_by, alert.settled_at = state, by, at
    return alert


def hurry(session: Session, ticket: Ticket, *, danger: str, by: str, at: datetime) -> bool:
    """The ticket is urgent from now on; False where it is settled already. What was promised sooner stays."""
    if Hurried not in MOVES[ticket.status]:
        return False
    if ticket.urgent:
        return True
    resume(session, ticket, why="danger", by=by, at=at)
    ticket.record(Hurried(at=at, by=by, danger=danger))
    ticket.urgent = True
    policy = policy_of(session)
    due = policy.due(at, urgent=True)
    running = {timer.kind for timer in ticket.timers if timer.state in RUNNING}
    for clock in Clock:
        if clock in running and due.of(clock) < getattr(ticket, f"{clock}_due"):
            stop(ticket, clock)
            arm(ticket, clock, due.of(clock), warn=policy.rule(clock, urgent=True).warn)
    return True
