"""What the promise asks of the register (``tickets.register``)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from proxy_agents.duty import agent_for, is_on_duty
from proxy_agents.residents import Resident
from proxy_agents.staff import Role, Staff
from tickets.lengths import BadLength, Window, windows
from tickets.models import AssigneeKind, Ticket
from tickets.policies import zone_of
from tickets.register import Known, OnDuty, Register


def known_resident(session: Session, resident: int) -> Known:
    """Nothing where they are not on the register any more."""
    row = session.get(Resident, resident)
    if row is None:
        return Known()
    return Known(
        number=row.phone or "",
        agent=row.agent_id if row.agent and row.agent.active else None,
        at_risk=row.at_risk,
        quiet=_quiet(row),
    )


def _quiet(row: Resident) -> tuple[Window, ...]:
    """Hours that cannot be read are none of their own: those of the community hold."""
    try:
        return windows(row.quiet_hours or "")
    except BadLength:
        return ()


def visitor(session: Session, resident: int, at: datetime) -> int | None:
    """By hours, load and area, as for tickets."""
    agent = agent_for(session, session.get(Resident, resident), at)
    return agent.id if agent else None


def assignee(session: Session, ticket: Ticket, at: datetime) -> OnDuty | None:
    """The agent; else whoever of the department is at work, the longest here first."""
    if ticket.assignee_kind is AssigneeKind.AGENT:
        agent = session.get(Staff, ticket.assignee_id)
        return _rung(agent) if agent else None
    rows = select(Staff).where(Staff.role == Role.DEPARTMENT, Staff.department == ticket.department)
    zone = zone_of(session)
    there = [one for one in session.scalars(rows.order_by(Staff.id)) if is_on_duty(one, at, zone)]
    return next((found for one in there if (found := _rung(one))), None)


def _rung(staff: Staff) -> OnDuty | None:
    return OnDuty(name=staff.name, number=staff.phone) if staff.active and staff.phone else None


REGISTER = Register(known=known_resident, visitor=visitor, assignee=assignee)
