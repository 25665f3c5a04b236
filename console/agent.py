"""What is assigned to a proxy agent or a department: the list by due time, and each ticket's own page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.callers import Callers, named
from console.errors import Overtaken
from console.fields import field, needed
from console.heard import Hearing, hearings
from console.joining import beside, likely
from console.late import is_late, notices_of
from console.masks import Caller, mask_text, mask_title
from console.parts import parts
from console.person import only, person
from console.reach import Piece, facts_for, helps, is_theirs, pieces, theirs, ticket_for
from console.visits import visit_cards
from console.wording import department, t
from proxy_agents.staff import Role
from routing.catalogue import Department, load
from store.looks import look
from tickets import desk
from tickets.lifecycle import Resumed, Status
from tickets.models import Ticket, TicketEvent

TO_DO = (Status.OPEN, Status.ASSIGNED, Status.TAKEN)
WITH_RESIDENT = (Status.HANDLED, Status.TOLD)  #: their word is awaited
MOST = 200  #: tickets on one page

screen = Blueprint("agent", __name__, url_prefix="/agent")
screen.before_request(only(*Role))


@dataclass(frozen=True, kw_only=True)
class Card:
    row: Ticket
    caller: Caller
    title: str
    words: str
    assignee: str
    late: bool
    helps: bool  #: another department leads


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of a ticket's history."""

    event: TicketEvent
    by: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Sound:
    piece: Piece
    heard: Hearing | None


@screen.get("/")
def front() -> ResponseReturnValue:
    house, me = parts(), person()
    at = house.now()
    with house.database.write() as session:
        waits = _tickets(session, TO_DO)
        answered = _tickets(session, WITH_RESIDENT)
        callers = Callers(session, (row.resident_id for row in [*waits, *answered]))
        cards = [_card(session, callers, row) for row in waits]
        others = [_card(session, callers, row) for row in answered]
        for card in [*cards, *others]:
            look(session, who=me.who, what=f"ticket:{card.row.id}", how="list", at=at)
        visits = [] if me.listens else visit_cards(session, me, at)
    return render_template("agent.html", cards=cards, others=others, visits=visits)


@screen.get("/<int:number>")
def one(number: int) -> ResponseReturnValue:
    return _show(number, "view")


@screen.post("/<int:number>/unmask")
def unmask(number: int) -> ResponseReturnValue:
    """The same page with names and numbers in full."""
    return _show(number, "unmask")


@screen.post("/<int:number>/take")
def take(number: int) -> ResponseReturnValue:
    house = parts()
    with house.database.write() as session:
        own_ticket(session, number)
        desk.take(session, number, by=person().who, at=house.now())
    return redirect(url_for("agent.one", number=number))


@screen.post("/<int:number>/hand-back")
def hand_back(number: int) -> ResponseReturnValue:
    """Not theirs, or not possible: the reason goes to whoever finds somebody else."""
    house = parts()
    reason = needed("reason", "error.no_reason", longest=1000)
    with house.database.write() as session:
        if field("version", longest=18) != str(own_ticket(session, number).version):
            raise Overtaken(number)
        desk.hand_back(session, number, reason=reason, by=person().who, at=house.now())
    return redirect(url_for("agent.front"))


@screen.post("/<int:number>/wait")
def wait(number: int) -> ResponseReturnValue:
    """Nothing can be done before the resident says or does something; why, in a sentence."""
    house = parts()
    reason = needed("reason", "error.no_wait_reason", longest=1000)
    with house.database.write() as session:
        own_ticket(session, number)
        desk.wait_for_resident(session, number, reason=reason, by=person().who, at=house.now())
    return redirect(url_for("agent.one", number=number))


@screen.post("/<int:number>/go-on")
def go_on(number: int) -> ResponseReturnValue:
    house = parts()
    with house.database.write() as session:
        own_ticket(session, number)
        ticket = desk.ticket_of(session, number)
        desk.resume(session, ticket, why="button", by=person().who, at=house.now())
    return redirect(url_for("agent.one", number=number))


def own_ticket(session: Session, number: int) -> Ticket:
    """A ticket this person deals with; 403 for supervisors and operators, who look and do not act on it."""
    me = person()
    ticket = ticket_for(session, me, number)
    if not is_theirs(me, ticket):
        abort(403)
    return ticket


def _tickets(session: Session, states: tuple[Status, ...]) -> Sequence[Ticket]:
    rows = select(Ticket).where(theirs(person()), Ticket.status.in_(states))
    found = session.scalars(rows.order_by(Ticket.handle_due, Ticket.id).limit(MOST)).all()
    return sorted(found, key=lambda ticket: ticket.next_due)


def _card(session: Session, callers: Callers, row: Ticket) -> Card:
    whole = callers.of_ticket(row)
    return Card(
        row=row,
        caller=whole.only(facts_for(person(), row)).masked(),
        title=mask_title(row, names=whole.names),
        words=mask_text(row.words, names=whole.names),
        assignee=named(session, row.assignee),
        late=is_late(row, parts().now()),
        helps=helps(person(), row),
    )


def _show(number: int, how: str) -> ResponseReturnValue:
    house, me = parts(), person()
    at = house.now()
    with house.database.write() as session:
        ticket = ticket_for(session, me, number)
        whole = Callers(session, [ticket.resident_id]).of_ticket(ticket)
        facts = facts_for(me, ticket)
        caller, found = whole.only(facts), pieces(ticket, facts)
        in_full = how == "unmask" and me.role is not Role.DEPARTMENT
        heard = hearings(session, (piece.recording for piece in found))
        page = {
            "ticket": ticket,
            "caller": caller if how == "unmask" else caller.masked(),
            "facts": facts,
            "helpers": [department(one.department) for one in ticket.helpers],
            "may_ask": me.listens or is_theirs(me, ticket),
            "book": _others(ticket),
            "rung": bool(whole.number),
            "shown": str if in_full else partial(mask_text, names=whole.names),
            "title": mask_title(ticket, names=whole.names),
            "sounds": [Sound(piece=one, heard=heard.get(one.recording)) for one in found],
            "beside": beside(session, me, ticket),
            "likely": likely(session, me, ticket, at),
            "history": [_moment(session, event) for event in ticket.history],
            "assignee": named(session, ticket.assignee),
            "own": is_theirs(me, ticket),
            "late": is_late(ticket, at),
            "told": notices_of(session, [number])[number],
        }
        look(session, who=me.who, what=f"ticket:{number}", how=how, at=at)
    return render_template("ticket.html", unmasked=how == "unmask", **page)


def _others(ticket: Ticket) -> list[Department]:
    """Departments that may be asked to help, while there is something to do."""
    busy = {ticket.department, *(one.department for one in ticket.helpers)}
    return (
        [one for one in load().departments if one.id not in busy] if ticket.status in TO_DO else []
    )


def _moment(session: Session, event: TicketEvent) -> Moment:
    details = event.details
    note = details.get("reason") or details.get("why_words") or details.get("words") or ""
    if assignee := details.get("assignee"):
        note = named(session, assignee)
    if helper := details.get("department"):
        note = department(helper)
    if other := details.get("other"):
        note = t("ticket.title", n=other)
    if owner := details.get("owner"):
        note = f"{t(f'owner.{owner}')} {details['name']}".strip()
    if event.kind == Resumed.__name__:
        note = t(f"resumed.{details['why']}")
    return Moment(event=event, by=named(session, event.by), note=note)
