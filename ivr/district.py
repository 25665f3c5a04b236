"""Whose people of a department a need is for: those of the district it is in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.memory import home_of, places_of
from proxy_agents.duty import areas_of
from proxy_agents.staff import Role, Staff
from routing.places import find_place, read_address
from tickets.commands import OpenTicket
from tickets.models import Ticket


def district_of(session: Session, need: OpenTicket | Ticket) -> str | None:
    """Where it was told to be, else where they live; None where that is nobody's in particular: all see it."""
    resident = need.resident if isinstance(need, OpenTicket) else need.resident_id
    covered = _covered(session, need.department)
    if not covered:
        return None
    places, language = places_of(session), need.language
    told = read_address(need.place, places, language) if need.place else None
    told = told or find_place(need.words, places, language)
    for place in (told, home_of(session, resident)):
        names = (place.district, place.estate, place.street) if place else ()
        if any(names):
            return next((name for name in names if name in covered), None)
    return None


def _covered(session: Session, department: str | None) -> set[str]:
    """Districts that somebody at this department is there for."""
    people = select(Staff.area).where(
        Staff.role == Role.DEPARTMENT, Staff.active, Staff.department == department
    )
    return {name for area in session.scalars(people) for name in areas_of(area)}
