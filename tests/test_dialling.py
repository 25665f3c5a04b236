"""Who is dialled now, all workers together, and what becomes of a dial; each story on both databases."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets import desk
from tickets.callbacks import LEASE, Callback, CallbackState, DialAttempt, callback_of, owe
from tickets.commands import OpenTicket, Tell
from tickets.dialling import (
    COMPLETED,
    Reach,
    claim_dials,
    dial_ended,
    gate_of,
    leases_run_out,
    not_placed,
    renew,
    still_under_way,
    unclear,
)
from tickets.lengths import windows
from tickets.models import Ticket
from tickets.policies import use

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND, MINUTE, HOUR, DAY = (
    timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days")
)


def anybody(session, callback):
    return Reach(number=callback.number or "")


class Desk:
    """A ticket desk on a clock that is moved, with as many residents as a story needs."""

    def __init__(self, database, at):
        self.database, self.at, self.keys = database, at, []

    def policy(self, text):
        with self.database.write() as session:
            use(session, text, by="test", at=self.at)

    def owes(self, *numbers) -> list[int]:
        """A result to everybody; returns the tickets."""
        with self.database.write() as session:
            return [self._handled(session, number) for number in numbers]

    def _handled(self, session, number):
        need = OpenTicket(
            call=None, resident=None, recording=None, words="lift", department="property",
            service="lift_repair", number=number,
        )  # fmt: skip
        ticket = desk.open_ticket(session, need, at=self.at, by="test").number
        desk.take(session, ticket, by="p", at=self.at)
        desk.handle(session, ticket, by="p", at=self.at, result_words="mended")
        return ticket

    def later(self, by):
        self.at += by
        return self

    def dials(self, reach=anybody, limit=9):
        with self.database.write() as session:
            claimed = claim_dials(session, self.at, reach=reach, limit=limit)
        self.keys += [one.key for one in claimed.dials]
        return [one.number for one in claimed.dials]

    def ended(self, outcome, key=None):
        with self.database.write() as session:
            return dial_ended(session, key or self.keys[-1], outcome, self.at)

    def callback(self, ticket) -> Callback:
        with self.database.read() as session:
            found = callback_of(session, ticket)
            assert found
            return found

    def due(self, ticket) -> str:
        """When they are rung next, on the community's clock."""
        return f"{self.callback(ticket).due_at.astimezone(SHANGHAI):%d %H:%M}"


@pytest.fixture
def monday(database, at):
    """Monday the 5th of January 2026, 17:00 in Shanghai."""
    return Desk(database, at)


FAST = "[callbacks]\ncalls_per_second = 1000\n"


def test_all_workers_together_dial_no_faster_than_the_provider_allows(monday):
    monday.owes("13800000001", "13800000002", "13800000003")
    assert monday.dials() == ["13800000001"]
    assert monday.dials() == []
    assert monday.later(SECOND).dials() == ["13800000002"]


def test_no_more_calls_at_once_than_there_are_lines(monday):
    monday.policy(FAST + "lines = 2")
    monday.owes("13800000001", "13800000002", "13800000003")
    dialled = [*monday.dials(), *monday.later(SECOND).dials(), *monday.later(SECOND).dials()]
    assert dialled == ["13800000001", "13800000002"]
    monday.ended("busy")
    assert monday.later(SECOND).dials() == ["13800000003"]


def test_a_line_is_in_use_until_the_call_is_over_though_the_result_was_told(monday):
    monday.policy(FAST + "lines = 1")
    first, _ = monday.owes("13800000001", "13800000002")
    monday.dials()
    with monday.database.write() as session:
        desk.tell(session, Tell(ticket=first, call="c1"), at=monday.at)
    assert monday.later(MINUTE).dials() == []
    monday.ended(COMPLETED)
    assert monday.later(SECOND).dials() == ["13800000002"]
    assert monday.callback(first).state is CallbackState.TOLD


def test_a_provider_that_fails_is_left_alone_and_then_tried_with_one_call(monday):
    monday.policy(FAST + '[breaker]\nfailures = 2\nrest = "2 min"')
    monday.owes(*(f"1380000000{n}" for n in range(5)))
    for _ in range(2):
        monday.later(SECOND).dials(limit=1)
        monday.ended("failed")
    assert monday.later(MINUTE).dials() == []
    assert len(monday.later(MINUTE).dials()) == 1
    assert monday.later(SECOND).dials() == []
    monday.ended("busy")
    assert len(monday.later(SECOND).dials()) == 1


def test_a_provider_that_still_fails_is_left_alone_again(monday):
    monday.policy(FAST + '[breaker]\nfailures = 1\nrest = "2 min"')
    monday.owes("13800000001", "13800000002")
    monday.dials(limit=1)
    monday.ended("failed")
    monday.later(2 * MINUTE).dials()
    monday.ended("failed")
    assert monday.later(MINUTE).dials() == []


def test_quiet_hours_of_their_own_hold_though_the_communitys_do_not(monday):
    [ticket] = monday.owes("13800000001")
    nap = Reach(number="13800000001", quiet=windows("16:00-18:15"))
    assert monday.dials(lambda *_: nap) == []
    assert monday.due(ticket) == "05 18:15"


def test_quiet_hours_that_began_while_everything_was_down_are_kept(monday):
    [ticket] = monday.owes("13800000001")
    assert monday.later(5 * HOUR).dials() == []
    assert monday.due(ticket) == "06 08:30"


def test_nobody_is_rung_on_a_holiday_where_the_policy_says_so(monday):
    monday.policy("[quiet]\nholidays = true")
    monday.at = monday.at.replace(month=9, day=30)
    monday.owes("13800000001")
    assert monday.later(DAY).dials() == []
    assert f"{monday.callback(1).due_at.astimezone(SHANGHAI):%m-%d %H:%M}" == "10-08 08:30"


def test_nobody_is_rung_more_often_a_day_than_is_allowed(monday):
    monday.policy(FAST + 'a_day = 2\n[callbacks.again]\nbusy = "5 min"')
    [ticket] = monday.owes("13800000001")
    for _ in range(2):
        assert len(monday.later(6 * MINUTE).dials()) == 1
        monday.ended("busy")
    assert monday.later(6 * MINUTE).dials() == []
    assert monday.due(ticket) == "06 08:30"


def test_dials_that_rang_nobody_do_not_count_as_a_days_dials(monday):
    monday.policy(FAST + 'a_day = 1\n[callbacks.again]\nfailed = "5 min"')
    monday.owes("13800000001")
    monday.dials()
    monday.ended("failed")
    assert len(monday.later(6 * MINUTE).dials()) == 1


def test_who_is_ringing_us_is_not_rung(monday):
    [ticket] = monday.owes("13800000001")
    assert monday.dials(lambda *_: Reach(number="13800000001", talking=True)) == []
    assert monday.due(ticket) == "05 17:05"
    assert monday.callback(ticket).tries == 0


def test_several_results_are_told_in_one_call(monday):
    monday.policy(FAST)
    monday.owes("13800000001", "13800000001")
    assert monday.dials() == ["13800000001"]
    monday.ended("busy")
    with monday.database.read() as session:
        missed = [event for n in (1, 2) for event in session.get_one(Ticket, n).history]
    assert [event.ticket_id for event in missed if event.kind == "Missed"] == [1, 2]


def test_a_result_that_comes_in_the_middle_of_a_dial_waits_for_its_end(monday):
    monday.policy(FAST)
    monday.owes("13800000001")
    monday.dials()
    [second] = monday.owes("13800000001")
    assert monday.later(SECOND).dials() == []
    assert monday.due(second) == "05 17:05"


def test_a_withdrawn_ticket_is_not_dialled(monday):
    [ticket] = monday.owes("13800000001")
    with monday.database.write() as session:
        session.get_one(Ticket, ticket).status = "ended"
    assert monday.dials() == []
    assert monday.callback(ticket).state is CallbackState.CANCELLED


def test_a_ticket_withdrawn_during_its_callback_frees_the_line_and_owes_nothing(monday):
    [ticket] = monday.owes("13800000001")
    monday.dials()
    with monday.database.write() as session:
        desk.end(session, ticket, reason="withdrawn", by="test", at=monday.at)
    assert renewed(monday) == monday.keys
    assert monday.ended("no_answer")
    assert monday.callback(ticket).state is CallbackState.CANCELLED


def test_of_two_results_one_withdrawn_the_other_is_still_told(monday):
    first, second = monday.owes("13800000001", "13800000001")
    with monday.database.write() as session:
        desk.end(session, first, reason="withdrawn", by="test", at=monday.at)
    assert monday.dials() == ["13800000001"]
    assert monday.callback(second).state is CallbackState.DIALLING


def test_without_a_number_nobody_is_dialled(monday):
    [ticket] = monday.owes("13800000001")
    assert monday.dials(lambda *_: Reach(number="")) == []
    assert monday.callback(ticket).reason == "no_number"
    assert monday.later(DAY).dials() == []


def renewed(story) -> list[str]:
    with story.database.write() as session:
        return renew(session, story.keys, story.at)


def looked_at(story) -> list[tuple[str, str]]:
    with story.database.write() as session:
        return leases_run_out(session, story.at)


def attempts(story) -> list[tuple[str | None, bool]]:
    """Outcome of each attempt, and whether its line is in use."""
    with story.database.read() as session:
        rows = session.query(DialAttempt).order_by(DialAttempt.id)
        return [(row.outcome, row.lease_until is not None) for row in rows]


def test_whoever_carries_a_dial_keeps_its_lease(monday):
    monday.owes("13800000001")
    monday.dials()
    for _ in range(5):
        monday.later(LEASE - SECOND)
        assert renewed(monday) == []
        assert looked_at(monday) == []
    assert [key for key, _ in looked_at(monday.later(LEASE))] == monday.keys


def test_what_was_never_placed_is_owed_again_at_once_and_is_no_miss(monday):
    [ticket] = monday.owes("13800000001")
    monday.dials()
    [(key, token)] = looked_at(monday.later(LEASE))
    with monday.database.write() as session:
        not_placed(session, key, token, monday.at)
    assert (attempts(monday), monday.callback(ticket).tries) == ([("not_placed", False)], 0)
    assert monday.dials() == ["13800000001"]


def test_two_who_look_up_the_same_dial_settle_it_once(monday):
    monday.owes("13800000001")
    monday.dials()
    [(key, slow)] = looked_at(monday.later(LEASE))
    assert looked_at(monday) == []
    [(_, quick)] = looked_at(monday.later(LEASE))
    with monday.database.write() as session:
        not_placed(session, key, slow, monday.at)
        still_under_way(session, key, quick, monday.at)
    assert attempts(monday) == [(None, True)]


def test_what_nobody_can_say_is_given_up_after_an_hour_for_the_next_part_of_the_day(monday):
    [ticket] = monday.owes("13800000001")
    monday.later(-2 * HOUR).callback(ticket)
    with monday.database.write() as session:
        session.get_one(Callback, 1).due_at = monday.at
    monday.dials()
    given_up: list[bool] = []
    while not any(given_up):
        for key, token in looked_at(monday.later(5 * MINUTE)):
            with monday.database.write() as session:
                given_up.append(unclear(session, key, token, monday.at))
    assert len(given_up) > 5
    assert attempts(monday) == [("unclear", False)]
    assert (monday.due(ticket), monday.callback(ticket).tries) == ("05 17:00", 0)


def test_an_end_that_is_told_twice_happens_once(monday):
    [ticket] = monday.owes("13800000001")
    monday.dials()
    assert [monday.ended("busy"), monday.ended("no_answer")] == [True, False]
    assert (monday.callback(ticket).reason, monday.callback(ticket).tries) == ("busy", 1)


def test_an_end_of_an_unknown_dial_changes_nothing(monday):
    assert not monday.ended("busy", key="unknown")


def test_a_clock_put_back_does_not_shut_the_gate(monday):
    monday.owes("13800000001", "13800000002")
    monday.dials()
    monday.later(-HOUR)
    with monday.database.write() as session:
        session.get_one(Callback, 2).due_at = monday.at
        assert gate_of(session).next_at > monday.at
    assert monday.dials() == []
    assert monday.later(SECOND).dials() == ["13800000002"]


def test_a_number_that_never_can_be_rung_is_not_tried_again(monday):
    [ticket] = monday.owes("13800000001")
    monday.dials()
    monday.ended("bad_number")
    assert monday.callback(ticket).state is CallbackState.VISIT
    assert monday.later(DAY).dials() == []


def test_who_is_owed_again_after_a_miss_is_a_new_callback(monday):
    [ticket] = monday.owes("13800000001")
    monday.dials()
    with monday.database.write() as session:
        again = owe(session, session.get_one(Ticket, ticket), monday.at)
        assert again.id != 1
