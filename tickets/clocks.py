"""The three clocks of a promise, as arithmetic on times: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

RESPOND = timedelta(minutes=15)  #: a person has taken it on
HANDLE = timedelta(hours=24)  #: somebody has dealt with it
FEEDBACK = timedelta(days=7)  #: the resident has been told


class Clock(StrEnum):
    """What is owed."""

    RESPOND = "respond"
    HANDLE = "handle"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """By when each is owed."""

    respond: datetime
    handle: datetime
    feedback: datetime

    @classmethod
    def after(cls, at: datetime) -> Self:
        """The plan's promise: 15 minutes, 24 hours, 7 days from one opening time."""
        return cls(respond=at + RESPOND, handle=at + HANDLE, feedback=at + FEEDBACK)

    def of(self, clock: Clock) -> datetime:
        return {
            Clock.RESPOND: self.respond,
            Clock.HANDLE: self.handle,
            Clock.FEEDBACK: self.feedback,
        }[clock]
