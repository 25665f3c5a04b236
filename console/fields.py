"""What comes in with a form: trimmed, of a bearable length, and meant for the catalogue that is there."""

from dataclasses import dataclass

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.errors import Unclear
from proxy_agents.staff import Role, Staff
from routing.catalogue import Catalogue, load

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


def agents(session: Session) -> list[Staff]:
    """Proxy agents something can be given to."""
    active = select(Staff).where(Staff.role == Role.AGENT, Staff.active)
    return list(session.scalars(active.order_by(Staff.name, Staff.id)))


def _offers(book: Catalogue, department: str, service: str) -> bool:
    return any(one.id == service and one.department == department for one in book.services)


def _is_agent(session: Session, agent: int) -> bool:
    found = session.get(Staff, agent)
    return found is not None and found.active and found.role is Role.AGENT
