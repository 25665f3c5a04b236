"""What a promise asks of the register: it lives upstairs, and is looked up through the session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tickets.lengths import Window
from tickets.models import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Of a resident; the defaults are what is known of somebody who is on no register."""

    number: str = ""  #: where they are rung
    agent: int | None = None  #: who acts for them
    at_risk: bool = False  #: somebody goes there on the same day
    quiet: tuple[Window, ...] = ()  #: hours of their own in which they are not rung


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Whoever has a ticket, and their own telephone."""

    name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What is asked of it; sessions carry one as ``info["register"]``."""

    known: Callable[[Session, int], Known]
    #: who goes there now: their own agent, or where that one is off or has enough to do, another
    visitor: Callable[[Session, int, datetime], int | None] | None = None
    #: of an agent, or of somebody of the department; None where none has a telephone, or is there
    assignee: Callable[[Session, Ticket, datetime], OnDuty | None] | None = None


def known(session: Session, resident: int | None) -> Known:
    """What the register says of them."""
    register = _register(session)
    return Known() if resident is None or register is None else register.known(session, resident)


def visitor_of(session: Session, resident: int | None, at: datetime) -> int | None:
    """Who would go there now; None: a supervisor finds somebody."""
    register = _register(session)
    if resident is None or register is None:
        return None
    if register.visitor is None:
        return register.known(session, resident).agent
    return register.visitor(session, resident, at)


def assignee_of(session: Session, ticket: Ticket, at: datetime) -> OnDuty | None:
    """Whoever has it and can be rung now."""
    register = _register(session)
    if register is None or register.assignee is None or ticket.assignee_kind is None:
        return None
    return register.assignee(session, ticket, at)


def _register(session: Session) -> Register | None:
    register: Register | None = session.info.get("register")
    return register
