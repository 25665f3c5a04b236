"""Who reaches what: operators and supervisors everything, the others what is theirs at this moment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import abort
from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import Session

from console.person import Person
from proxy_agents.staff import Role
from routing.catalogue import FACTS, load
from tickets.lifecycle import BrokeAgain, Event, FoundWanting, Repeated
from tickets.models import AssigneeKind, Ticket, TicketEvent, TicketHelper
from tickets.telling import TO_A_SUPERVISOR

#: what somebody must need to know before they hear a recording; the result is their own
_HEARD_WITH: Mapping[str, frozenset[str]] = {
    "need": frozenset(("voice",)),
    "missing": frozenset(("voice",)),
    "again": frozenset(("voice",)),
    "name": frozenset(("voice", "name")),
    "place": frozenset(("voice", "place")),
    "where": frozenset(("voice", "place")),
    "answer": frozenset(("voice",)),
}


def theirs(person: Person) -> ColumnElement[bool]:
    """The tickets this person may open, as a condition."""
    if person.listens:
        return true()
    if person.role is Role.AGENT:
        return (Ticket.assignee_kind == AssigneeKind.AGENT) & (Ticket.assignee_id == person.id)
    if person.department is None:
        return false()
    ours = (Ticket.assignee_kind == AssigneeKind.DEPARTMENT) & (
        Ticket.department == person.department
    )
    if person.areas:
        ours &= Ticket.district.is_(None) | Ticket.district.in_(person.areas)
    decided = Ticket.assignee_kind.is_(None) & (Ticket.reopened >= TO_A_SUPERVISOR)
    ours |= decided & (Ticket.department == person.department)
    return ours | Ticket.helpers.any(TicketHelper.department == person.department)


def is_theirs(person: Person, ticket: Ticket) -> bool:
    """Whether it is given to them, or to their department."""
    if person.role is Role.AGENT:
        return ticket.assignee == f"agent:{person.id}"
    return person.department is not None and ticket.assignee == f"department:{person.department}"


def helps(person: Person, ticket: Ticket) -> bool:
    """Whether their department was asked to help: they see it, and who leads acts on it."""
    helping = {one.department for one in ticket.helpers}
    return person.role is Role.DEPARTMENT and person.department in helping


def had_it(person: Person, ticket: Ticket) -> bool:
    """Whether it came back a second time from their department: they see it, and a supervisor decides."""
    theirs_before = person.role is Role.DEPARTMENT and person.department == ticket.department
    return theirs_before and ticket.assignee is None and ticket.reopened >= TO_A_SUPERVISOR


def ticket_for(session: Session, person: Person, number: int) -> Ticket:
    """The ticket, if this person may open it; 404 otherwise, as if there were none."""
    ticket = session.get(Ticket, number)
    if ticket is None or not (
        person.listens
        or is_theirs(person, ticket)
        or helps(person, ticket)
        or had_it(person, ticket)
    ):
        abort(404)
    return ticket


def facts_for(person: Person, ticket: Ticket) -> frozenset[str]:
    """What of the resident this person needs to know; a department, what its service needs."""
    if person.role is not Role.DEPARTMENT:
        return frozenset(FACTS)
    return frozenset(load().needs_to_know(ticket.department, ticket.service))


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A recording that belongs to a ticket."""

    kind: str  #: "need", "missing", "again", "answer", "where", "name", "place", "result"
    recording: str
    words: str = ""


def pieces(ticket: Ticket, facts: frozenset[str]) -> list[Piece]:
    """What was recorded about a ticket and may be heard with these facts, the need first, what is still missing next."""
    return [one for one in _pieces(ticket) if _HEARD_WITH.get(one.kind, frozenset()) <= facts]


def _pieces(ticket: Ticket) -> Iterator[Piece]:
    if ticket.recording_id:
        yield Piece(kind="need", recording=ticket.recording_id)
    for event in (BrokeAgain, FoundWanting):
        yield from _told_later(reversed(ticket.history), event, "missing", ("why", "why_words"))
    yield from _told_later(ticket.history, Repeated, "again", ("recording", "words"))
    for kind in ("answer", "where", "name", "place", "result"):
        if recording := getattr(ticket, f"{kind}_recording_id"):
            yield Piece(kind=kind, recording=recording)


def _told_later(
    history: Iterable[TicketEvent], event: type[Event], kind: str, names: tuple[str, str]
) -> Iterator[Piece]:
    """What the resident said when something happened; ``names``: of the recording and the words among its details."""
    for one in history:
        if one.kind == event.__name__ and one.details[names[0]]:
            yield Piece(kind=kind, recording=one.details[names[0]], words=one.details[names[1]])
