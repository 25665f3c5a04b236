"""A policy from TOML: every mistake is named by the place where it stands, and nothing is half right."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from tickets import policy_values as value
from tickets.calendar import Holidays, NeverAllowed, NoHolidays, PublicHolidays, next_allowed
from tickets.clocks import Clock
from tickets.lengths import Window, length, windows
from tickets.policy import (
    CallbackRule,
    Channel,
    ClockRule,
    Miss,
    Owner,
    Person,
    Policy,
    Rung,
    StaffRule,
    default_text,
)
from tickets.policy_table import BadPolicy, Table

__all__ = ["BadPolicy", "read", "read_values", "values_of"]

A_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@lru_cache(maxsize=8)
def read(text: str, zone: tzinfo) -> Policy:
    """A policy from TOML text; what is left out is as in the policy that comes with the hotline. Raises ``BadPolicy``."""
    return read_values(values_of(text), zone)


def values_of(text: str) -> dict[str, Any]:
    """What a file says, unread. Raises ``BadPolicy`` where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise BadPolicy(f"policy: {mistake}") from None


def read_values(given: dict[str, Any], zone: tzinfo) -> Policy:
    """The same from what a file says. Raises ``BadPolicy``."""
    usual = tomllib.loads(default_text())
    if unknown := sorted(set(given) - set(usual) - {"people"}):
        raise BadPolicy(f"policy: there is no part [{unknown[0]}]")
    policy = _policy(Table("", merged(usual, given)), zone)
    _check(policy)
    return policy


def merged(usual: Any, given: Any) -> Any:
    """What is given, and what is usual where nothing is given; table by table."""
    if not (isinstance(usual, dict) and isinstance(given, dict)):
        return given
    return {
        key: merged(usual.get(key), given[key]) if key in given else usual[key]
        for key in {**usual, **given}
    }


def _policy(top: Table, zone: tzinfo) -> Policy:
    working, quiet, breaker = top.table("working"), top.table("quiet"), top.table("breaker")
    back, again, pause = top.table("ring_back"), top.table("asked_again"), top.table("pause")
    policy = Policy(
        clocks=dict(_clocks(top.table("clocks"))),
        urgent=dict(_clocks(top.table("urgent"))),
        working=working.read("hours", windows),
        calendar=_calendar(working),
        quiet=quiet.read("hours", windows),
        quiet_on_holidays=quiet.read("holidays", value.yes_or_no),
        staff=_staff(top.table("staff")),
        callbacks=_callbacks(top.table("callbacks")),
        failures=breaker.read("failures", value.between(1, 1000)),
        rest=breaker.read("rest", value.some_time),
        ring_back=back.read("within", value.some_time),
        ring_back_times=back.read("times", value.between(0, 10)),
        asked_again=again.read("share", value.share),
        asked_again_after=again.read("after", value.some_time),
        longest_pause=pause.read("longest", value.some_time),
        ladder=tuple(_rung(one) for one in top.tables("ladder")),
        people=tuple(_person(one) for one in top.tables("people")),
        zone=zone,
    )
    for table in (working, quiet, breaker, back, again, pause):
        table.done()
    return policy


def _clocks(table: Table) -> Iterator[tuple[Clock, ClockRule]]:
    for clock in Clock:
        one = table.table(clock)
        rule = ClockRule(
            within=one.read("within", value.some_time),
            always=one.read("runs", value.one_of("always", "working hours")) == "always",
            warn=one.read("warn", length),
        )
        if rule.warn >= rule.within:
            raise BadPolicy(f"policy, {one.place}: the warning would come before the beginning")
        one.done()
        yield clock, rule
    table.done()


def _calendar(working: Table) -> Holidays:
    days = working.read("days", value.weekdays)
    country = working.read("holidays", value.country)
    return PublicHolidays(country, days) if country else NoHolidays(days)


def _callbacks(table: Table) -> CallbackRule:
    again = table.table("again")
    waits = {miss: again.read(miss, value.wait) for miss in Miss}
    again.done()
    rule = CallbackRule(
        lines=table.read("lines", value.between(1, 10_000)),
        calls_per_second=table.read("calls_per_second", value.rate),
        a_day=table.read("a_day", value.between(1, 50)),
        days=table.read("days", value.between(1, 30)),
        misses=table.read("misses", value.between(1, 20)),
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


def _staff(table: Table) -> StaffRule:
    rule = StaffRule(
        quiet=table.read("quiet", windows),
        tries=table.read("tries", value.between(1, 20)),
        again=table.read("again", value.some_time),
    )
    table.done()
    return rule


def _rung(one: Table) -> Rung:
    rung = Rung(owner=one.read("owner", Owner), after=one.read("after", length))
    one.done()
    if rung.owner is Owner.ASSIGNEE:
        raise BadPolicy(f"policy, {one.place}: whoever has it owns it already")
    return rung


def _person(one: Table) -> Person:
    one.values = {"address": "", "department": ""} | one.values
    person = Person(
        role=one.read("role", Owner),
        name=one.read("name", value.words),
        channel=one.read("channel", Channel),
        address=one.read("address", value.text),
        department=one.read("department", value.text),
    )
    one.done()
    if not value.reaches(person.channel, person.address):
        raise BadPolicy(
            f"policy, {one.place}: {person.name} is told by {person.channel}, so an address is needed "
            f"like {value.ADDRESSES[person.channel]}, not {person.address!r}"
        )
    return person


def _check(policy: Policy) -> None:
    """What each line alone cannot tell."""
    _check_ladder(policy)
    if not policy.working and not all(
        one.always for one in (*policy.clocks.values(), *policy.urgent.values())
    ):
        raise BadPolicy("policy, working: a clock runs in working hours, and there are none")
    for place, hours in (("quiet", policy.quiet), ("staff", policy.staff.quiet)):
        try:
            next_allowed(A_MONDAY, policy.zone, hours)
        except NeverAllowed as never:
            raise BadPolicy(f"policy, {place}: {never}") from None
    for part in policy.callbacks.parts:
        if _all_quiet(part, policy.quiet):
            raise BadPolicy(f"policy, callbacks: {part} is all quiet, nobody could be rung in it")


def _check_ladder(policy: Policy) -> None:
    if not policy.ladder:
        raise BadPolicy("policy, ladder: somebody has to answer for a promise that was broken")
    for first, second in zip(policy.ladder, policy.ladder[1:], strict=False):
        if second.after < first.after:
            raise BadPolicy(f"policy, ladder: {second.owner} comes before {first.owner}")
    owners = [rung.owner for rung in policy.ladder]
    if len(set(owners)) < len(owners):
        raise BadPolicy("policy, ladder: somebody stands on it twice")


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
