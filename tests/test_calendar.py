"""When somebody may be rung, and how working time runs: on the community's own wall clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.calendar import (
    NeverAllowed,
    NoHolidays,
    PublicHolidays,
    add_working,
    next_allowed,
    next_part,
    part_at,
    working_between,
)
from tickets.lengths import BadLength, Window, length, windows

HERE = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = frozenset(range(5))
CHINA = PublicHolidays("CN", WEEK)
OFFICE = windows(["08:30-12:00", "13:30-17:30"])
QUIET = windows(["19:30-08:30", "11:45-14:30"])
PARTS = windows(["08:30-11:45", "14:30-17:00", "17:00-19:30"])


def here(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("10:00", "10:00"),
        ("11:45", "14:30"),
        ("13:00", "14:30"),
        ("14:30", "14:30"),
        ("08:29", "08:30"),
    ],
)
def test_nobody_is_rung_in_quiet_hours(now, then):
    assert next_allowed(here("2026-01-05", now), HERE, QUIET) == here("2026-01-05", then)


def test_late_in_the_evening_means_tomorrow_morning():
    assert next_allowed(here("2026-01-05", "19:30"), HERE, QUIET) == here("2026-01-06", "08:30")


def test_a_holiday_is_quiet_where_the_policy_says_so():
    new_year = here("2026-02-16", "10:00")
    assert next_allowed(new_year, HERE, QUIET, CHINA) == here("2026-02-21", "08:30")


def test_windows_that_cover_the_day_leave_no_hour():
    with pytest.raises(NeverAllowed):
        next_allowed(here("2026-01-05", "10:00"), HERE, windows(["06:00-18:00", "18:00-06:00"]))


def test_the_next_part_of_the_day_may_be_tomorrow():
    assert part_at(PARTS, here("2026-01-05", "15:00"), HERE) == 1
    assert part_at(PARTS, here("2026-01-05", "12:00"), HERE) is None
    assert next_part(here("2026-01-05", "15:00"), HERE, PARTS) == here("2026-01-05", "17:00")
    assert next_part(here("2026-01-05", "18:00"), HERE, PARTS) == here("2026-01-06", "08:30")


@pytest.mark.parametrize(
    ("told", "due"),
    [
        (("2026-01-05", "09:00"), ("2026-01-05", "11:00")),
        (("2026-01-05", "11:00"), ("2026-01-05", "14:30")),  # an hour, lunch, an hour
        (("2026-01-09", "17:00"), ("2026-01-12", "10:00")),  # over the weekend
        (("2026-02-13", "17:00"), ("2026-02-14", "10:00")),  # a Saturday on which China works
        (("2026-02-14", "17:00"), ("2026-02-24", "10:00")),  # over the Spring Festival
    ],
)
def test_two_hours_of_working_time(told, due):
    assert add_working(here(*told), timedelta(hours=2), HERE, OFFICE, CHINA) == here(*due)


def test_working_time_is_added_and_taken_apart_alike():
    begin = here("2026-02-13", "16:47")
    for hours in (1, 5, 9, 40):
        end = add_working(begin, timedelta(hours=hours), HERE, OFFICE, CHINA)
        assert working_between(begin, end, HERE, OFFICE, CHINA) == timedelta(hours=hours)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2028-02-29"])
def test_half_past_eight_stays_half_past_eight_when_the_clocks_are_changed(day):
    evening = (datetime.fromisoformat(day) - timedelta(hours=4)).replace(tzinfo=BERLIN)
    morning = next_allowed(evening, BERLIN, QUIET)
    assert morning.tzinfo is UTC
    assert morning.astimezone(BERLIN).time() == time(8, 30)


def test_working_time_is_true_time_when_the_clocks_are_changed():
    everyday = NoHolidays(frozenset(range(7)))
    night = windows(["00:00-06:00"])
    begin = datetime(2026, 3, 29, tzinfo=BERLIN)
    assert working_between(begin, begin + timedelta(days=1), BERLIN, night, everyday) == timedelta(
        hours=5
    )


@pytest.mark.parametrize("bad", ["15 minutes", "", 15, "h", "-1 h", "9999999 d"])
def test_no_length_of_time(bad):
    with pytest.raises(BadLength):
        length(bad)


@pytest.mark.parametrize(
    "bad", [["8-9"], ["25:00-26:00"], ["08:00-08:00"], ["08:00-10:00", "09:00-11:00"], 7]
)
def test_no_parts_of_a_day(bad):
    with pytest.raises(BadLength):
        windows(bad)


def test_a_window_over_midnight_holds_both_sides_of_it():
    night = Window.of("19:30-24:00"), Window.of("22:00-06:00")
    assert [one.holds(time(23)) for one in night] == [True, True]
    assert [one.holds(time(5)) for one in night] == [False, True]
