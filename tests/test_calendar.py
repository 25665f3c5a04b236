"""When somebody may be rung, and how working time runs: on the community's own wall clock."""

from datetime import UTC, date, datetime, time, timedelta
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
    assert next_allowed(new_year, HERE, QUIET, CHINA) == here("2026-02-24", "08:30")


#: the holidays of 2026 and the weekends worked for them, as the State Council announced them on 4 November 2025
#: (国办发明电〔2025〕7号): first and last day
HOLIDAYS = (
    ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)  # fmt: skip
MADE_UP = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")


def days_of(first: str, last: str) -> set[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return {begin + timedelta(days=n) for n in range((end - begin).days + 1)}


def test_the_year_2026_is_as_it_was_announced():
    year = days_of("2026-01-01", "2026-12-31")
    off = set().union(*(days_of(*one) for one in HOLIDAYS))
    made_up = {date.fromisoformat(one) for one in MADE_UP}
    assert {day for day in year if CHINA.is_holiday(day)} == off
    usual = {day for day in year if day.weekday() < 5}
    assert {day for day in year if CHINA.is_working_day(day)} == usual - off | made_up
    assert len(off) == 33


def test_who_works_on_saturdays_has_the_saturday_of_a_holiday_off():
    six = PublicHolidays("CN", frozenset(range(6)))
    assert not six.is_working_day(date(2026, 2, 21))
    assert six.is_working_day(date(2026, 2, 7))


@pytest.mark.parametrize("first", [one for one, _ in HOLIDAYS])
def test_a_whole_holiday_is_quiet_and_stops_the_business_clocks(first):
    last = date.fromisoformat(dict(HOLIDAYS)[first])
    morning = here(first, "09:00")
    rings = next_allowed(morning, HERE, QUIET, CHINA)
    assert rings == here(f"{last + timedelta(days=1)}", "08:30")
    due = add_working(morning, timedelta(minutes=30), HERE, OFFICE, CHINA).astimezone(HERE)
    assert due.date() > last
    assert CHINA.is_working_day(due.date())


def test_a_worked_weekend_is_no_quiet_day():
    for one in MADE_UP:
        assert next_allowed(here(one, "09:00"), HERE, QUIET, CHINA) == here(one, "09:00")
        assert add_working(here(one, "09:00"), timedelta(hours=1), HERE, OFFICE, CHINA) == here(
            one, "10:00"
        )


def test_where_no_weekends_are_worked_a_weekend_beside_a_holiday_is_a_weekend():
    germany = PublicHolidays("DE", WEEK)
    assert germany.is_holiday(date(2026, 5, 1))
    assert not germany.is_holiday(date(2026, 5, 2))


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
