"""The life of a ticket: one table, and nothing else decides what may happen next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class Status(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"  #: taken down, nobody owns it
    ASSIGNED = "assigned"  #: offered to a department or an agent
    TAKEN = "taken"  #: they have taken it on; the 15-minute clock has stopped
    HANDLED = "handled"  #: they say it is done; the 24-hour clock has stopped
    TOLD = "told"  #: the resident heard the result; the 7-day clock has stopped
    SOLVED = "solved"  #: the resident says so
    JOINED = "joined"  #: the same thing as another one, and goes along with that
    ENDED = "ended"  #: withdrawn, moved away, or never reached: not counted as solved


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a ticket, and who did it."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Event):
    assignee: str  #: "department:property", "agent:12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Event):
    """Not theirs, or not possible: somebody else has to be found."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled(Event):
    words: str
    recording: str | None  #: the result in the voice of whoever dealt with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Event):
    call: str | None  #: the call in which they heard it


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed(Event):
    """A callback did not reach them, or not to the end."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOrdered(Event):
    """They could not be reached by telephone: somebody goes there."""

    agent: int | None  #: None: a supervisor finds somebody
    due: str  #: by when, ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSolved(Event):
    """The resident's own answer, or a witnessed visit."""

    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWanting(Event):
    """Half solved or not solved: it goes back, with new clocks and the first promise kept here."""

    evidence: str
    half: bool
    why: str | None  #: id of the recording of what is missing
    why_words: str
    promised: str  #: the 7-day promise that ran until now, ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsCorrected(Event):
    """A person listened and wrote down what was really said."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted(Event):
    """A person sends it elsewhere; a machine never does."""

    assignee: str
    before: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated(Event):
    """They rang again about the same thing: no new ticket, and what they said this time is kept here."""

    call: str | None
    recording: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TookIn(Event):
    """Another ticket turned out to be the same thing: it goes along with this one."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted(Event):
    """The other one is a thing of its own after all."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """It is the same thing as another one, and goes along with that."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Event):
    """It is a thing of its own after all, or the other one has ended without a result."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Event):
    """The other one was dealt with: this resident, too, is owed the result."""

    other: int


Happening: TypeAlias = (
    Assigned
    | Taken
    | Returned
    | Handled
    | Told
    | Missed
    | VisitOrdered
    | FoundSolved
    | FoundWanting
    | WordsCorrected
    | Rerouted
    | Repeated
    | TookIn
    | Parted
    | Ended
    | Joined
    | Split
    | Followed
)
Moves: TypeAlias = dict[Status, dict[type[Happening], Status]]

MOVES: Moves = {
    Status.OPEN: {
        Assigned: Status.ASSIGNED,
        Rerouted: Status.ASSIGNED,
        WordsCorrected: Status.OPEN,
        Repeated: Status.OPEN,
        TookIn: Status.OPEN,
        Parted: Status.OPEN,
        Ended: Status.ENDED,
        Joined: Status.JOINED,
    },
    Status.ASSIGNED: {
        Taken: Status.TAKEN,
        Returned: Status.OPEN,
        Rerouted: Status.ASSIGNED,
        WordsCorrected: Status.ASSIGNED,
        Repeated: Status.ASSIGNED,
        TookIn: Status.ASSIGNED,
        Parted: Status.ASSIGNED,
        Ended: Status.ENDED,
        Joined: Status.JOINED,
    },
    Status.TAKEN: {
        Handled: Status.HANDLED,
        Returned: Status.OPEN,
        Rerouted: Status.ASSIGNED,
        WordsCorrected: Status.TAKEN,
        Repeated: Status.TAKEN,
        TookIn: Status.TAKEN,
        Parted: Status.TAKEN,
        Ended: Status.ENDED,
        Joined: Status.JOINED,
    },
    Status.HANDLED: {
        Told: Status.TOLD,
        Missed: Status.HANDLED,
        VisitOrdered: Status.HANDLED,
        WordsCorrected: Status.HANDLED,
        Repeated: Status.HANDLED,
        Parted: Status.HANDLED,
        Ended: Status.ENDED,
    },
    Status.TOLD: {
        FoundSolved: Status.SOLVED,
        FoundWanting: Status.OPEN,
        Missed: Status.TOLD,
        WordsCorrected: Status.TOLD,
        Repeated: Status.TOLD,
        Parted: Status.TOLD,
        Ended: Status.ENDED,
    },
    Status.SOLVED: {WordsCorrected: Status.SOLVED},
    Status.ENDED: {WordsCorrected: Status.ENDED},
    Status.JOINED: {
        Split: Status.OPEN,
        Repeated: Status.JOINED,
        Followed: Status.HANDLED,
        WordsCorrected: Status.JOINED,
        Ended: Status.ENDED,
    },
}


class IllegalMove(Exception):
    """The ticket cannot take this event in its present status."""


def after(status: Status, event: Happening) -> Status:
    """The status that follows; raises ``IllegalMove``."""
    try:
        return MOVES[status][type(event)]
    except KeyError:
        raise IllegalMove(f"{type(event).__name__} while {status}") from None
