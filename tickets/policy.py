"""What a community promises and when it may ring, as data: read from TOML, checked, and never half right.

The file that comes with the hotline, ``policy.toml``, says what each line means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from importlib import resources

from tickets.calendar import Holidays, add_working, next_allowed
from tickets.clocks import Clock, Due
from tickets.lengths import Window


class Owner(StrEnum):
    """Who answers for a promise that was broken, one after the other."""

    ASSIGNEE = "assignee"  #: whoever has it: the department, or the proxy agent
    DEPARTMENT_HEAD = "department_head"
    SUPERVISOR = "supervisor"
    STREET_OFFICE = "street_office"


class Channel(StrEnum):
    """How somebody is told."""

    PAGE = "page"  #: it is seen on the pages
    EMAIL = "email"
    WEBHOOK = "webhook"
    PHONE = "phone"


class Miss(StrEnum):
    """How a dial ended that did not reach the resident."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"  #: nobody pressed a key or spoke: an answering machine, or silence
    WRONG_PERSON = "wrong_person"  #: "he is out"
    HUNG_UP = "hung_up"
    FAILED = "failed"  #: the provider could not place the call
    REFUSED = "refused"  #: they do not want to be rung


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """How long, on which hours, and how long before its end somebody is warned."""

    within: timedelta
    always: bool
    warn: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A step of the ladder: who owns a promise so long after it was broken."""

    owner: Owner
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who that is, and how they are told; ``department`` "" for all."""

    role: Owner
    name: str
    channel: Channel
    address: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRule:
    """When and how often a resident is rung."""

    lines: int
    calls_per_second: float
    a_day: int
    days: int
    misses: int
    parts: tuple[Window, ...]
    again: Mapping[Miss, timedelta | None]  #: a length of time; None: the next part of the day
    never: frozenset[Miss]  #: after these a person looks at it


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRule:
    """How those who answer for a late promise are rung."""

    quiet: tuple[Window, ...]  #: unless somebody may be in danger
    tries: int  #: then their other channel, or the next on the ladder
    again: timedelta  #: between two tries; a busy line has the wait of every busy line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Policy:
    """All of it. ``zone`` is the community's own; times in and out are aware."""

    clocks: Mapping[Clock, ClockRule]
    urgent: Mapping[Clock, ClockRule]
    working: tuple[Window, ...]
    calendar: Holidays
    quiet: tuple[Window, ...]
    quiet_on_holidays: bool
    staff: StaffRule
    callbacks: CallbackRule
    failures: int  #: of a provider, one after the other, before it is left alone
    rest: timedelta  #: for so long
    ring_back: timedelta  #: within
    ring_back_times: int
    asked_again: float  #: share of those who called it solved
    asked_again_after: timedelta
    longest_pause: timedelta  #: of the clocks, while we wait for the resident
    ladder: tuple[Rung, ...]
    people: tuple[Person, ...]
    zone: tzinfo

    def rule(self, clock: Clock, *, urgent: bool = False) -> ClockRule:
        return (self.urgent if urgent else self.clocks)[clock]

    def due(
        self,
        at: datetime,
        *,
        urgent: bool = False,
        targets: Mapping[Clock, timedelta] | None = None,
    ) -> Due:
        """By when each is owed; ``targets`` are the service's own, never later than what all are promised."""
        found = {}
        for clock in Clock:
            rule = self.rule(clock, urgent=urgent)
            within = min(rule.within, (targets or {}).get(clock, rule.within))
            found[clock.value] = self.later(at, within, always=rule.always)
        return Due(**found)

    def later(self, at: datetime, within: timedelta, *, always: bool) -> datetime:
        """So much later, around the clock or in working hours."""
        if always:
            return at + within
        return add_working(at, within, self.zone, self.working, self.calendar)

    def step_due(
        self, clock: Clock, promised: datetime, step: int, *, urgent: bool = False
    ) -> datetime | None:
        """When a step of a promise is due: 0 is the warning, 1 the first rung of the ladder; None above it."""
        if step == 0:
            return promised - self.rule(clock, urgent=urgent).warn
        return promised + self.ladder[step - 1].after if step <= len(self.ladder) else None

    def may_ring(self, at: datetime, quiet: tuple[Window, ...] = ()) -> datetime:
        """The first moment from ``at`` on at which somebody with these quiet hours may be rung."""
        holiday = self.calendar if self.quiet_on_holidays else None
        return next_allowed(at, self.zone, quiet or self.quiet, holiday)

    def may_ring_staff(self, at: datetime, *, urgent: bool) -> datetime:
        """The first moment from ``at`` on at which somebody who works here may be rung; in a danger at once."""
        return at if urgent else next_allowed(at, self.zone, self.staff.quiet)

    def person(self, owner: Owner, department: str | None) -> Person | None:
        """Who that is for a department: the first of ``persons``."""
        return next(iter(self.persons(owner, department)), None)

    def persons(self, owner: Owner, department: str | None) -> Sequence[Person]:
        """One after the other, should one not be reached; whoever is named for it comes before whoever is named for all."""
        fitting = [one for one in self.people if one.role is owner]
        own = [one for one in fitting if one.department and one.department == department]
        return [*own, *(one for one in fitting if not one.department)]


@cache
def default_text() -> str:
    """The policy that comes with the hotline."""
    return (resources.files("tickets") / "policy.toml").read_text("utf-8")
