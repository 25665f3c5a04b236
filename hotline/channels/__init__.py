"""How people who answer for a promise are told: by e-mail, by a webhook, or by telephone.

What is sent names the ticket, the department, the clock and the hour; never a resident, never their words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tickets.policy import Channel


class NotTold(Exception):
    """It could not be sent; the message says why, without an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """All that leaves the house."""

    key: str  #: the same at every try
    ticket: int
    department: str | None
    clock: str
    step: int  #: 0: it will be late; 1 and more: it is, and so many have answered for it
    promised: datetime
    link: str  #: "" where HOTLINE_PUBLIC_URL is not set


class Teller(Protocol):
    """One channel."""

    def tell(self, address: str, message: Message) -> None:
        """Returns when the other side has it; raises ``NotTold``."""


Tellers = Mapping[Channel, Teller]
