"""Those who answer for a late promise are rung: through the same gate as every dial, and told once."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.account import account_of
from hotline.house import House
from hotline.worker import Worker
from ivr.answers import choose
from ivr.calls import Call, Purpose
from ivr.notice import HAS_IT
from proxy_agents.staff import Role, Staff
from tests.house import house_in
from tests.test_worker import in_use, provider_for
from tickets import desk
from tickets.callbacks import Aim, Callback, CallbackState, DialAttempt
from tickets.commands import NoteTold, OpenTicket
from tickets.dialling import Reach, claim_dials, dial_ended
from tickets.ladder import fire
from tickets.models import Ticket
from tickets.notice_calls import note_told
from tickets.notices import Notice, claim_notices
from tickets.policies import use
from tickets.policy import Channel
from tickets.timers import claim_due

AT = datetime(2026, 1, 5, 1, tzinfo=UTC)  # a Monday, nine in the morning
MINUTE = timedelta(minutes=1)
HEAD, OTHER = "01055550111", "01055550122"
PHONE = '[[people]]\nrole = "department_head"\nname = "Zhao"\nchannel = "phone"\naddress = "{}"\n'
SUPERVISOR = '[[people]]\nrole = "supervisor"\nname = "Wang"\nchannel = "{}"\naddress = "{}"\n'
MAIL = '[[people]]\nrole = "department_head"\nname = "Zhao"\nchannel = "email"\naddress = "zhao@example.org"\n'


class World:
    """A house on a clock that is moved by hand, with a simulated company."""

    def __init__(self, tmp_path) -> None:
        self.at = AT
        self.opening = house_in(tmp_path, now=lambda: self.at)
        self.house: House = self.opening.__enter__()
        self.provider = provider_for(self.house, "answers 11")

    def says(self, policy: str, *turns: str) -> "World":
        with self.house.database.write() as session:
            use(session, policy, by="wang", at=self.at)
        if turns:
            self.provider = provider_for(self.house, *turns)
        return self

    def broken(self, *, urgent: bool = False, agent: int | None = None) -> int:
        """A ticket nobody took up in time."""
        need = OpenTicket(
            call=None, resident=None, recording=None, words="王秀英家的水管漏水", department="property",
            service="leak", number="13800138000", by_agent=agent is not None, urgent=urgent,
        )  # fmt: skip
        with self.house.database.write() as session:
            number = desk.open_ticket(session, need, at=self.at, by="x", agent=agent).number
        self.at += 15 * MINUTE
        return number

    def works(self, rounds: int = 3) -> None:
        worker = Worker(self.house, self.provider)
        for _ in range(rounds):
            worker.round()
            while in_use(self.house):
                time.sleep(0.01)
            self.at += timedelta(seconds=1)
        worker.close()

    def notices(self) -> list[tuple[str, str, str, str | None]]:
        """Of all that is not on the pages only: who, how, what became of it."""
        with self.house.database.read() as session:
            rows = session.scalars(select(Notice).where(Notice.channel != "page"))
            return [(one.name, one.channel, one.state, one.outcome) for one in rows]

    def events(self, ticket: int) -> list[str]:
        with self.house.database.read() as session:
            return [one.kind for one in session.get_one(Ticket, ticket).history]

    def said(self) -> str:
        """All that was said in the last call to somebody who works here."""
        with self.house.database.read() as session:
            calls = select(Call.id).where(Call.purpose == Purpose.NOTICE)
            call = session.scalars(calls.order_by(Call.started_at.desc())).first()
        return str(account_of(self.house, call or "")["transcript"])


@pytest.fixture
def here(tmp_path):
    world = World(tmp_path)
    yield world
    world.opening.__exit__(None, None, None)


def test_the_head_of_the_department_is_rung_once_and_looks_after_it(here):
    here.says(PHONE.format(HEAD))
    number = here.broken()
    here.works()
    assert here.notices() == [("Zhao", "phone", "told", "they look after it")]
    assert here.events(number)[-1] == "Acknowledged"
    here.at += timedelta(hours=1)
    here.works()
    assert here.provider.ledger.dials_to(HEAD) == 1


def test_they_hear_number_service_and_hour_and_nothing_of_the_resident(here):
    number = here.says(PHONE.format(HEAD)).broken()
    here.works()
    said = here.said()
    assert "还没有人来管" in said
    assert f"号码是：{'幺' if number == 1 else number}" in said
    assert not any(private in said for private in ("王秀英", "水管", "13800138000"))


def test_before_the_gate_nothing_is_said_of_any_ticket(here):
    here.says(PHONE.format(HEAD), "answers 2").broken()
    here.works()
    assert "号码" not in here.said()
    assert here.notices()[0][2] == "ringing"


def test_who_cannot_now_was_told_all_the_same(here):
    number = here.says(PHONE.format(HEAD), "answers 12").broken()
    here.works()
    assert here.notices() == [("Zhao", "phone", "told", "told")]
    assert "Acknowledged" not in here.events(number)


def test_several_late_tickets_are_told_in_one_call(here):
    here.says(PHONE.format(HEAD), "answers 1111")
    first = here.broken()
    here.at -= 15 * MINUTE
    second = here.broken()
    here.works()
    assert here.provider.ledger.dials_to(HEAD) == 1
    assert [here.events(one)[-1] for one in (first, second)] == ["Acknowledged"] * 2


def test_nobody_is_rung_at_night_about_what_is_not_urgent(here):
    here.says(PHONE.format(HEAD))
    here.at = AT.replace(hour=14)  # ten in the evening
    here.broken()
    here.works()
    assert here.provider.ledger.dials_to(HEAD) == 0
    here.at = AT.replace(day=6, hour=0, minute=1)
    here.works()
    assert here.provider.ledger.dials_to(HEAD) == 1


def test_in_a_danger_they_are_rung_at_night(here):
    here.says(PHONE.format(HEAD))
    here.at = AT.replace(hour=16)
    here.broken(urgent=True)
    here.works()
    assert here.provider.ledger.dials_to(HEAD) == 1


def test_who_does_not_answer_three_times_gets_a_mail(here):
    here.says(PHONE.format(HEAD) + MAIL, "no_answer").broken()
    for _ in range(3):
        here.works()
        here.at += 10 * MINUTE
    here.works()
    assert here.provider.ledger.dials_to(HEAD) == 3
    assert here.notices() == [("Zhao", "email", "owed", "by telephone: no_answer")]


def test_without_another_channel_the_next_on_the_ladder_owns_it_at_once(here):
    here.says(PHONE.format(HEAD) + SUPERVISOR.format("phone", OTHER), "answers 11")
    here.provider = provider_for(here.house, by_number={HEAD: ["bad_number"]})
    number = here.broken()
    here.works(rounds=4)
    with here.house.database.read() as session:
        assert session.get_one(Ticket, number).owner == "supervisor"
    assert [one[:2] for one in here.notices()] == [("Zhao", "phone"), ("Wang", "phone")]
    assert here.events(number)[-1] == "Acknowledged"


def test_an_agent_is_warned_on_their_own_telephone(here):
    with here.house.database.write() as session:
        agent = Staff(
            login="li", name="Li", role=Role.AGENT, password_hash="x", added_at=AT, phone=OTHER
        )
        session.add(agent)
        session.flush()
        who = agent.id
    here.broken(agent=who)
    here.at -= 5 * MINUTE  # ten minutes of fifteen are over
    here.works()
    assert here.provider.ledger.dials_to(OTHER) == 1
    assert here.notices() == [("Li", "phone", "told", "they look after it")]


def test_what_was_taken_meanwhile_needs_no_call(here):
    number = here.says(PHONE.format(HEAD), "busy").broken()
    here.works()
    with here.house.database.write() as session:
        desk.take(session, number, by="department:property", at=here.at)
    here.at += timedelta(hours=1)
    here.works()
    assert here.provider.ledger.dials_to(HEAD) == 1
    assert here.notices()[0][2] == "not_needed"


def test_a_dial_that_a_crash_left_unclear_is_looked_up_and_not_made_again(here):
    here.says(PHONE.format(HEAD), "lost").broken()
    for _ in range(5):
        worker = Worker(here.house, here.provider)
        worker.round()
        worker.close()
        here.at += 10 * MINUTE
    assert here.provider.ledger.dials_to(HEAD) == 1
    with here.house.database.read() as session:
        dial = session.scalars(select(DialAttempt)).one()
        owed = session.scalars(select(Callback).where(Callback.aim == Aim.NOTICE)).one()
    assert (dial.token is not None, owed.state) == (True, CallbackState.DIALLING)


@pytest.mark.parametrize(
    ("said", "has_it"),
    [
        ("我来管", True), ("知道了。", True), ("好的，我去", True), ("I have it", True),
        ("我管不了", False), ("我来不了", False), ("不知道", False), ("这不归我管", False), ("I do not", False),
        ("谁啊", None),
    ],
)  # fmt: skip
def test_who_cannot_is_not_heard_as_somebody_who_can(said, has_it):
    assert choose(said, {form: yes for form, yes in HAS_IT.items() if not form.isdigit()}) is has_it


def late(session, at, policy) -> int:
    """A ticket, and the policy by which it will be late."""
    use(session, policy, by="wang", at=at)
    need = OpenTicket(
        call=None, resident=None, recording=None, words="x", department="property",
        service="leak", number="13800138000",
    )  # fmt: skip
    return desk.open_ticket(session, need, at=at, by="x").number


def climbs(database, at) -> None:
    with database.write() as session:
        for timer in claim_due(session, at):
            fire(session, timer.ticket_id, timer.id, timer.token or "", at=at)
    with database.write() as session:
        claim_notices(session, at, [Channel.PHONE])


def dials(database, at) -> str:
    with database.write() as session:
        reach = lambda _session, callback: Reach(number=callback.number or "")  # noqa: E731
        [dial] = claim_dials(session, at, reach=reach).dials
    return dial.key


def test_on_both_databases_who_cannot_be_reached_gives_way_and_is_told_once(database, at):
    at = at.replace(hour=1)
    with database.write() as session:
        number = late(session, at, PHONE.format(HEAD) + SUPERVISOR.format("phone", OTHER))
    at += 15 * MINUTE
    climbs(database, at)
    key = dials(database, at)
    with database.write() as session:
        dial_ended(session, key, "bad_number", at)
    climbs(database, at)
    key = dials(database, at + MINUTE)
    with database.write() as session:
        notice = session.scalars(select(Notice).where(Notice.state == "ringing")).one()
        for _ in range(2):  # a webhook that came twice
            note_told(session, NoteTold(notice=notice.id, call="c", has_it=True), at=at)
        dial_ended(session, key, "completed", at + MINUTE)
    climbs(database, at + MINUTE)
    with database.read() as session:
        told = [
            (one.name, one.state) for one in session.scalars(select(Notice).order_by(Notice.id))
        ]
        ticket = session.get_one(Ticket, number)
        assert ticket.owner == "supervisor"
        assert [one.kind for one in ticket.history].count("Acknowledged") == 1
        states = [one.state for one in session.scalars(select(Callback).order_by(Callback.id))]
    assert told[-2:] == [("Zhao", "given_up"), ("Wang", "told")]
    assert states == [CallbackState.MISSED, CallbackState.TOLD]
