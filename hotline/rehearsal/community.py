"""The community that a policy is tried on, from TOML: every mistake is named by the place where it stands."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

from tickets import policy_values as value
from tickets.lengths import Window, overlapping, windows
from tickets.policy import Miss
from tickets.policy_reading import merged
from tickets.policy_table import BadPolicy, Table

#: how a dial may end that reaches nobody; the company that fails is not in the model
MISSES = tuple(one for one in Miss if one is not Miss.FAILED)


class BadCommunity(ValueError):
    """The message says where, what is wrong, and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A length of time that varies: log-normal."""

    median: timedelta
    spread: float  #: of its logarithm
    always: bool  #: else in working hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    a_month: float
    weekend: float
    to_a_person: float
    broken_off: float
    unrouted: float
    urgent: float
    hours: Mapping[Window, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residents:
    without_number: float
    bad_number: float
    never_answer: float
    at_risk: float
    own_quiet: float
    own_quiet_hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How soon something is done, in the usual way and where somebody may be in danger."""

    usual: Length
    urgent: Length

    def of(self, *, urgent: bool) -> Length:
        return self.urgent if urgent else self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    rings: timedelta
    rings_out: timedelta
    lasts: Length
    elsebody_lasts: timedelta
    answered: Mapping[Window, float]
    missed: Mapping[Miss, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    begin: date
    needs: Needs
    residents: Residents
    take: Work
    returned: float
    deal: Work
    look: Length
    go: Length
    somebody_there: float
    calls: Calls
    solved: float
    half_solved: float
    still: float


def shipped_text() -> str:
    """The community that comes with the hotline."""
    return (resources.files("hotline") / "rehearsal" / "community.toml").read_text("utf-8")


def read(text: str) -> Community:
    """What is left out is as in the community that comes with the hotline. Raises ``BadCommunity``."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise BadCommunity(f"community: {mistake}") from None
    usual = tomllib.loads(shipped_text())
    for place in (("needs", "hours"), ("calls", "answered")):  # parts of a day are not mixed
        if place[1] in given.get(place[0], {}):
            usual[place[0]][place[1]] = {}
    try:
        return _community(Table("", merged(usual, given), "community"))
    except BadPolicy as mistake:
        raise BadCommunity(str(mistake)) from None


def _community(top: Table) -> Community:
    take, deal, people = top.table("take"), top.table("deal"), top.table("people")
    visits, verdicts = top.table("visits"), top.table("verdicts")
    community = Community(
        begin=top.read("begin", _day),
        needs=_needs(top.table("needs")),
        residents=_residents(top.table("residents")),
        take=_work(take),
        returned=take.read("returned", value.share),
        deal=_work(deal),
        look=people.read("look", _length),
        go=visits.read("go", _length),
        somebody_there=visits.read("somebody_there", value.share),
        calls=_calls(top.table("calls")),
        solved=verdicts.read("solved", value.share),
        half_solved=verdicts.read("half_solved", value.share),
        still=verdicts.read("still", value.share),
    )
    for table in (top, take, deal, people, visits, verdicts):
        table.done()
    if community.solved + community.half_solved > 1:
        raise BadPolicy("community, verdicts: solved and half_solved are more than all")
    return community


def _needs(table: Table) -> Needs:
    names = ("weekend", "to_a_person", "broken_off", "unrouted", "urgent")
    weekend, *shares = (
        table.read(name, _factor if name == "weekend" else value.share) for name in names
    )
    needs = Needs(
        a_month=table.read("a_month", value.rate),
        weekend=weekend,
        **dict(zip(names[1:], shares, strict=True)),
        hours=_by_hours(table.table("hours"), _factor),
    )
    table.done()
    if sum(shares) > 1:
        raise BadPolicy("community, needs: more needs are told in special ways than there are")
    if not sum(needs.hours.values()):
        raise BadPolicy("community, needs.hours: nobody ever rings")
    return needs


def _residents(table: Table) -> Residents:
    names = ("without_number", "bad_number", "never_answer", "at_risk", "own_quiet")
    shares = {name: table.read(name, value.share) for name in names}
    residents = Residents(**shares, own_quiet_hours=table.read("own_quiet_hours", _quiet))
    table.done()
    return residents


def _work(table: Table) -> Work:
    return Work(usual=table.read("usual", _length), urgent=table.read("urgent", _length))


def _calls(table: Table) -> Calls:
    missed = table.table("missed")
    calls = Calls(
        rings=table.read("rings", value.some_time),
        rings_out=table.read("rings_out", value.some_time),
        lasts=table.read("lasts", _length),
        elsebody_lasts=table.read("elsebody_lasts", value.some_time),
        answered=_by_hours(table.table("answered"), value.share),
        missed={one: missed.read(one, _factor) for one in MISSES},
    )
    for one in (table, missed):
        one.done()
    if not sum(calls.missed.values()):
        raise BadPolicy("community, calls.missed: a call that is missed ends somehow")
    return calls


def _by_hours(table: Table, reading: Any) -> dict[Window, float]:
    found = {}
    for name in list(table.values):
        share = table.read(name, reading)
        try:
            found[Window.of(name)] = share
        except ValueError as mistake:
            raise BadPolicy(f"community, {table.place}: {mistake}") from None
    if both := overlapping(list(found)):
        raise BadPolicy(f"community, {table.place}: {both[0]} and {both[1]} overlap")
    return found


def _length(given: Any) -> Length:
    if not isinstance(given, dict) or set(given) != {"median", "spread", "runs"}:
        raise ValueError(f'{given!r}: write {{ median = "3 h", spread = 1.0, runs = "always" }}')
    runs = value.one_of("always", "working hours")(given["runs"])
    return Length(
        median=value.some_time(given["median"]),
        spread=_factor(given["spread"], most=3),
        always=runs == "always",
    )


def _factor(given: Any, most: float = 1000) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= most:
        raise ValueError(f"{given!r}: a number from 0 to {most} is expected")
    return float(given)


def _day(given: Any) -> date:
    if not isinstance(given, date) or isinstance(given, datetime):
        raise ValueError(f"{given!r}: a day is expected, like 2026-03-02")  # noqa: TRY004
    return given


def _quiet(given: Any) -> str:
    windows(given)
    return str(given)
