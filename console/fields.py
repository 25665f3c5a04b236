"""What comes in with a form: trimmed, of a bearable length, and meant for the catalogue that is there."""

from dataclasses import dataclass

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.errors import Unclear
from console.parts import parts
from console.wording import t
from proxy_agents.duty import is_on_duty
from proxy_agents.staff import Role, Staff
from routing.catalogue import Catalogue, load
from tickets.load import open_tickets
from tickets.policies import zone_of

LONGEST = 4000  #: characters; ten minutes of speech are about 2500


def field(name: str, *, longest: int = LONGEST) -> str:
    """The text of a field, "" where it is missing; raises ``Unclear`` where it is too long."""
    text = request.form.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise Unclear("error.too_long")
    return text


def needed(name: str, complaint: str, *, longest: int = LONGEST) -> str:
    """The same for a field that may not be empty; ``complaint`` is a key of the wording."""
    if not (text := field(name, longest=longest)):
        raise Unclear(complaint)
    return text


def number(name: str) -> int | None:
    """A whole number, None where there is none."""
    text = field(name, longest=18)
    if text and not (text.isascii() and text.isdecimal()):
        raise Unclear("error.400")
    return int(text) if text else None


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Who is to deal with a need."""

    department: str | None
    service: str | None
    agent: int | None


def whose(session: Session) -> Whose:
    """The choice of a department, with or without a service ("property:leak"), and of an agent."""
    department, _, service = field("way", longest=120).partition(":")
    book = load()
    if department and department not in {one.id for one in book.departments}:
        raise Unclear("error.no_department")
    if service and not _offers(book, department, service):
        raise Unclear("error.no_department")
    agent = number("agent")
    if agent is not None and not _is_agent(session, agent):
        raise Unclear("error.no_agent")
    return Whose(department=department or None, service=service or None, agent=agent)


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A proxy agent something can be given to; the name says how much they have, and whether they are there."""

    id: int
    name: str


def agents(session: Session) -> list[Offered]:
    """All of them: who is off or has enough to do may still be asked by a person."""
    at, busy, zone = parts().now(), open_tickets(session), zone_of(session)
    active = select(Staff).where(Staff.role == Role.AGENT, Staff.active)
    rows = session.scalars(active.order_by(Staff.name, Staff.id))
    return [
        Offered(
            id=one.id, name=_with_load(one, busy.get(one.id, 0), on_duty=is_on_duty(one, at, zone))
        )
        for one in rows
    ]


def _with_load(agent: Staff, has: int, *, on_duty: bool) -> str:
    notes = [t("waiting.load", n=has)] if has else []
    notes += [] if on_duty else [t("waiting.off")]
    notes += [t("waiting.full")] if agent.most is not None and has >= agent.most else []
    return f"{agent.name} ({', '.join(notes)})" if notes else agent.name


def _offers(book: Catalogue, department: str, service: str) -> bool:
    return any(one.id == service and one.department == department for one in book.services)


def _is_agent(session: Session, agent: int) -> bool:
    found = session.get(Staff, agent)
    return found is not None and found.active and found.role is Role.AGENT
