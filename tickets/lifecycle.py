"""The life of a ticket: one table, and nothing else decides what may happen next."""

from enum import StrEnum
from typing import TypeAlias

from tickets.events import (
    Acknowledged,
    Assigned,
    BrokeAgain,
    Ended,
    Escalated,
    Event,
    Followed,
    FoundSolved,
    FoundWanting,
    Handled,
    Happening,
    HeldGood,
    HelpAsked,
    Hurried,
    Joined,
    Missed,
    Parted,
    Repeated,
    Rerouted,
    Resumed,
    Returned,
    Split,
    Taken,
    Told,
    TookIn,
    VisitOrdered,
    WaitsForResident,
    Warned,
    WordsCorrected,
)

__all__ = [
    "MOVES",
    "Acknowledged",
    "Assigned",
    "BrokeAgain",
    "Ended",
    "Escalated",
    "Event",
    "Followed",
    "FoundSolved",
    "FoundWanting",
    "Handled",
    "Happening",
    "HeldGood",
    "HelpAsked",
    "Hurried",
    "IllegalMove",
    "Joined",
    "Missed",
    "Parted",
    "Repeated",
    "Rerouted",
    "Resumed",
    "Returned",
    "Split",
    "Status",
    "Taken",
    "Told",
    "TookIn",
    "VisitOrdered",
    "WaitsForResident",
    "Warned",
    "WordsCorrected",
    "after",
]


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


Moves: TypeAlias = dict[Status, dict[type[Happening], Status]]

MOVES: Moves = {
    Status.OPEN: {
        Assigned: Status.ASSIGNED,
        Rerouted: Status.ASSIGNED,
        WordsCorrected: Status.OPEN,
        Hurried: Status.OPEN,
        HelpAsked: Status.OPEN,
        Warned: Status.OPEN,
        Escalated: Status.OPEN,
        Acknowledged: Status.OPEN,
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
        Hurried: Status.ASSIGNED,
        HelpAsked: Status.ASSIGNED,
        Warned: Status.ASSIGNED,
        Escalated: Status.ASSIGNED,
        Acknowledged: Status.ASSIGNED,
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
        Hurried: Status.TAKEN,
        HelpAsked: Status.TAKEN,
        Warned: Status.TAKEN,
        Escalated: Status.TAKEN,
        Acknowledged: Status.TAKEN,
        WaitsForResident: Status.TAKEN,
        Resumed: Status.TAKEN,
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
        Warned: Status.HANDLED,
        Escalated: Status.HANDLED,
        Acknowledged: Status.HANDLED,
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
    Status.SOLVED: {
        HeldGood: Status.SOLVED,
        BrokeAgain: Status.OPEN,
        WordsCorrected: Status.SOLVED,
    },
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
