"""What the promise asks of the register (``tickets.register``)."""

from sqlalchemy.orm import Session

from proxy_agents.residents import Resident
from tickets.lengths import BadLength, Window, windows
from tickets.register import Known


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
