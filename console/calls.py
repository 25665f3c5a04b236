"""A call's own page: what was said by whom, every recording of it, better words, and the mark that it was reviewed."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.callers import Callers, named
from console.errors import Overtaken
from console.fields import field, needed
from console.heard import of_call
from console.masks import mask_name, mask_text
from console.parts import parts
from console.person import only, person
from ivr.calls import Call
from ivr.corrections import correct_recording, correct_ticket, latest
from ivr.transcript import transcript
from proxy_agents.staff import Role
from store.looks import look
from store.recordings import Recording
from tickets.models import Ticket
from tickets.waiting import Waiting

screen = Blueprint("calls", __name__, url_prefix="/review/calls")
screen.before_request(only(Role.SUPERVISOR, Role.OPERATOR))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing said in a call."""

    hotline: bool
    text: str
    key: str


@screen.get("/<call_id>")
def one(call_id: str) -> ResponseReturnValue:
    return _show(call_id, "view")


@screen.post("/<call_id>/unmask")
def unmask(call_id: str) -> ResponseReturnValue:
    """The same page with names and numbers in full."""
    return _show(call_id, "unmask")


@screen.post("/<call_id>/recordings/<recording>/words")
def correct(call_id: str, recording: str) -> ResponseReturnValue:
    """Better words for a recording of this call; its ticket gets them too."""
    house = parts()
    at, by, text = house.now(), person().who, needed("words", "error.no_words")
    with house.database.write() as session:
        select_one = select(Recording).filter_by(id=recording, call_id=call_id).with_for_update()
        session.scalars(select_one).one()
        if field("last") != str(latest(session, recording)):
            raise Overtaken(recording)
        correct_recording(session, recording, text, by=by, at=at)
        look(session, who=by, what=f"recording:{recording}", how="correct", at=at)
    return redirect(url_for("calls.one", call_id=call_id))


@screen.post("/<call_id>/tickets/<int:number>/words")
def correct_typed(call_id: str, number: int) -> ResponseReturnValue:
    """Better words for a need that was typed, not spoken."""
    house = parts()
    at, by, text = house.now(), person().who, needed("words", "error.no_words")
    with house.database.write() as session:
        chosen = select(Ticket).filter_by(id=number, call_id=call_id).with_for_update()
        ticket = session.scalars(chosen).one()
        if field("version") != str(ticket.version):
            raise Overtaken(number)
        correct_ticket(session, ticket, text, by=by, at=at)
        look(session, who=by, what=f"ticket:{number}", how="correct", at=at)
    return redirect(url_for("calls.one", call_id=call_id))


@screen.post("/<call_id>/reviewed")
def reviewed(call_id: str) -> ResponseReturnValue:
    """Somebody has listened; whoever did so first stays written."""
    house = parts()
    at, by = house.now(), person().who
    with house.database.write() as session:
        call = session.get_one(Call, call_id, with_for_update=True)
        if call.reviewed_at is None:
            call.reviewed_at, call.reviewed_by = at, by
            look(session, who=by, what=f"call:{call_id}", how="review", at=at)
    return redirect(url_for("calls.one", call_id=call_id))


def _show(call_id: str, how: str) -> ResponseReturnValue:
    house, unmasked = parts(), how == "unmask"
    with house.database.write() as session:
        call = session.get_one(Call, call_id)
        ticket = _ticket(session, call)
        caller = Callers(session, [call.resident_id]).of_call(call, ticket)
        page = {
            "call": call,
            "ticket": ticket,
            "again": ticket is not None and ticket.call_id != call_id,
            "caller": caller if unmasked else caller.masked(),
            "lines": _lines(call, unmasked),
            "heard": of_call(session, call_id),
            "waits": _waits(session, call_id),
            "reviewed_by": named(session, call.reviewed_by),
        }
        look(session, who=person().who, what=f"call:{call_id}", how=how, at=house.now())
    return render_template("call.html", unmasked=unmasked, **page)


def _ticket(session: Session, call: Call) -> Ticket | None:
    """The one that came of the call, else the one it told again."""
    opened = select(Ticket).where(Ticket.call_id == call.id).order_by(Ticket.id)
    told = [session.get(Ticket, number) for number in call.told]
    return session.scalars(opened).first() or next(iter(told), None)


def _lines(call: Call, unmasked: bool) -> list[Line]:
    return [
        Line(
            hotline=step["who"] == "hotline",
            text=step["text"] if unmasked else _masked(step["key"], step["text"]),
            key=step["key"],
        )
        for step in transcript(call, parts().zone)
    ]


def _masked(key: str, text: str) -> str:
    return mask_name(text) if key.startswith("name") and len(text) < 20 else mask_text(text)


def _waits(session: Session, call_id: str) -> list[Waiting]:
    rows = select(Waiting).where(Waiting.call_id == call_id, Waiting.closed_at.is_(None))
    return list(session.scalars(rows.order_by(Waiting.id)))
