"""How a line speaks over its socket: messages in become events, orders become messages out.

Twilio, Asterisk and the browser say the same few things in different words. A dialect translates,
and knows nothing else; `ivr.lines.session` does the rest for all of them.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

Message: TypeAlias = str | bytes

KEYS = frozenset("0123456789*#")  #: of a telephone


class Nonsense(Exception):
    """A message that means nothing in this dialect; it says what was wrong, and never what was in it."""


# --- what a line tells us


@dataclass(frozen=True, slots=True)
class Started:
    """The sound begins; ``token`` says for which call."""

    token: str


@dataclass(frozen=True, slots=True)
class Media:
    """Some sound of the caller, mu-law; ``at``: its place in milliseconds, where the line tells."""

    sound: bytes
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


@dataclass(frozen=True, slots=True)
class Played:
    """Everything before this mark has been heard, or was cleared."""

    mark: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The caller has hung up. A socket that only breaks says no such thing."""


Event: TypeAlias = Started | Media | Key | Played | Stopped

# --- what we tell a line


@dataclass(frozen=True, slots=True)
class Play:
    """20 ms of sound, mu-law."""

    sound: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Drop what has not been heard yet."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The call is over."""


Order: TypeAlias = Play | Mark | Clear | HangUp


class Dialect(Protocol):
    """The language of one line; one object for each socket."""

    @property
    def name(self) -> str: ...  #: as in ``Call.line``
    @property
    def continuous(self) -> bool: ...  #: does the line want silence, too?
    def decode(self, message: Message) -> Event | None:
        """None for what need not interest us. Raises ``Nonsense``."""
        ...

    def encode(self, order: Order) -> Message | None:
        """None where the line has no word for it."""
        ...
