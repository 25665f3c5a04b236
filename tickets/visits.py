"""Somebody goes there: where nobody could be reached by telephone, or there is none."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, bindparam, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from store.base import Base
from store.seal import Sealed
from tickets.calendar import closes, next_working_day, opens
from tickets.callbacks import Callback, CallbackState, owe, untold
from tickets.lifecycle import VisitOrdered
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.policy import Policy
from tickets.register import known, visitor_of

AT_LEAST = timedelta(hours=2)  #: to get there, however late in the day it is (estimate)
MACHINE = "hotline"


class VisitState(StrEnum):
    ORDERED = "ordered"
    MADE = "made"  #: somebody was there; what they saw is the note
    CANCELLED = "cancelled"  #: they rang us, or it is not needed any more


class Visit(Base):
    """An order to go there, for the proxy agent; what it is about hangs on its callback."""

    __tablename__ = "visits"
    __table_args__ = (
        Index(
            "ix_visits_due",
            "due_at",
            sqlite_where=text("state = 'ordered'"),
            postgresql_where=text("state = 'ordered'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), unique=True)
    agent: Mapped[int | None] = mapped_column(index=True)  #: None: a supervisor finds somebody
    ordered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[VisitState] = mapped_column(default=VisitState.ORDERED)
    made_at: Mapped[datetime | None]
    made_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Sealed("visits.note"))
    witness: Mapped[str | None] = mapped_column(Sealed("visits.witness"))

    callback: Mapped[Callback] = relationship()


_OF_CALLBACK = select(Visit).where(Visit.callback_id == bindparam("callback"))


def owe_result(session: Session, ticket: Ticket, at: datetime) -> Callback:
    """The resident is owed a call; where there is no number to ring, somebody goes there at once."""
    callback = owe(session, ticket, at)
    if not (ticket.callback_number or known(session, ticket.resident_id).number):
        order_visit(session, callback, at=at)
    return callback


def order_visit(session: Session, callback: Callback, *, at: datetime) -> Visit:
    """Nobody rings them any more: somebody goes there. Ordered again, it is the same order.

    The same day for residents at risk, else the next working day; their proxy agent goes, or where that one
    is off or has enough to do another of the same area; where there is none a supervisor finds somebody.
    """
    if found := visit_of(session, callback.id):
        return found
    who, policy = known(session, callback.resident_id), policy_of(session)
    due = visit_due(policy, at, at_risk=who.at_risk)
    agent = _visitor(session, callback.resident_id, at, due, policy)
    visit = Visit(
        callback=callback,
        agent=agent,
        ordered_at=at,
        due_at=due,
        state=VisitState.ORDERED,
    )
    session.add(visit)
    callback.state = CallbackState.VISIT
    event = VisitOrdered(at=at, by=MACHINE, agent=agent, due=visit.due_at.isoformat())
    for number in untold(session, callback):
        session.get_one(Ticket, number, with_for_update=True).record(event)
    session.flush()
    return visit


def _visitor(
    session: Session, resident: int | None, at: datetime, due: datetime, policy: Policy
) -> int | None:
    """Whoever works when that day begins, or when somebody must set out at the latest."""
    begins = opens(due.astimezone(policy.zone).date(), policy.zone, policy.working)
    moments = (max(at, begins), max(at, due - AT_LEAST))
    return next((one for when in moments if (one := visitor_of(session, resident, when))), None)


def visit_due(policy: Policy, at: datetime, *, at_risk: bool) -> datetime:
    """When people stop working that day; ``at_risk`` today, though little of it is left."""
    day = at.astimezone(policy.zone).date()
    if at_risk:
        return max(closes(day, policy.zone, policy.working), at + AT_LEAST)
    return closes(next_working_day(day, policy.calendar), policy.zone, policy.working)


def visit_of(session: Session, callback: int) -> Visit | None:
    return session.scalars(_OF_CALLBACK, {"callback": callback}).first()


def visits_ordered(session: Session) -> Sequence[Visit]:
    """All that are still to be made, the longest due first."""
    rows = select(Visit).where(Visit.state == VisitState.ORDERED)
    return session.scalars(rows.order_by(Visit.due_at, Visit.id)).all()


def call_off(session: Session, callback: int) -> None:
    """It is not needed any more."""
    visit = visit_of(session, callback)
    if visit is not None and visit.state is VisitState.ORDERED:
        visit.state = VisitState.CANCELLED
