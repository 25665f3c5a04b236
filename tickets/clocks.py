"""The three clocks of a promise; how long each runs is in the policy (``tickets/policy.toml``)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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

    def of(self, clock: Clock) -> datetime:
        return {
            Clock.RESPOND: self.respond,
            Clock.HANDLE: self.handle,
            Clock.FEEDBACK: self.feedback,
        }[clock]
