"""Lengths of time and times of day, as people write them: "15 min", "24 h", "7 d"; "19:30-08:30"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Self

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)")
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class BadLength(ValueError):
    """Not a length of time, or not a time of day; the message says what is expected."""


def length(text: object) -> timedelta:
    """``"15 min"`` and the like; raises ``BadLength``."""
    found = _LENGTH.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise BadLength(f'{text!r} is no length of time; write "15 min", "24 h" or "7 d"')
    seconds = float(found[1]) * _UNITS[found[2]]
    if seconds > 3660 * 86_400:
        raise BadLength(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Window:
    """Part of every day; one that ends before it begins goes over midnight."""

    begin: time
    end: time

    @classmethod
    def of(cls, text: object) -> Self:
        """``"19:30-08:30"``; 24:00 is midnight. Raises ``BadLength``."""
        found = _WINDOW.fullmatch(text.strip()) if isinstance(text, str) else None
        if not found:
            raise BadLength(f'{text!r} is no part of a day; write "08:30-11:45"')
        begin, end = _clock(found[1], found[2]), _clock(found[3], found[4])
        if begin == end:
            raise BadLength(f"{text!r} begins when it ends")
        return cls(begin, end)

    def holds(self, at: time) -> bool:
        """The beginning belongs to it, the end does not."""
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


def windows(texts: object) -> tuple[Window, ...]:
    """Several of them; raises ``BadLength``, also where two share a minute."""
    if isinstance(texts, str):
        texts = [one for one in re.split(r"[,，;]", texts) if one.strip()]
    if not isinstance(texts, list):
        raise BadLength(f'{texts!r} is no list of parts of a day; write ["08:30-11:45"]')
    found = tuple(Window.of(one) for one in texts)
    if overlap := overlapping(found):
        raise BadLength(f"{overlap[0]} and {overlap[1]} overlap")
    return found


def overlapping(several: Sequence[Window]) -> tuple[Window, Window] | None:
    """The first two that share a minute."""
    for at, one in enumerate(several):
        for other in several[at + 1 :]:
            if one.holds(other.begin) or other.holds(one.begin):
                return one, other
    return None


def _clock(hour: str, minute: str) -> time:
    if (int(hour), int(minute)) == (24, 0):
        return time(0)
    if int(hour) > 23 or int(minute) > 59:
        raise BadLength(f"{hour}:{minute} is no time of day")
    return time(int(hour), int(minute))
