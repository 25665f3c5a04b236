"""Whoever places our calls: a telephone company, a PBX, or the shipped double. The seam is three methods.

The hotline writes an attempt down, with a key, before every dial. Whether a dial of that key was made
is asked for after every crash, so that nobody is rung twice for one reason.

- ``place`` may answer at once; how the dial ends is told later, through ``Events``.
- A provider that takes no keys of ours carries the key along (a status callback's address, a channel
  variable) and finds it again; it compares ``Order.until`` with the time right before it dials.
- Where dials can be refused by key (the double does), a key that was looked up as "not placed" is
  refused for ever: a slow worker that wakes up late cannot dial any more.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ivr.conversation import Conversation

COMPLETED = "completed"  #: somebody answered, and the line is free again; else it is a ``tickets.policy.Miss``


class ProviderDown(Exception):
    """It cannot place calls now. Surely nobody was rung."""


class NumberRefused(Exception):
    """It will never place a call to this number. Nobody was rung."""


class KeyRefused(Exception):
    """A dial of this key was made, or was given up: somebody else has decided it. Nobody was rung now."""


class Unsure(Exception):
    """The call may have been placed: an answer did not arrive in time."""


class Known(StrEnum):
    """What a provider knows of a key."""

    NOT_PLACED = "not_placed"  #: and never will be
    UNDER_WAY = "under_way"
    ENDED = "ended"
    UNKNOWN = "unknown"  #: it cannot say now


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a dial; ``outcome`` of one that has ended."""

    known: Known
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A dial to make, until ``until``: later it is somebody else's to decide."""

    key: str
    number: str
    until: datetime


class Provider(Protocol):
    """Places calls. Its methods may take seconds, and are called from several threads."""

    name: str  #: the line of the calls: "simulated", "twilio"

    def place(self, order: Order) -> None:
        """Dial. Raises ``ProviderDown``, ``NumberRefused``, ``KeyRefused``, ``Unsure``."""
        ...

    def look_up(self, key: str) -> Fate:
        """What became of it. Raises ``ProviderDown``."""
        ...

    def hang_up(self, key: str) -> None:
        """Nobody needs to be rung any more; where it has ended nothing happens. Raises ``ProviderDown``."""
        ...


class Events(Protocol):
    """What a provider tells the hotline, each as often as it likes."""

    def answered(self, key: str) -> Conversation:
        """Somebody answers. Raises ``tickets.callbacks.NotOwed``: then hang up."""
        ...

    def ended(self, key: str, outcome: str) -> None:
        """The line is free: ``COMPLETED``, or how they were missed."""
        ...
