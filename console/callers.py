"""Who a call, a ticket or somebody waiting is from; and the names of those who work here."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.masks import Caller
from console.wording import department, sentences, t
from ivr.calls import Call
from proxy_agents.residents import Resident
from proxy_agents.staff import Staff
from tickets.models import Ticket
from tickets.waiting import Waiting


class Callers:
    """Looked up once for everything a page shows."""

    def __init__(self, session: Session, residents: Iterable[int | None]) -> None:
        ids = {one for one in residents if one is not None}
        rows = session.scalars(select(Resident).where(Resident.id.in_(ids))) if ids else ()
        self._residents = {row.id: row for row in rows}

    def of_ticket(self, ticket: Ticket) -> Caller:
        told = Caller(
            name=ticket.caller_name or "",
            number=ticket.callback_number or "",
            place=ticket.caller_place or "",
        )
        known = self._known(ticket.resident_id, told)
        return replace(known, place=ticket.place) if ticket.place else known

    def of_call(self, call: Call, ticket: Ticket | None) -> Caller:
        told = self.of_ticket(ticket) if ticket else Caller()
        number = call.number or told.number
        return self._known(
            call.resident_id, Caller(name=told.name, number=number, place=told.place)
        )

    def of_waiting(self, waiting: Waiting, ticket: Ticket | None) -> Caller:
        told = self.of_ticket(ticket) if ticket else Caller()
        number = waiting.number or told.number
        return self._known(
            waiting.resident_id, Caller(name=told.name, number=number, place=told.place)
        )

    def _known(self, resident: int | None, told: Caller) -> Caller:
        """What the register says; what they told us fills its gaps."""
        row = self._residents.get(resident or 0)
        if row is None:
            return told
        return Caller(
            name=row.name,
            number=told.number or row.phone or "",
            place=row.address or row.building or told.place,
            near=row.emergency_name or "",
            near_number=row.emergency_phone or "",
        )


def named(session: Session, by: str | None) -> str:
    """Who "operator:3" or "department:property" is, for people."""
    if not by:
        return ""
    role, _, which = by.partition(":")
    if which.isdecimal():
        staff = session.get(Staff, int(which))
        return staff.name if staff else by
    if role == "department":
        return department(which)
    return t(f"by.{by}") if f"by.{by}" in sentences("zh") else by
