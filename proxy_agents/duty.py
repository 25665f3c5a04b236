"""Who acts for a resident now: their own proxy agent, or where that one is off or has enough to do, another of the same area."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from proxy_agents.residents import Resident
from proxy_agents.staff import Role, Staff
from tickets.lengths import BadLength, windows
from tickets.load import open_tickets
from tickets.policies import zone_of


def agent_for(session: Session, resident: Resident | None, at: datetime) -> Staff | None:
    """Their own first, then whoever of the same area has least to do; None: nobody can, a department does it."""
    own = resident.agent if resident else None
    if resident is None or own is None:
        return None
    busy, zone = open_tickets(session), zone_of(session)
    agents = select(Staff).where(Staff.role == Role.AGENT, Staff.active, Staff.id != own.id)
    others = [one for one in session.scalars(agents) if _same_area(one, own, resident)]
    others.sort(key=lambda one: (busy.get(one.id, 0), one.id))
    return next((one for one in (own, *others) if may_take(one, busy, at, zone)), None)


def may_take(agent: Staff, busy: Mapping[int, int], at: datetime, zone: tzinfo) -> bool:
    """Works here, works now, and has not enough to do already."""
    full = agent.most is not None and busy.get(agent.id, 0) >= agent.most
    return agent.active and not full and is_on_duty(agent, at, zone)


def is_on_duty(agent: Staff, at: datetime, zone: tzinfo) -> bool:
    """In their working hours; who has none is always there."""
    try:
        hours = windows(agent.hours or "")
    except BadLength:
        return True
    now = at.astimezone(zone).time()
    return not hours or any(one.holds(now) for one in hours)


def areas_of(text: str | None) -> tuple[str, ...]:
    """和平里、胜利路 as names."""
    return tuple(one for one in re.split(r"[,，、;；\s]+", text or "") if one)


def _same_area(one: Staff, own: Staff, resident: Resident) -> bool:
    names = set(areas_of(one.area))
    return bool(names & set(areas_of(own.area))) or any(name in resident.address for name in names)
