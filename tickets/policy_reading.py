"""A policy from TOML: every mistake is named by the place where it stands, and nothing is half right."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, TypeVar

from tickets.calendar import (
    DAYS,
    Holidays,
    NeverAllowed,
    NoHolidays,
    PublicHolidays,
    known_country,
    next_allowed,
)
from tickets.clocks import Clock
from tickets.lengths import BadLength, Window, length, windows
from tickets.policy import (
    CallbackRule,
    Channel,
    ClockRule,
    Miss,
    Owner,
    Person,
    Policy,
    Rung,
    default_text,
)

A_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
_T = TypeVar("_T")


class BadPolicy(ValueError):
    """The message says where, what is wrong, and what is expected."""


@lru_cache(maxsize=8)
def read(text: str, zone: tzinfo) -> Policy:
    """A policy from TOML text; what is left out is as in the policy that comes with the hotline. Raises ``BadPolicy``."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise BadPolicy(f"policy: {mistake}") from None
    usual = tomllib.loads(default_text())
    if unknown := sorted(set(given) - set(usual) - {"people"}):
        raise BadPolicy(f"policy: there is no part [{unknown[0]}]")
    policy = _policy(_Table("", _merged(usual, given)), zone)
    _check(policy)
    return policy


def _merged(usual: Any, given: Any) -> Any:
    if not (isinstance(usual, dict) and isinstance(given, dict)):
        return given
    return {
        key: _merged(usual.get(key), given[key]) if key in given else usual[key]
        for key in {**usual, **given}
    }


class _Table:
    """One table; what is asked of it that is not there, or not right, is named by its place."""

    def __init__(self, place: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise BadPolicy(f"policy, {place}: a table is expected")
        self.place, self.values, self.seen = place, values, set[str]()

    def table(self, name: str) -> "_Table":
        self.seen.add(name)
        return _Table(f"{self.place}.{name}".strip("."), self.values.get(name, {}))

    def tables(self, name: str) -> "list[_Table]":
        self.seen.add(name)
        several = self.values.get(name, [])
        if not isinstance(several, list):
            raise BadPolicy(f"policy, {name}: write [[{name}]]")
        return [_Table(f"{name} {number}", one) for number, one in enumerate(several, 1)]

    def read(self, name: str, reading: Callable[[Any], _T]) -> _T:
        self.seen.add(name)
        if name not in self.values:
            raise BadPolicy(f"policy, {self.place}: {name} is missing")
        try:
            return reading(self.values[name])
        except (ValueError, TypeError) as mistake:
            raise BadPolicy(f"policy, {self.place}: {name}: {mistake}") from None

    def done(self) -> None:
        """Raises ``BadPolicy`` for a word nobody asked for: most likely it is misspelt."""
        if unknown := sorted(set(self.values) - self.seen):
            raise BadPolicy(f"policy, {self.place}: there is no {unknown[0]}")


def _policy(top: _Table, zone: tzinfo) -> Policy:
    working, quiet, breaker = top.table("working"), top.table("quiet"), top.table("breaker")
    back, again = top.table("ring_back"), top.table("asked_again")
    policy = Policy(
        clocks=dict(_clocks(top.table("clocks"))),
        urgent=dict(_clocks(top.table("urgent"))),
        working=working.read("hours", windows),
        calendar=_calendar(working),
        quiet=quiet.read("hours", windows),
        quiet_on_holidays=quiet.read("holidays", _yes_or_no),
        callbacks=_callbacks(top.table("callbacks")),
        failures=breaker.read("failures", _between(1, 1000)),
        rest=breaker.read("rest", _some_time),
        ring_back=back.read("within", _some_time),
        ring_back_times=back.read("times", _between(0, 10)),
        asked_again=again.read("share", _share),
        asked_again_after=again.read("after", _some_time),
        ladder=tuple(_rung(one) for one in top.tables("ladder")),
        people=tuple(_person(one) for one in top.tables("people")),
        zone=zone,
    )
    for table in (working, quiet, breaker, back, again):
        table.done()
    return policy


def _clocks(table: _Table) -> Iterator[tuple[Clock, ClockRule]]:
    for clock in Clock:
        one = table.table(clock)
        rule = ClockRule(
            within=one.read("within", _some_time),
            always=one.read("runs", _one_of("always", "working hours")) == "always",
            warn=one.read("warn", length),
        )
        if rule.warn >= rule.within:
            raise BadPolicy(f"policy, {one.place}: the warning would come before the beginning")
        one.done()
        yield clock, rule
    table.done()


def _calendar(working: _Table) -> Holidays:
    days = working.read("days", _weekdays)
    country = working.read("holidays", _country)
    return PublicHolidays(country, days) if country else NoHolidays(days)


def _weekdays(names: Any) -> frozenset[int]:
    if not isinstance(names, list):
        raise ValueError(f"{names!r}: a list of {', '.join(DAYS)} is expected")  # noqa: TRY004
    return frozenset(DAYS.index(_one_of(*DAYS)(one)) for one in names)


def _callbacks(table: _Table) -> CallbackRule:
    again = table.table("again")
    waits = {miss: again.read(miss, _wait) for miss in Miss}
    again.done()
    rule = CallbackRule(
        lines=table.read("lines", _between(1, 10_000)),
        calls_per_second=table.read("calls_per_second", _rate),
        a_day=table.read("a_day", _between(1, 50)),
        days=table.read("days", _between(1, 30)),
        misses=table.read("misses", _between(1, 20)),
        parts=table.read("parts", windows),
        again={
            miss: wait
            for miss, wait in waits.items()
            if wait != "never" and not isinstance(wait, str)
        },
        never=frozenset(miss for miss, wait in waits.items() if wait == "never"),
    )
    table.done()
    if rule.misses > len(rule.parts) * rule.days:
        raise BadPolicy(
            f"policy, callbacks: {rule.misses} misses in different parts of {rule.days} days cannot be had"
        )
    return rule


def _rung(one: _Table) -> Rung:
    rung = Rung(owner=one.read("owner", Owner), after=one.read("after", length))
    one.done()
    if rung.owner is Owner.ASSIGNEE:
        raise BadPolicy(f"policy, {one.place}: whoever has it owns it already")
    return rung


def _person(one: _Table) -> Person:
    one.values = {"address": "", "department": ""} | one.values
    person = Person(
        role=one.read("role", Owner),
        name=one.read("name", _words),
        channel=one.read("channel", Channel),
        address=one.read("address", _text),
        department=one.read("department", _text),
    )
    one.done()
    if person.channel is not Channel.PAGE and not person.address:
        raise BadPolicy(
            f"policy, {one.place}: {person.name} is told by {person.channel}, so an address is needed"
        )
    return person


def _check(policy: Policy) -> None:
    """What each line alone cannot tell."""
    for first, second in zip(policy.ladder, policy.ladder[1:], strict=False):
        if second.after < first.after:
            raise BadPolicy(f"policy, ladder: {second.owner} comes before {first.owner}")
    owners = [rung.owner for rung in policy.ladder]
    if len(set(owners)) < len(owners):
        raise BadPolicy("policy, ladder: somebody stands on it twice")
    if not policy.working and not all(
        one.always for one in (*policy.clocks.values(), *policy.urgent.values())
    ):
        raise BadPolicy("policy, working: a clock runs in working hours, and there are none")
    try:
        next_allowed(A_MONDAY, policy.zone, policy.quiet)
    except NeverAllowed as never:
        raise BadPolicy(f"policy, quiet: {never}") from None
    for part in policy.callbacks.parts:
        if _all_quiet(part, policy.quiet):
            raise BadPolicy(f"policy, callbacks: {part} is all quiet, nobody could be rung in it")


def _all_quiet(part: Window, quiet: tuple[Window, ...]) -> bool:
    minute = timedelta(minutes=1)
    begin = datetime.combine(A_MONDAY, part.begin)
    end = datetime.combine(A_MONDAY, part.end)
    end += timedelta(days=end <= begin)
    while begin < end:
        if not any(one.holds(begin.time()) for one in quiet):
            return False
        begin += minute
    return True


def _some_time(value: Any) -> timedelta:
    found = length(value)
    if not found:
        raise BadLength("it takes some time")
    return found


def _wait(value: Any) -> timedelta | str | None:
    if value == "next part":
        return None
    return "never" if value == "never" else _some_time(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false")  # noqa: TRY004  # a sentence for whoever wrote the file
    return value


def _between(least: int, most: int) -> Callable[[Any], int]:
    def reading(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"{value!r}: a whole number from {least} to {most} is expected")
        return value

    return reading


def _rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1000:
        raise ValueError(f"{value!r}: a number above 0, 1000 at most, is expected")
    return float(value)


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r}: a share from 0 to 1 is expected")
    return float(value)


def _one_of(*words: str) -> Callable[[Any], str]:
    def reading(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r}: one of {', '.join(words)} is expected")
        return str(value)

    return reading


def _country(value: Any) -> str:
    if value != "" and not (isinstance(value, str) and known_country(value)):
        raise ValueError(f'{value!r}: a country like "CN" is expected, or "" for no holidays')
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r}: text is expected")  # noqa: TRY004
    return value.strip()


def _words(value: Any) -> str:
    if not _text(value):
        raise ValueError("it is empty")
    return _text(value)


Values = Mapping[str, Any]
