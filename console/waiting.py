"""One who waits: taken by somebody, listened to, and made a ticket of, or closed with a note."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console.callers import Callers, named
from console.errors import Unclear
from console.fields import Whose, agents, field, needed, whose
from console.heard import hearings
from console.opening import find_district, open_here
from console.parts import parts
from console.person import only, person
from console.wording import language
from ivr.calls import Call
from ivr.corrections import correct_recording, correct_ticket
from ivr.memory import remember
from proxy_agents.residents import Resident
from proxy_agents.staff import Role
from routing.catalogue import load
from store.looks import look
from tickets import desk
from tickets.commands import OpenTicket, Reason
from tickets.lifecycle import Returned, Status
from tickets.models import Ticket
from tickets.waiting import Waiting, close_waiting, take_waiting
from tickets.waiting import take_over as hand_on

screen = Blueprint("waiting", __name__, url_prefix="/review/waiting")
screen.before_request(only(Role.SUPERVISOR, Role.OPERATOR))


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
        take_waiting(session, number, by=person().who, at=house.now())
    return redirect(url_for("waiting.one", number=number))


@screen.post("/<int:number>/take-over")
def take_over(number: int) -> ResponseReturnValue:
    """Whoever had it cannot go on: somebody else says so and does."""
    house = parts()
    at, who = house.now(), person().who
    before = field("taken_by", longest=64)
    with house.database.write() as session:
        hand_on(session, number, before=before, by=who, at=at)
        look(session, who=who, what=f"waiting:{number}", how="take over", at=at)
    return redirect(url_for("waiting.one", number=number))


@screen.post("/<int:number>/words")
def correct(number: int) -> ResponseReturnValue:
    house = parts()
    text = needed("words", "error.no_words")
    with house.database.write() as session:
        _correct(session, _mine(session, number), text, house.now())
    return redirect(url_for("waiting.one", number=number))


@screen.post("/<int:number>/ticket")
def make_ticket(number: int) -> ResponseReturnValue:
    """The need goes to a department or an agent: a new ticket, or the one that has waited for that."""
    house = parts()
    at, by = house.now(), person().who
    text = needed("words", "error.no_words")
    with house.database.write() as session:
        row, to = _mine(session, number), whose(session)
        if to.department is None and to.agent is None:
            raise Unclear("error.no_way")
        ticket = row.ticket_id
        if ticket is None:
            ticket = _open(session, row, text, to, at)
        else:
            _correct(session, row, text, at)
            desk.reroute(
                session,
                ticket,
                by=by,
                at=at,
                department=to.department,
                service=to.service,
                agent=to.agent,
            )
            find_district(session, ticket)
        remember(session, session.get_one(Ticket, ticket))
        close_waiting(session, number, by=by, at=at, ticket_id=ticket)
    return redirect(url_for("agent.one", number=ticket))


@screen.post("/<int:number>/close")
def close(number: int) -> ResponseReturnValue:
    """No ticket comes of it: why, in a note."""
    house = parts()
    at, by = house.now(), person().who
    note = needed("note", "error.no_note", longest=1000)
    with house.database.write() as session:
        _end_unrouted(session, _mine(session, number), note, at)
        close_waiting(session, number, by=by, at=at, note=note)
        look(session, who=by, what=f"waiting:{number}", how="close", at=at)
    return redirect(url_for("review.front"))


def _mine(session: Session, number: int) -> Waiting:
    """Theirs to act on: taken by them, or by nobody yet; raises ``AlreadyTaken``."""
    return take_waiting(session, number, by=person().who, at=parts().now())


def _correct(session: Session, row: Waiting, text: str, at: datetime) -> None:
    by = person().who
    if text == row.words:
        return
    if row.ticket_id is not None and row.reason is not Reason.REPEATED:
        correct_ticket(session, session.get_one(Ticket, row.ticket_id), text, by=by, at=at)
    elif row.recording_id:
        correct_recording(session, row.recording_id, text, by=by, at=at)
    row.words = text
    look(session, who=by, what=f"waiting:{row.id}", how="correct", at=at)


def _open(session: Session, row: Waiting, text: str, to: Whose, at: datetime) -> int:
    _correct(session, row, text, at)
    call = session.get(Call, row.call_id) if row.call_id else None
    command = OpenTicket(
        call=row.call_id,
        resident=row.resident_id,
        recording=row.recording_id,
        words=text,
        department=to.department,
        service=to.service,
        by_agent=to.agent is not None,
        language=call.language if call else language(),
        number=row.number,
        draft=row.id,
        urgent=row.danger is not None,
    )
    return open_here(session, command, at=at, agent=to.agent)


def _end_unrouted(session: Session, row: Waiting, note: str, at: datetime) -> None:
    """A ticket that nobody has, and for which nobody is to be found, must not stay open unseen."""
    if row.reason is Reason.UNROUTED and row.ticket_id is not None:
        ticket = desk.ticket_of(session, row.ticket_id)
        if ticket.status is Status.OPEN:
            desk.end(session, row.ticket_id, reason=note, by=person().who, at=at)


def _returned(ticket: Ticket | None) -> str:
    """Why the last assignee gave it back, "" where nobody did."""
    events = ticket.history if ticket else []
    given_back = [event for event in events if event.kind == Returned.__name__]
    return given_back[-1].details["reason"] if given_back else ""


def _show(number: int, how: str) -> ResponseReturnValue:
    house, who = parts(), person().who
    with house.database.write() as session:
        row = session.get_one(Waiting, number)
        ticket = session.get(Ticket, row.ticket_id) if row.ticket_id else None
        caller = Callers(session, [row.resident_id]).of_waiting(row, ticket)
        resident = session.get(Resident, row.resident_id) if row.resident_id else None
        page = {
            "row": row,
            "ticket": ticket,
            "caller": caller if how == "unmask" else caller.masked(),
            "heard": hearings(session, [row.recording_id]).get(row.recording_id or ""),
            "taken_by": named(session, row.taken_by),
            "mine": row.taken_by == who and row.closed_at is None,
            "returned": _returned(ticket),
            "agents": agents(session),
            "own_agent": resident.agent_id if resident else None,
        }
        look(session, who=who, what=f"waiting:{number}", how=how, at=house.now())
    return render_template("waiting.html", book=load(), unmasked=how == "unmask", **page)
