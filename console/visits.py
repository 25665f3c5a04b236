"""Visits: who has to go where by when, and what came of it, with the name of somebody who saw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.callers import Callers, named
from console.errors import Unclear
from console.fields import agents, field, needed, number
from console.heard import Hearing, hearings
from console.masks import Caller, mask_text
from console.parts import parts
from console.person import Person, only, person
from console.sound import play_recording
from proxy_agents.staff import Role
from store.looks import look
from tickets.callbacks import Aim, untold
from tickets.commands import Verdict
from tickets.models import Ticket
from tickets.verdicts import CHECKED, VerdictRow, to_check
from tickets.visiting import Seen, make_visit, nobody_there, send
from tickets.visits import Visit, VisitState, visits_ordered
from tickets.waiting import Waiting

screen = Blueprint("visits", __name__, url_prefix="/visits")
screen.before_request(only(Role.AGENT, Role.SUPERVISOR, Role.OPERATOR))


@dataclass(frozen=True, kw_only=True)
class VisitCard:
    row: Visit
    caller: Caller
    who: str  #: goes there
    tickets: Sequence[Ticket]
    words: str
    late: bool


@dataclass(frozen=True, kw_only=True)
class Result:
    ticket: Ticket
    heard: Hearing | None  #: the result in the handler's voice


def visit_cards(session: Session, me: Person, at: datetime) -> list[VisitCard]:
    """Visits to make, the longest due first: all of them for those who listen, an agent's own, nobody else's."""
    if not me.listens and me.role is not Role.AGENT:
        return []
    rows = [one for one in visits_ordered(session) if me.listens or one.agent == me.id]
    cards = [_card(session, row, at) for row in rows]
    for card in cards:
        look(session, who=me.who, what=f"visit:{card.row.id}", how="list", at=at)
    return cards


def verdict_cards(session: Session) -> Sequence[VerdictRow]:
    """Verdicts that improved after somebody could have rung the resident; a supervisor looks into them."""
    return to_check(session) if person().role is Role.SUPERVISOR else ()


@screen.get("/<int:visit>")
def one(visit: int) -> ResponseReturnValue:
    return _show(visit, "view")


@screen.post("/<int:visit>/unmask")
def unmask(visit: int) -> ResponseReturnValue:
    """The same page with names and numbers in full."""
    return _show(visit, "unmask")


@screen.get("/<int:visit>/sound/<recording>")
def play(visit: int, recording: str) -> Response:
    """A result that is told there."""
    with parts().database.read() as session:
        told = [session.get_one(Ticket, one) for one in _mine(session, visit).callback.tickets]
        if recording not in {one.result_recording_id for one in told}:
            abort(404)
    return play_recording(recording)


@screen.post("/<int:visit>/made")
def made(visit: int) -> ResponseReturnValue:
    """What they said and what was seen; a second person's name, who is not the one who writes it down."""
    house, me = parts(), person()
    note = needed("note", "error.no_visit_note", longest=1000)
    with house.database.write() as session:
        row = _theirs(session, visit)
        results = row.callback.aim is Aim.RESULT
        told = untold(session, row.callback) if results else []
        witness = needed("witness", "error.no_witness", longest=200) if told else field("witness")
        if witness == me.name:
            raise Unclear("error.no_witness")
        seen = Seen(note=note, witness=witness, verdicts={one: _verdict(one) for one in told})
        make_visit(session, visit, seen, by=me.who, at=house.now())
        look(session, who=me.who, what=f"visit:{visit}", how="made", at=house.now())
    return redirect(url_for("agent.front"))


@screen.post("/<int:visit>/nobody")
def nobody(visit: int) -> ResponseReturnValue:
    house = parts()
    with house.database.write() as session:
        _theirs(session, visit)
        nobody_there(session, visit, by=person().who, at=house.now())
    return redirect(url_for("agent.front"))


@screen.post("/<int:visit>/send")
def give(visit: int) -> ResponseReturnValue:
    """Who goes there, said by those who see all visits."""
    agent = number("agent")
    with parts().database.write() as session:
        if not person().listens:
            abort(403)
        if agent not in {one.id for one in agents(session)}:
            raise Unclear("error.no_agent")
        send(session, visit, agent)
    return redirect(url_for("review.front"))


@screen.post("/verdicts/<int:verdict>/checked")
def checked(verdict: int) -> ResponseReturnValue:
    """A supervisor has looked into a verdict that improved after a contact."""
    house, me = parts(), person()
    if me.role is not Role.SUPERVISOR:
        abort(403)
    with house.database.write() as session:
        session.get_one(VerdictRow, verdict)
        look(session, who=me.who, what=f"verdict:{verdict}", how=CHECKED, at=house.now())
    return redirect(url_for("review.front"))


def _verdict(ticket: int) -> Verdict:
    chosen = field(f"verdict-{ticket}", longest=20)
    if chosen not in set(Verdict):
        raise Unclear("error.no_verdict")
    return Verdict(chosen)


def _mine(session: Session, visit: int) -> Visit:
    """A visit this person may see; 404 otherwise, as if there were none."""
    row, me = session.get_one(Visit, visit), person()
    if not me.listens and row.agent != me.id:
        abort(404)
    return row


def _theirs(session: Session, visit: int) -> Visit:
    """A visit this agent makes; those who only look write nothing down."""
    row = _mine(session, visit)
    if row.agent != person().id:
        abort(403)
    return row


def _card(session: Session, row: Visit, at: datetime) -> VisitCard:
    numbers = row.callback.tickets
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_(numbers))).all() if numbers else []
    waiting = session.get(Waiting, row.callback.waiting_id) if row.callback.waiting_id else None
    return VisitCard(
        row=row,
        caller=_caller(session, row, tickets, waiting).masked(),
        who=named(session, f"agent:{row.agent}") if row.agent else "",
        tickets=tickets,
        words=mask_text(waiting.words if waiting else " / ".join(one.words for one in tickets)),
        late=row.state is VisitState.ORDERED and row.due_at < at,
    )


def _caller(
    session: Session, row: Visit, tickets: Sequence[Ticket], waiting: Waiting | None
) -> Caller:
    callers = Callers(session, [row.callback.resident_id])
    if tickets:
        return callers.of_ticket(tickets[0])
    return callers.of_waiting(waiting, None) if waiting else Caller()


def _show(visit: int, how: str) -> ResponseReturnValue:
    house, me = parts(), person()
    at = house.now()
    with house.database.write() as session:
        row = _mine(session, visit)
        card = _card(session, row, at)
        waiting = session.get(Waiting, row.callback.waiting_id) if row.callback.waiting_id else None
        heard = hearings(session, (one.result_recording_id for one in card.tickets))
        caller = _caller(session, row, card.tickets, waiting)
        page = {
            "card": card,
            "results": [
                Result(ticket=one, heard=heard.get(one.result_recording_id or ""))
                for one in card.tickets
            ],
            "caller": caller if how == "unmask" else card.caller,
            "own": row.agent == me.id and row.state is VisitState.ORDERED,
            "agents": agents(session) if me.listens else [],
        }
        seen = [f"ticket:{one.id}" for one in card.tickets] if how == "unmask" else []
        for what in (f"visit:{visit}", *seen):
            look(session, who=me.who, what=what, how=how, at=at)
    return render_template("visit.html", unmasked=how == "unmask", **page)
