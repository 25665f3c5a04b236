"""Who was cut off, missed or silent is rung back within a quarter of an hour, once; they may be quicker."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hotline.callbacks import call_back, due
from hotline.demo import MovedClock, voice
from hotline.reception import answer_phone, missed_call
from ivr.calls import Call, Ending, Purpose
from ivr.lines.simulated import Reply, ScriptedCaller, SimulatedLine
from proxy_agents.residents import Resident
from proxy_agents.staff import Role, Staff
from tests.house import NUMBER, house_in, ring
from tickets.callbacks import Aim, Callback, CallbackState, begin_dial
from tickets.misses import miss
from tickets.models import Ticket
from tickets.visits import visits_ordered
from tickets.waiting import take_waiting, waiting_now

NEED = "我们这个单元的电梯又坏了"


@pytest.fixture
def moved():
    return MovedClock.at_nine(ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def house(tmp_path, moved):
    with house_in(tmp_path, NEED, NEED, now=moved) as house:
        yield house


def cut_off(house, after: float = 12.0) -> None:
    """They tell their need, and the line breaks."""
    ring(house, ScriptedCaller(voice("resident_need"), hang_up_after=after))


def owed(house) -> list[Callback]:
    with house.database.read() as session:
        rows = select(Callback).where(Callback.aim == Aim.RING_BACK).order_by(Callback.id)
        return list(session.scalars(rows))


def dialled(house, caller) -> tuple[Callback, Call]:
    """What became of the call that was owed first."""
    conversation = call_back(house, due(house)[0], SimulatedLine(caller))
    with house.database.read() as session:
        return owed(house)[0], session.get_one(Call, conversation.call)


def test_who_was_cut_off_is_rung_back_soon_and_goes_on_where_it_stopped(house, moved):
    cut_off(house)
    assert due(house) == []
    moved.move(timedelta(minutes=3))
    callback, call = dialled(house, ScriptedCaller(keys="1"))
    assert (callback.state, call.purpose, call.ending) == (
        CallbackState.TOLD,
        Purpose.RING_BACK,
        Ending.TICKET,
    )
    with house.database.read() as session:
        ticket = session.get_one(Ticket, 1)
        assert ticket.words == NEED
        assert waiting_now(session) == []


def test_who_said_nothing_is_rung_back_too_and_may_say_it_then(house, moved):
    ring(house, ScriptedCaller())
    moved.move(timedelta(minutes=3))
    _, call = dialled(house, ScriptedCaller(voice("resident_need"), keys="1"))
    assert call.ending is Ending.TICKET
    with house.database.read() as session:
        assert waiting_now(session) == []


def test_a_call_that_nobody_could_answer_is_rung_back(house, moved):
    missed_call(house, line="simulated", number=NUMBER)
    [callback] = owed(house)
    assert callback.due_at - house.now() < timedelta(minutes=15)
    missed_call(house, line="simulated", number="")
    assert len(owed(house)) == 1


def test_they_ring_again_and_nobody_rings_them(house, moved):
    cut_off(house)
    answer_phone(house, line="simulated", number=NUMBER)
    assert [callback.state for callback in owed(house)] == [CallbackState.CANCELLED]


def test_a_person_looks_after_them_and_the_machine_does_not_ring(house):
    cut_off(house)
    with house.database.write() as session:
        take_waiting(session, waiting_now(session)[0].id, by="operator:1", at=house.now())
    assert [callback.state for callback in owed(house)] == [CallbackState.CANCELLED]


def test_at_night_nobody_is_woken(house, moved):
    moved.move(timedelta(hours=13))  # ten in the evening
    cut_off(house)
    [callback] = owed(house)
    assert f"{callback.due_at.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}" == "08:30"


def test_who_does_not_answer_is_rung_once_and_left_to_a_person(house, moved):
    cut_off(house)
    moved.move(timedelta(minutes=3))
    callback, call = dialled(house, ScriptedCaller())
    assert (callback.state, callback.reason, call.ending) == (
        CallbackState.MISSED,
        "machine",
        Ending.MISSED,
    )
    moved.move(timedelta(days=1))
    assert due(house) == []
    with house.database.read() as session:
        assert len(waiting_now(session)) == 1


def test_where_they_have_a_proxy_agent_it_becomes_their_task(house, moved):
    with house.database.write() as session:
        agent = Staff(
            login="chen", name="陈", role=Role.AGENT, password_hash="x", added_at=house.now()
        )
        resident = Resident(
            name="王秀英", address="六号楼", building="", added_at=house.now(), agent=agent
        )
        resident.set_phone(house.keyring, NUMBER)
        session.add(resident)
    cut_off(house)
    moved.move(timedelta(minutes=3))
    callback, _ = dialled(house, ScriptedCaller())
    with house.database.read() as session:
        [visit] = visits_ordered(session)
        assert (visit.agent, visit.callback_id) == (1, callback.id)


def test_a_provider_that_fails_is_no_try(house, moved):
    cut_off(house)
    moved.move(timedelta(minutes=3))
    with house.database.write() as session:
        begin_dial(session, 1, at=house.now())
        callback = session.get_one(Callback, 1)
        miss(session, callback, "failed", at=house.now())
        assert callback.state is CallbackState.OWED


def test_hanging_up_in_the_middle_again_leaves_what_was_said_to_a_person(house, moved):
    class HangsUp(ScriptedCaller):
        def asked(self, listen):
            return Reply(hang_up_after=0.5) if ".right." in listen.key else super().asked(listen)

    cut_off(house)
    moved.move(timedelta(minutes=3))
    _, call = dialled(house, HangsUp(keys="1"))
    assert call.ending is Ending.HUMAN
    with house.database.read() as session:
        assert [row.words for row in waiting_now(session)] == [NEED]
    assert due(house) == []
