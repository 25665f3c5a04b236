"""Two tickets that are one thing, put together by a person and taken apart again; and how often a need is told again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console.callers import Callers
from console.errors import Unclear
from console.fields import number as number_field
from console.masks import mask_text
from console.parts import parts
from console.person import Person, only, person
from console.reach import is_theirs
from ivr.recall import suggested
from proxy_agents.staff import Role
from store.looks import look
from tickets import joining
from tickets.models import Ticket
from tickets.repeats import UNDER_WAY, WINDOW, repeat_rate

MOST = 2**31 - 1  #: what a number of a ticket can be

screen = Blueprint("joining", __name__, url_prefix="/review")
screen.before_request(only(Role.SUPERVISOR, Role.OPERATOR))


@dataclass(frozen=True, kw_only=True)
class Other:
    """A ticket beside the one that is shown."""

    row: Ticket
    words: str  #: masked; "" for whom it is not given to
    open: bool  #: may they open it?


@screen.post("/tickets/<int:number>/join")
def join(number: int) -> ResponseReturnValue:
    """It goes along with another one from now on."""
    house = parts()
    to = number_field("to")
    if to is None or to > MOST:
        raise Unclear("error.no_ticket")
    with house.database.write() as session:
        joining.join(session, number, to, by=person().who, at=house.now())
    return redirect(url_for("agent.one", number=number))


@screen.post("/tickets/<int:number>/split")
def split(number: int) -> ResponseReturnValue:
    """It is a thing of its own after all."""
    house = parts()
    with house.database.write() as session:
        joining.split(session, number, by=person().who, at=house.now())
    return redirect(url_for("agent.one", number=number))


@screen.get("/repeats")
def repeats() -> ResponseReturnValue:
    """The repeat rate of the last thirty days, and of those before them."""
    house = parts()
    at = house.now()
    with house.database.read() as session:
        rates = [repeat_rate(session, at - n * WINDOW, at - (n - 1) * WINDOW) for n in (1, 2, 3)]
    periods = [(at - (n + 1) * WINDOW, at - n * WINDOW, rate) for n, rate in enumerate(rates)]
    return render_template("repeats.html", periods=periods)


def beside(session: Session, me: Person, ticket: Ticket) -> list[Other]:
    """What goes along with it."""
    return _others(session, me, joining.companions(session, ticket.id))


def likely(session: Session, me: Person, ticket: Ticket, at: datetime) -> Sequence[Other]:
    """What may be the same thing, for those who may put it together."""
    if not me.listens or ticket.status not in UNDER_WAY:
        return ()
    found = _others(session, me, suggested(session, ticket, at))
    for one in found:
        look(session, who=me.who, what=f"ticket:{one.row.id}", how="list", at=at)
    return found


def _others(session: Session, me: Person, tickets: Sequence[Ticket]) -> list[Other]:
    callers = Callers(session, (one.resident_id for one in tickets))
    return [_other(me, one, callers.of_ticket(one).names) for one in tickets]


def _other(me: Person, ticket: Ticket, names: Sequence[str]) -> Other:
    reached = me.listens or is_theirs(me, ticket)
    words = mask_text(ticket.words, names=names) if reached else ""
    return Other(row=ticket, words=words, open=reached)
