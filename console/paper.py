"""From a paper slip: what somebody wrote down by hand becomes a ticket with the slip's own time."""

from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console.errors import Unclear
from console.fields import agents, field, needed, whose
from console.masks import mask_name
from console.opening import open_here
from console.parts import parts
from console.person import only, person
from console.times import field_time, written_time
from console.wording import LANGUAGES, t
from ivr.memory import remember
from proxy_agents.residents import Resident, normal_number, plausible_number, residents_of_line
from proxy_agents.staff import Role
from routing.catalogue import load
from store.looks import look
from tickets import desk
from tickets.commands import NoteCaller, OpenTicket

OLDEST = timedelta(days=60)  #: a slip older than this has a wrong date

screen = Blueprint("paper", __name__, url_prefix="/review/paper")
screen.before_request(only(Role.SUPERVISOR, Role.OPERATOR))


@screen.get("/")
def blank() -> ResponseReturnValue:
    now = field_time(parts().now(), parts().zone)
    return _form({"at": now}, [])


@screen.post("/")
def enter() -> ResponseReturnValue:
    """Open the ticket; where several people share the line, ask first which of them it is."""
    house = parts()
    at, by = _real_time(), person().who
    words = needed("words", "error.no_words")
    with house.database.write() as session:
        household = _household(session)
        chosen = _chosen(household)
        if household and chosen is None:
            for one in household:
                look(session, who=by, what=f"resident:{one.id}", how="list", at=house.now())
            return _form(request.form.to_dict(), household)
        to = whose(session)
        command = OpenTicket(
            call=None,
            resident=chosen or None,
            recording=None,
            words=words,
            department=to.department,
            service=to.service,
            by_agent=to.agent is not None,
            language=_spoken(),
            number=field("number", longest=40),
        )
        ticket = open_here(session, command, at=at, agent=to.agent)
        caller = NoteCaller(
            ticket=ticket, name=field("name", longest=80), place=field("place", longest=200)
        )
        remember(session, desk.note_caller(session, caller))
        look(session, who=by, what=f"ticket:{ticket}", how="paper slip", at=house.now())
    return redirect(url_for("agent.one", number=ticket))


def _real_time() -> datetime:
    house = parts()
    try:
        at = written_time(field("at", longest=40), house.zone)
    except (ValueError, OverflowError):
        raise Unclear("error.no_time") from None
    if not house.now() - OLDEST <= at <= house.now() + timedelta(minutes=1):
        raise Unclear("error.no_time")
    return min(at, house.now())


def _spoken() -> str:
    return spoken if (spoken := field("language", longest=8)) in LANGUAGES else LANGUAGES[0]


def _household(session: Session) -> list[Resident]:
    """Who is registered with the number on the slip."""
    number = field("number", longest=40)
    if not number:
        return []
    if not plausible_number(number):
        raise Unclear("error.no_number")
    return residents_of_line(session, parts().keyring, normal_number(number))


def _chosen(household: list[Resident]) -> int | None:
    """Id of the resident, 0 for none of these people, None where somebody has to say."""
    said, name = field("resident", longest=18), field("name", longest=80)
    if said == "0":
        return 0
    by_name = [one for one in household if one.name == name]
    by_id = [one for one in household if str(one.id) == said]
    found = by_id or by_name or (household if not name else [])
    return found[0].id if len(found) == 1 else None


def _form(given: dict[str, str], household: list[Resident]) -> ResponseReturnValue:
    house = parts()
    with house.database.read() as session:
        offered = agents(session)
    choices = [
        (one.id, t("paper.resident", name=mask_name(one.name), building=one.building))
        for one in household
    ]
    latest = field_time(house.now(), house.zone)
    return render_template(
        "paper.html", given=given, choices=choices, agents=offered, book=load(), latest=latest
    )
