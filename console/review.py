"""The review page: who waits for a person now, then every call, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.callers import Callers, named
from console.contacts import alert_cards
from console.heard import Hearing, hearings, needs
from console.late import late_tickets
from console.masks import Caller
from console.parts import parts
from console.person import only, person
from console.visits import verdict_cards, visit_cards
from ivr.calls import Call, Ending
from proxy_agents.staff import Role
from store.looks import look
from tickets.models import Ticket
from tickets.policies import refused_of
from tickets.waiting import Waiting, waiting_now

PAGE = 50  #: calls

screen = Blueprint("review", __name__, url_prefix="/review")
screen.before_request(only(Role.SUPERVISOR, Role.OPERATOR))


@dataclass(frozen=True, kw_only=True)
class WaitingCard:
    row: Waiting
    caller: Caller
    heard: Hearing | None
    taken_by: str
    mine: bool


@dataclass(frozen=True, kw_only=True)
class CallCard:
    row: Call
    caller: Caller
    heard: Hearing | None
    ticket: int | None
    words: str


@screen.get("/")
def front() -> ResponseReturnValue:
    house, who = parts(), person().who
    at, page = house.now(), _page()
    with house.database.write() as session:
        waiting = _waiting_cards(session) if page == 1 else []
        calls = _call_cards(session, page)
        late = late_tickets(session, at) if page == 1 else []
        visits = visit_cards(session, person(), at) if page == 1 else []
        verdicts = verdict_cards(session) if page == 1 else []
        seen = [f"waiting:{card.row.id}" for card in waiting]
        alerts = alert_cards(session, at) if page == 1 else []
        refused = refused_of(session) if page == 1 and person().role is Role.SUPERVISOR else ()
        seen += [f"contact:{card.row.id}" for card in alerts]
        seen += [f"ticket:{one.row.id}" for one in late]
        seen += [f"call:{card.row.id}" for card in calls[:PAGE]]
        for what in seen:
            look(session, who=who, what=what, how="list", at=at)
    return render_template(
        "review.html",
        waiting=waiting,
        calls=calls[:PAGE],
        page=page,
        more=len(calls) > PAGE,
        late=late,
        visits=visits,
        verdicts=verdicts,
        alerts=alerts,
        refused=refused,
        pulse=_pulse([card.row for card in waiting]),
    )


@screen.get("/pulse")
def pulse() -> ResponseReturnValue:
    """Has the list of those who wait changed? Nothing personal; a clock in the page asks."""
    with parts().database.read() as session:
        rows = waiting_now(session)
    return jsonify(waiting=len(rows), pulse=_pulse(rows))


def _page() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _pulse(rows: Sequence[Waiting]) -> str:
    return ".".join(f"{row.id}{'t' if row.taken_by else ''}" for row in rows)


def _waiting_cards(session: Session) -> list[WaitingCard]:
    rows = waiting_now(session)
    heard = hearings(session, (row.recording_id for row in rows))
    numbers = [row.ticket_id for row in rows if row.ticket_id]
    tickets = {one.id: one for one in session.scalars(select(Ticket).where(Ticket.id.in_(numbers)))}
    callers = Callers(session, (row.resident_id for row in rows))
    return [
        WaitingCard(
            row=row,
            caller=callers.of_waiting(row, tickets.get(row.ticket_id or 0)).masked(),
            heard=heard.get(row.recording_id or ""),
            taken_by=named(session, row.taken_by),
            mine=row.taken_by == person().who,
        )
        for row in rows
    ]


def _call_cards(session: Session, page: int) -> list[CallCard]:
    """One more than a page holds, so that it is known whether another page follows."""
    newest = select(Call).order_by(Call.started_at.desc(), Call.id.desc())
    rows = session.scalars(newest.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    ids = [row.id for row in rows]
    heard = needs(session, ids)
    of_calls = select(Ticket).where(Ticket.call_id.in_(ids)).order_by(Ticket.id)
    tickets = {one.call_id: one for one in session.scalars(of_calls)}
    tickets |= _told_again(session, [row for row in rows if row.id not in tickets])
    callers = Callers(session, (row.resident_id for row in rows))
    return [_call_card(row, callers, heard.get(row.id), tickets.get(row.id)) for row in rows]


def _told_again(session: Session, rows: Sequence[Call]) -> dict[str | None, Ticket]:
    """The ticket a need was told for that was open already, by the call."""
    numbers = {row.id: row.told for row in rows if row.ending is Ending.TICKET}
    told = {call: session.get(Ticket, known[0]) for call, known in numbers.items() if known}
    return {call: ticket for call, ticket in told.items() if ticket}


def _call_card(
    row: Call, callers: Callers, heard: Hearing | None, ticket: Ticket | None
) -> CallCard:
    words = heard.words if heard else ticket.words if ticket else ""
    return CallCard(
        row=row,
        caller=callers.of_call(row, ticket).masked(),
        heard=heard,
        ticket=ticket.id if ticket else None,
        words=words,
    )
