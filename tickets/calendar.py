"""The community's days: working hours and holidays, quiet hours, parts of the day. Times in and out are aware.

Everything is reckoned on the wall clock of the community's zone, so that 8:30 stays 8:30 when the clocks are changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Protocol

import holidays

from tickets.lengths import Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = 400  #: days that are looked through for an hour in which something is allowed


class NeverAllowed(ValueError):
    """There is no such hour in more than a year."""


class Holidays(Protocol):
    """Public holidays, and days on which people work all the same."""

    def is_holiday(self, day: date) -> bool: ...

    def is_working_day(self, day: date) -> bool: ...

    def knows(self, year: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Of a country, by the library ``holidays``; China's working weekends included."""

    country: str
    days: frozenset[int]  #: of the week on which people work, Monday 0

    def is_holiday(self, day: date) -> bool:
        """A public holiday; where weekends are worked to make up, also the weekend that is taken off with one."""
        if day in _public(self.country):
            return True
        joined = _is_free(self.country, day) and _announced(self.country) is not None
        return joined and any(_reaches_a_holiday(self.country, day, step) for step in (-1, 1))

    def is_working_day(self, day: date) -> bool:
        if self.is_holiday(day):
            return False
        return day.weekday() in self.days or day in _public(self.country).weekend_workdays

    def knows(self, year: int) -> bool:
        """Whether that year is in the library; where weekends are worked to make up, whether they were announced."""
        announced = _announced(self.country)
        return announced is None or year <= announced


@dataclass(frozen=True, slots=True)
class NoHolidays:
    """Every week like the other."""

    days: frozenset[int]

    def is_holiday(self, day: date) -> bool:
        return False

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.days

    def knows(self, year: int) -> bool:
        return True


@cache
def _public(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


@cache
def _announced(country: str) -> int | None:
    """The last year whose working weekends are known; None where no weekends are worked."""
    special = getattr(_public(country), "special_public_holidays", {})
    last = max(special, default=None)
    made_up = last and holidays.country_holidays(country, years=last).weekend_workdays
    return last if made_up else None


def _is_free(country: str, day: date) -> bool:
    """A holiday, or a weekend that nobody works."""
    known = _public(country)
    return day in known or (day.weekday() in known.weekend and day not in known.weekend_workdays)


def _reaches_a_holiday(country: str, day: date, step: int) -> bool:
    """From one free day to the next, forward or back: so the State Council counts a holiday of three or nine days."""
    while _is_free(country, day):
        if day in _public(country):
            return True
        day += timedelta(days=step)
    return False


def known_country(country: str) -> bool:
    return country in holidays.list_supported_countries()


def part_at(parts: Sequence[Window], at: datetime, zone: tzinfo) -> int | None:
    """Which of the parts of the day it is now."""
    now = at.astimezone(zone).time()
    return next((number for number, part in enumerate(parts) if part.holds(now)), None)


def next_allowed(
    at: datetime, zone: tzinfo, quiet: Sequence[Window], holiday: Holidays | None = None
) -> datetime:
    """The first moment from ``at`` on that is in no quiet window, nor on a holiday where ``holiday`` is given.

    Raises ``NeverAllowed``.
    """
    for _ in range(LONGEST):
        local = at.astimezone(zone)
        if holiday and holiday.is_holiday(local.date()):
            at = _moment(local.date() + timedelta(days=1), time(0), zone)
            continue
        inside = next((one for one in quiet if one.holds(local.time())), None)
        if inside is None:
            return at.astimezone(UTC)
        at = _next(inside.end, at, zone)
    raise NeverAllowed("the quiet hours leave no time to ring anybody")


def next_part(at: datetime, zone: tzinfo, parts: Sequence[Window]) -> datetime:
    """When the next part of the day begins that does not hold ``at``."""
    return min(_next(part.begin, at, zone) for part in parts)


def add_working(
    at: datetime, span: timedelta, zone: tzinfo, hours: Sequence[Window], days: Holidays
) -> datetime:
    """So much working time after ``at``. Raises ``NeverAllowed``."""
    day, left = at.astimezone(zone).date(), span
    for _ in range(LONGEST * 10):
        for opens, closes in _shifts(day, zone, hours, days):
            begin = max(opens, at)
            if closes - begin >= left:
                return begin.astimezone(UTC) + left
            left -= max(closes - begin, timedelta())
        day += timedelta(days=1)
    raise NeverAllowed("there are no working hours")


def working_between(
    begin: datetime, end: datetime, zone: tzinfo, hours: Sequence[Window], days: Holidays
) -> timedelta:
    """How much working time lies between two moments."""
    day, spent = begin.astimezone(zone).date(), timedelta()
    while day <= end.astimezone(zone).date():
        for opens, closes in _shifts(day, zone, hours, days):
            spent += max(min(closes, end) - max(opens, begin), timedelta())
        day += timedelta(days=1)
    return spent


def opens(day: date, zone: tzinfo, hours: Sequence[Window]) -> datetime:
    """When the first of the working hours of a day begins, whether anybody works on it or not; in UTC."""
    return min(
        (_moment(day, one.begin, zone) for one in hours), default=_moment(day, time(0), zone)
    )


def closes(day: date, zone: tzinfo, hours: Sequence[Window]) -> datetime:
    """When the last of them ends; midnight where there are none."""
    night = {one: timedelta(days=one.end <= one.begin) for one in hours}
    ends = (_moment(day + night[one], one.end, zone) for one in hours)
    return max(ends, default=_moment(day + timedelta(days=1), time(0), zone))


def next_working_day(after: date, days: Holidays) -> date:
    """The next one; where nobody ever works, the next day."""
    later = (after + timedelta(days=number) for number in range(1, LONGEST))
    return next((day for day in later if days.is_working_day(day)), after + timedelta(days=1))


def _shifts(
    day: date, zone: tzinfo, hours: Sequence[Window], days: Holidays
) -> list[tuple[datetime, datetime]]:
    """The working hours of a day, in UTC; none on a day on which nobody works."""
    if not days.is_working_day(day):
        return []
    night = {one: timedelta(days=one.end <= one.begin) for one in hours}
    return sorted(
        (_moment(day, one.begin, zone), _moment(day + night[one], one.end, zone)) for one in hours
    )


def _moment(day: date, hour: time, zone: tzinfo) -> datetime:
    """In UTC, when the wall clock shows that hour; one that a change of clocks leaves out comes right after it."""
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)


def _next(hour: time, at: datetime, zone: tzinfo) -> datetime:
    """The first time after ``at`` that the wall clock shows that hour."""
    today = at.astimezone(zone).date()
    moments = (_moment(today + timedelta(days=days), hour, zone) for days in range(3))
    return next(one for one in moments if one > at)
