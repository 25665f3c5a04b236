"""An account of one call, for people and for programs: the JSON of ``hotline call`` is a contract."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.house import House
from ivr.calls import Call, ending_of
from ivr.transcript import transcript
from speech.clean import title
from store.recordings import Recording
from tickets.models import Ticket
from tickets.waiting import Waiting

Data = dict[str, Any]

NO_WORDS: Data = {"text": "", "confidence": None, "engine": "none"}


def account_of(house: House, call_id: str) -> Data:
    """What came of a call; times are ISO 8601, ``need`` is always there."""
    with house.database.read() as session:
        call = session.get_one(Call, call_id)
        tickets = _tickets(session, call)
        ticket = tickets[0] if tickets else None
        told = _need_recording(session, call) or _resumed(session, ticket)
        return {
            "call": call.id,
            "outcome": call.ending or ending_of(call),
            "need": _need(call, told),
            "urgent": _urgent(session, call),
            "ask": (_last(call, ".way") or {}).get("ask"),
            "recording": {
                "id": told.id if told else None,
                "seconds": round(told.seconds, 2) if told else 0.0,
            },
            "ticket": _with_others(call, tickets),
            "transcript": transcript(call, house.settings.zone),
        }


def ticket_data(ticket: Ticket | None) -> Data | None:
    if ticket is None:
        return None
    return {
        "id": ticket.id,
        "title": title(ticket.words, ticket.language),
        "department": ticket.department,
        "service": ticket.service,
        "assignee": ticket.assignee,
        "due": {
            "respond": ticket.respond_due.isoformat(),
            "handle": ticket.handle_due.isoformat(),
            "feedback": ticket.feedback_due.isoformat(),
        },
    }


def _tickets(session: Session, call: Call) -> list[Ticket]:
    """Those opened in the call, or made of it by a person, and those it told again; in the order they were told."""
    numbers, opened = call.told, Ticket.call_id == call.id
    rows = session.scalars(select(Ticket).where(opened | Ticket.id.in_(numbers)))
    order = {number: place for place, number in enumerate(numbers)}
    return sorted(rows, key=lambda one: (order.get(one.id, len(order)), one.id))


def _with_others(call: Call, tickets: Sequence[Ticket]) -> Data | None:
    """``also``: the tickets of further needs in the same call; ``again``: it was open before this call."""
    told = [data | {"again": one.call_id != call.id, "joined_to": one.joined_to}
            for one in tickets if (data := ticket_data(one))]  # fmt: skip
    return told[0] | {"also": told[1:]} if told else None


def _last(call: Call, suffix: str) -> Data | None:
    """The last result whose key ends so."""
    found = [row.heard["result"] for row in call.entries if row.key.endswith(suffix)]
    return found[-1] if found else None


def _need_recording(session: Session, call: Call) -> Recording | None:
    """The recording of the need: the one last spoken in, else the longest one kept."""
    told = session.scalars(
        select(Recording)
        .where(Recording.call_id == call.id, Recording.key.like("need.%"))
        .where(Recording.key.not_like("%.right.%"), Recording.key.not_like("%.danger.%"))
        .order_by(Recording.started_at)
    ).all()
    spoken = [one for one in told if one.speech_to is not None]
    return spoken[-1] if spoken else max(told, key=lambda one: one.seconds, default=None)


def _resumed(session: Session, ticket: Ticket | None) -> Recording | None:
    """The need of an earlier call, gone on with in this one."""
    return session.get(Recording, ticket.recording_id) if ticket and ticket.recording_id else None


def _need(call: Call, told: Recording | None) -> Data:
    typed = [
        row.heard["words"]
        for row in call.entries
        if row.key.startswith("need.") and row.key.count(".") == 2 and row.heard["words"]
    ]
    if typed:
        return {"text": typed[-1], "confidence": 1.0, "engine": "typed"}
    if told is None:
        return dict(NO_WORDS)
    heard = told.best
    if heard is None:
        return dict(NO_WORDS)
    return {"text": heard.text, "confidence": heard.confidence, "engine": heard.engine}


def _urgent(session: Session, call: Call) -> Data | None:
    found = [(_last(call, suffix) or {}).get("danger") for suffix in (".meant", ".way")]
    if danger := found[0] or found[1]:
        return {"kind": danger["kind"], "certain": danger["certain"]}
    kind = session.scalars(select(Waiting.danger).where(Waiting.call_id == call.id)).first()
    return {"kind": kind, "certain": False} if kind else None
