"""Clocks that nobody stopped: a warning, then a broken promise that climbs the ladder, whoever crashes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Database
from tickets import desk
from tickets.clocks import Clock
from tickets.commands import OpenTicket, Tell
from tickets.ladder import fire
from tickets.models import Ticket, Timer, TimerState
from tickets.notices import Notice
from tickets.policies import use
from tickets.timers import LEASE, claim_due, due_now
from tickets.urgent import hurry

PROPERTY = "department:property"
NEED = OpenTicket(
    call="c1", resident=7, recording="r1", words="水管漏水", department="property", service="leak",
    number="13800138000",
)  # fmt: skip
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PEOPLE = """
[[people]]
role = "assignee"
department = "property"
name = "Old Li"
channel = "page"
[[people]]
role = "department_head"
name = "Head Zhao"
channel = "email"
address = "zhao@example.org"
[[people]]
role = "supervisor"
name = "Wang"
channel = "webhook"
address = "https://example.org/hook"
"""


class Office:
    """A ticket desk on a clock that is moved by hand."""

    def __init__(self, database: Database, at: datetime) -> None:
        self.database, self.at = database, at

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.write() as session:
            yield session

    def wait(self, how_long: timedelta) -> "Office":
        self.at += how_long
        return self

    def open(self, **facts: Any) -> int:
        with self.writing() as session:
            return desk.open_ticket(session, NEED, at=self.at, by="router").number

    def claims(self, limit: int = 100) -> list[tuple[int, int, str]]:
        with self.writing() as session:
            due = claim_due(session, self.at, limit=limit)
            return [(one.ticket_id, one.id, one.token or "") for one in due]

    def act(self, claims: list[tuple[int, int, str]]) -> list[bool]:
        with self.writing() as session:
            return [fire(session, *one, at=self.at) for one in claims]

    def work(self) -> list[bool]:
        """One round of a worker."""
        return self.act(self.claims())

    def does(self, what: Any, number: int, **how: Any) -> None:
        with self.writing() as session:
            what(session, number, by=PROPERTY, at=self.at, **how)

    def ticket(self, number: int) -> Ticket:
        with self.database.read() as session:
            ticket = session.get_one(Ticket, number)
            assert ticket.history is not None
            assert ticket.timers is not None
            return ticket

    def said(self, number: int) -> list[str]:
        """What the clocks said about a ticket."""
        return [
            " ".join(filter(None, (event.kind, event.details["clock"], event.details["name"])))
            for event in self.ticket(number).history
            if event.by == "clock" and "clock" in event.details
        ]

    def notices(self) -> list[str]:
        with self.database.read() as session:
            rows = session.scalars(select(Notice).order_by(Notice.id))
            return [f"{one.step} {one.owner} {one.name} {one.channel} {one.state}" for one in rows]

    def clock(self, number: int, clock: Clock) -> Timer:
        return [one for one in self.ticket(number).timers if one.kind is clock][-1]


@pytest.fixture
def office(database, at):
    with database.write() as session:
        use(session, PEOPLE, by="wang", at=at)
    return Office(database, at)


def test_before_a_promise_is_broken_whoever_has_it_is_warned(office):
    number = office.open()
    assert office.wait(9 * MINUTE).work() == []
    assert office.wait(MINUTE).work() == [True]
    assert office.said(number) == ["Warned respond Old Li"]
    assert office.ticket(number).owner is None
    assert office.wait(4 * MINUTE).work() == []


def test_a_broken_promise_climbs_to_the_street_office_and_each_is_told_once(office):
    number = office.open()
    owners = []
    for how_long in (10 * MINUTE, 5 * MINUTE, 2 * HOUR, 22 * HOUR):
        office.wait(how_long).work()
        owners.append(office.ticket(number).owner)
    assert owners == [None, "department_head", "supervisor", "street_office"]
    respond = [one for one in office.said(number) if " respond" in one]
    assert respond == [
        "Warned respond Old Li",
        "Escalated respond Head Zhao",
        "Escalated respond Wang",
        "Escalated respond",
    ]
    assert office.clock(number, Clock.RESPOND).state is TimerState.FIRED
    assert office.notices()[:3] == [
        "0 assignee Old Li page told",
        "1 department_head Head Zhao email owed",
        "2 supervisor Wang webhook owed",
    ]


def test_after_days_without_a_worker_every_step_is_made_up_for_and_nobody_is_warned_too_late(
    office,
):
    number = office.open()
    office.wait(30 * HOUR).work()
    assert office.said(number) == [
        "Escalated respond Head Zhao",
        "Escalated respond Wang",
        "Escalated respond",
        "Escalated handle Head Zhao",
        "Escalated handle Wang",
    ]
    assert office.ticket(number).owner == "street_office"


def test_what_is_taken_up_late_belongs_to_whoever_has_it_again(office):
    number = office.open()
    office.wait(16 * MINUTE).work()
    assert office.ticket(number).owner == "department_head"
    office.does(desk.take, number)
    assert office.ticket(number).owner is None
    assert office.wait(5 * HOUR).work() == []


def test_the_owner_stays_while_another_promise_is_broken(office):
    number = office.open()
    office.wait(25 * HOUR).work()
    office.does(desk.take, number)
    assert office.ticket(number).owner == "department_head"
    office.does(desk.handle, number, result_words="修好了")
    assert office.ticket(number).owner is None


def test_a_result_nobody_heard_in_seven_days_is_somebodys(office):
    number = office.open()
    office.does(desk.take, number)
    office.does(desk.handle, number, result_words="修好了")
    office.wait(6 * DAY).work()
    office.wait(DAY).work()
    assert office.said(number) == ["Warned feedback Old Li", "Escalated feedback Head Zhao"]
    with office.writing() as session:
        desk.tell(session, Tell(ticket=number, call="c2"), at=office.at)
    assert office.ticket(number).owner is None


def test_a_due_timer_is_claimed_once(office):
    office.open()
    office.wait(10 * MINUTE)
    first, second = office.claims(), office.claims()
    assert (len(first), second) == (1, [])


def test_a_slow_worker_that_outlived_its_lease_does_not_act_twice(office):
    number = office.open()
    slow = office.wait(15 * MINUTE).claims()
    fast = office.wait(LEASE).claims()
    assert office.act(fast) == [True]
    assert office.act(slow) == [False]
    assert office.said(number) == ["Escalated respond Head Zhao"]
    assert office.clock(number, Clock.RESPOND).attempt == 2


def test_both_holders_of_a_lease_that_ran_out_may_come_and_the_first_is_too_late(office):
    number = office.open()
    slow = office.wait(15 * MINUTE).claims()
    office.wait(LEASE).claims()
    assert office.act(slow) == [False]
    assert office.said(number) == []


def test_a_clock_set_back_loses_nothing_and_does_nothing_twice(office):
    number = office.open()
    office.wait(15 * MINUTE).claims()  # and that worker dies
    office.wait(-6 * HOUR)
    assert office.work() == [True]
    assert office.said(number) == []
    office.wait(6 * HOUR).work()
    assert office.said(number) == ["Escalated respond Head Zhao"]
    office.wait(-1 * HOUR).work()
    assert office.wait(HOUR).work() == []


def test_a_ticket_withdrawn_while_its_timer_fires_is_left_alone(office):
    number = office.open()
    claims = office.wait(15 * MINUTE).claims()
    office.does(desk.end, number, reason="withdrawn")
    assert office.act(claims) == [False]
    assert office.said(number) == []
    assert office.ticket(number).owner is None


def test_a_worker_with_nothing_to_do_sees_it_by_looking(office):
    office.open()
    with office.database.read() as session:
        assert not due_now(session, office.at)
        assert due_now(session, office.at + 10 * MINUTE)


def test_of_two_workers_at_once_each_claims_others(postgresql, at):
    office = Office(postgresql, at)
    office.open(), office.open()
    office.wait(10 * MINUTE)
    with postgresql.sessions() as one, postgresql.sessions() as other:
        mine = [timer.id for timer in claim_due(one, office.at, limit=1)]
        theirs = [timer.id for timer in claim_due(other, office.at)]
        assert (len(mine), len(theirs)) == (1, 1)
        assert mine != theirs


def test_a_new_policy_keeps_what_was_promised_and_brings_its_own_ladder(office):
    number = office.open()
    promised = office.ticket(number).respond_due
    with office.writing() as session:
        ladder = '[clocks.respond]\nwithin = "1 h"\nwarn = "0 min"\n[[ladder]]\nowner = "street_office"\nafter = "0 min"\n'
        use(session, ladder + PEOPLE, by="wang", at=office.at)
    office.wait(10 * MINUTE).work()
    assert office.said(number) == []
    office.wait(5 * MINUTE).work()
    assert office.ticket(number).respond_due == promised
    assert office.ticket(number).owner == "street_office"
    assert office.clock(number, Clock.RESPOND).state is TimerState.FIRED


def test_what_is_promised_on_the_twenty_eighth_of_february_is_due_on_the_twenty_ninth(database):
    office = Office(database, datetime(2028, 2, 28, 2, tzinfo=UTC))
    number = office.open()
    due = office.ticket(number).handle_due
    assert due == datetime(2028, 2, 29, 2, tzinfo=UTC)
    office.at = due
    office.work()
    assert "Escalated handle" in office.said(number)


def test_a_timer_claimed_when_the_danger_is_heard_does_not_fire_by_the_old_hour(office):
    number = office.open()
    claims = office.wait(10 * MINUTE).claims()
    with office.writing() as session:
        use(
            session,
            '[urgent.respond]\nwithin = "3 min"\nwarn = "1 min"\n' + PEOPLE,
            by="wang",
            at=office.at,
        )
        hurry(session, desk.ticket_of(session, number), danger="gas", by="op", at=office.at)
    assert office.act(claims) == [False]
    assert office.said(number) == []
