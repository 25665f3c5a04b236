"""We wait for the resident: the clocks stand still, run on from where they stood, and never stand for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.test_clocks import NEED, PEOPLE, PROPERTY, Office
from tickets import desk
from tickets.clocks import Clock
from tickets.lifecycle import IllegalMove, Status
from tickets.models import TimerState
from tickets.policies import use
from tickets.repeats import is_late, tell_again
from tickets.urgent import hurry

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
IN_HOURS = '[clocks.handle]\nwithin = "8 h"\nruns = "working hours"\nwarn = "1 h"\n'


@pytest.fixture
def office(database, at):
    with database.write() as session:
        use(session, PEOPLE, by="wang", at=at)
    return Office(database, at)


@pytest.fixture
def taken(office):
    number = office.open()
    office.does(desk.take, number)
    return number


def resume(office: Office, number: int) -> None:
    with office.writing() as session:
        desk.resume(
            session, desk.ticket_of(session, number), why="button", by=PROPERTY, at=office.at
        )


def test_what_was_promised_moves_by_as_long_as_we_waited(office, taken):
    promised = office.ticket(taken).handle_due
    office.wait(2 * HOUR).does(desk.wait_for_resident, taken, reason="nobody at home")
    assert office.clock(taken, Clock.HANDLE).state is TimerState.PAUSED
    assert office.wait(2 * DAY).work() == []
    resume(office, taken)
    ticket = office.ticket(taken)
    assert (ticket.handle_due, ticket.paused_at) == (promised + 2 * DAY, None)
    assert [event.kind for event in ticket.history][-2:] == ["WaitsForResident", "Resumed"]


def test_a_ticket_that_waits_for_the_resident_is_not_late(office, taken):
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    office.wait(2 * DAY)
    assert not is_late(office.ticket(taken), office.at)


def test_the_clocks_run_on_by_themselves_after_three_days(office, taken):
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    assert office.wait(3 * DAY).work() == [True, False]
    ticket = office.ticket(taken)
    assert ticket.history[-1].details == {"why": "too_long"}
    assert ticket.handle_due == office.at + DAY
    office.wait(DAY).work()
    assert office.ticket(taken).owner == "department_head"


def test_a_resident_who_rings_again_sets_the_clocks_going(office, taken):
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    with office.writing() as session:
        tell_again(session, taken, NEED, at=office.at)
    assert office.ticket(taken).paused_at is None
    assert office.clock(taken, Clock.HANDLE).state is TimerState.ARMED


def test_handing_in_a_result_while_waiting_lets_the_last_clock_run(office, taken):
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    office.wait(DAY).does(desk.handle, taken, result_words="修好了")
    assert office.ticket(taken).status is Status.HANDLED
    assert office.clock(taken, Clock.HANDLE).state is TimerState.STOPPED
    assert office.clock(taken, Clock.FEEDBACK).due_at == office.at + 6 * DAY


def test_who_was_warned_is_warned_again_of_the_new_hour_and_only_once_each(office, taken):
    office.wait(20 * HOUR).work()
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    office.wait(DAY)
    resume(office, taken)
    office.work(), office.wait(MINUTE).work()
    assert office.said(taken) == ["Warned handle Old Li", "Warned handle Old Li"]
    office.wait(4 * HOUR).work()
    assert office.ticket(taken).owner == "department_head"


def test_a_promise_that_was_broken_already_stays_with_who_answers_for_it(office, taken):
    office.wait(25 * HOUR).work()
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    office.wait(DAY)
    assert office.ticket(taken).owner == "department_head"
    resume(office, taken)
    office.wait(HOUR).work()
    assert office.ticket(taken).owner == "supervisor"
    assert office.said(taken).count("Escalated handle Head Zhao") == 1


def test_a_worker_that_held_the_timer_finds_it_standing(office, taken):
    claims = office.wait(20 * HOUR).claims()
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    assert office.act(claims) == [False]
    assert office.said(taken) == []


def test_only_who_has_taken_it_waits_and_twice_is_once(office):
    number = office.open()
    with pytest.raises(IllegalMove):
        office.does(desk.wait_for_resident, number, reason="nobody at home")
    office.does(desk.take, number)
    for _ in range(2):
        office.does(desk.wait_for_resident, number, reason="nobody at home")
    assert [one.kind for one in office.ticket(number).history].count("WaitsForResident") == 1


def test_in_working_hours_only_working_time_is_left(database):
    friday = datetime(2026, 1, 9, 6, tzinfo=UTC)  # two in the afternoon
    office = Office(database, friday)
    with office.writing() as session:
        use(session, IN_HOURS + PEOPLE, by="wang", at=friday)
    number = office.open()  # three and a half hours on Friday, the rest on Monday
    office.does(desk.take, number)
    office.wait(90 * MINUTE).does(desk.wait_for_resident, number, reason="nobody at home")
    assert office.clock(number, Clock.HANDLE).left == 6 * HOUR + 30 * MINUTE
    office.at = datetime(2026, 1, 11, 4, tzinfo=UTC)  # Sunday
    resume(office, number)
    assert office.ticket(number).handle_due == datetime(2026, 1, 12, 8, 30, tzinfo=UTC)


def test_a_ticket_that_ends_or_goes_along_with_another_waits_no_more(office, taken):
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    office.does(desk.end, taken, reason="withdrawn")
    assert office.ticket(taken).paused_at is None
    assert office.wait(4 * DAY).work() == []


def test_a_danger_ends_the_waiting_and_the_urgent_clocks_run(office, taken):
    office.does(desk.wait_for_resident, taken, reason="nobody at home")
    with office.writing() as session:
        assert hurry(session, desk.ticket_of(session, taken), danger="gas", by="op", at=office.at)
    ticket = office.ticket(taken)
    assert (ticket.paused_at, ticket.handle_due) == (None, office.at + 4 * HOUR)
    office.wait(4 * HOUR).work()
    assert office.ticket(taken).owner == "department_head"
