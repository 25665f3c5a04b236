"""How much somebody has to do."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tickets.lifecycle import Status
from tickets.models import AssigneeKind, Ticket

TO_DO = (Status.ASSIGNED, Status.TAKEN)


def open_tickets(session: Session) -> Mapping[int, int]:
    """Proxy agent -> tickets they have not dealt with; nobody who has none."""
    counted = select(Ticket.assignee_id, func.count()).where(
        Ticket.assignee_kind == AssigneeKind.AGENT, Ticket.status.in_(TO_DO)
    )
    return {
        int(who): many for who, many in session.execute(counted.group_by(Ticket.assignee_id)) if who
    }
