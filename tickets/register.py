"""What a promise asks of the register: it lives upstairs, and is looked up through the session."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from tickets.lengths import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Of a resident; the defaults are what is known of somebody who is on no register."""

    number: str = ""  #: where they are rung
    agent: int | None = None  #: who acts for them
    at_risk: bool = False  #: somebody goes there on the same day
    quiet: tuple[Window, ...] = ()  #: hours of their own in which they are not rung


Register: TypeAlias = Callable[[Session, int], Known]


def known(session: Session, resident: int | None) -> Known:
    """What the register says of them; sessions carry it as ``info["register"]``."""
    register: Register | None = session.info.get("register")
    return Known() if resident is None or register is None else register(session, resident)
