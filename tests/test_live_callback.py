"""We ring back over the simulated line: the resident is told, anybody else hears nothing private."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import select

from hotline.callbacks import call_back, due
from hotline.demo import MovedClock, record_result, voice
from hotline.recover import recover
from ivr.calls import Call, Ending
from ivr.dialogue import Kind
from ivr.lines.simulated import Reply, ScriptedCaller, SimulatedLine
from speech.audio import RATE, Sound
from store.recordings import Recording
from tests.house import NUMBER, house_in, ring
from tickets.callbacks import Callback, CallbackState, begin_dial, untold
from tickets.commands import OpenTicket, Reason
from tickets.desk import end, handle, open_ticket, take
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.verdicts import verdicts_of
from tickets.waiting import waiting_now

NEED = "我们这个单元的电梯又坏了"


class AtHome(ScriptedCaller):
    """Answers the gates and the verdict with keys, one after the other, and then says nothing; tells what is missing."""

    def asked(self, listen):
        if listen.key.endswith(".missing.1"):
            return Reply(sound=self.need)
        if listen.key.startswith(("else.", "answer.")) and self._next >= len(self.keys):
            return Reply()
        return super().asked(listen)


@pytest.fixture
def moved():
    return MovedClock.at_nine(ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def house(tmp_path, moved):
    """A house where a need was told, taken and dealt with, so that a callback is owed."""
    with house_in(tmp_path, NEED, "门还是关不严", now=moved) as house:
        account, _, _ = ring(house, ScriptedCaller(voice("resident_need"), keys="1"))
        with house.database.write() as session:
            take(session, account["ticket"]["id"], by="mechanic", at=house.now())
        record_result(house, account["ticket"]["id"], voice("result"))
        yield house


def rung_back(house, keys: str, **facts) -> tuple[Sound, Ticket, Callback]:
    """What was heard at home, and how the ticket and its callback stand after it."""
    line = SimulatedLine(AtHome(voice("missing"), keys=keys, **facts))
    callback = due(house)[0]
    call_back(house, callback, line)
    with house.database.read() as session:
        return line.heard, session.get_one(Ticket, 1), session.get_one(Callback, callback)


def is_heard(sound: Sound, played: str) -> bool:
    """Does a second of that recording come in what was heard?"""
    part = voice(played)[RATE : 2 * RATE].astype(float)
    return bool(np.correlate(sound.astype(float), part, "valid").max() > 0.8 * float(part @ part))


def test_the_resident_hears_their_own_words_and_the_result_and_closes_the_need(house):
    heard, ticket, callback = rung_back(house, "111")
    assert is_heard(heard, "resident_need")
    assert is_heard(heard, "result")
    assert (ticket.status, callback.state) == (Status.SOLVED, CallbackState.TOLD)


def test_half_solved_goes_back_to_whoever_had_it_with_the_reason(house):
    _, ticket, _ = rung_back(house, "112")
    assert ticket.status is Status.ASSIGNED
    assert ticket.reopened == 1


@pytest.mark.parametrize("keys", ["2", "12", "5", "", "19"])
def test_whoever_is_not_the_resident_hears_nothing_of_it(house, keys):
    heard, ticket, callback = rung_back(house, keys)
    assert not is_heard(heard, "resident_need")
    assert not is_heard(heard, "result")
    assert (ticket.status, callback.state) == (Status.HANDLED, CallbackState.OWED)


def test_hanging_up_at_the_gate_is_a_miss_and_tried_again_later(house, moved):
    class HangsUp(AtHome):
        def asked(self, listen):
            return Reply(hang_up_after=0.2)

    line = SimulatedLine(HangsUp())
    call_back(house, due(house)[0], line)
    assert due(house) == []
    moved.move(timedelta(hours=6))
    assert len(due(house)) == 1


def test_an_answer_that_waits_is_told_when_the_resident_rings_us(house):
    account, line, _ = ring(house, ScriptedCaller(None, keys="111"))
    assert is_heard(line.heard, "result")
    assert "callback.solved" in [said["key"] for said in account["transcript"]]


def test_who_left_no_number_is_told_when_they_give_their_name_and_building(tmp_path):
    class Unknown(ScriptedCaller):
        """Tells need, name and building in one voice; the ears are scripted."""

        def asked(self, listen):
            if listen.kind in (Kind.STORY, Kind.WORD):
                return Reply(sound=self.need)
            return Reply() if listen.kind is Kind.NUMBER else super().asked(listen)

    script = (
        NEED,
        "里面没有人",
        "我姓王",
        "六号楼二单元",
        "我上次说的电梯的事有结果了吗",
        "姓汪",
        "六号楼二单元",
    )
    with house_in(tmp_path, *script) as house:
        account, _, _ = ring(house, Unknown(voice("missing"), keys="1"), number="")
        with house.database.write() as session:
            take(session, account["ticket"]["id"], by="mechanic", at=house.now())
        record_result(house, account["ticket"]["id"], voice("result"))
        _, line, _ = ring(house, Unknown(voice("missing"), keys="1"), number="")
    assert is_heard(line.heard, "result")


@pytest.mark.parametrize("after", [0.3, 3.0])
def test_a_verdict_counts_though_they_hang_up_while_saying_what_is_missing(house, after):
    class HangsUp(AtHome):
        def asked(self, listen):
            reply = super().asked(listen)
            return replace(reply, hang_up_after=after) if ".missing." in listen.key else reply

    call_back(house, due(house)[0], SimulatedLine(HangsUp(voice("missing"), keys="113")))
    with house.database.read() as session:
        ticket = session.get_one(Ticket, 1)
        wanting = next(event for event in ticket.history if event.kind == "FoundWanting")
    assert ticket.reopened == 1
    assert (wanting.details["why"] is not None) == (after > 1)


def test_hanging_up_before_a_verdict_leaves_it_to_a_person(house):
    class HangsUp(AtHome):
        def asked(self, listen):
            return Reply(hang_up_after=1.0) if ".verdict." in listen.key else super().asked(listen)

    call_back(house, due(house)[0], SimulatedLine(HangsUp(keys="11")))
    with house.database.read() as session:
        assert session.get_one(Ticket, 1).status is Status.TOLD
        assert [row.reason for row in waiting_now(session)] == [Reason.NOT_UNDERSTOOD]


def test_hanging_up_while_the_result_is_played_is_not_told(house, moved):
    class HangsUpSoon(AtHome):
        def asked(self, listen):
            hang_up = 4.0 if ".you." in listen.key else None
            return replace(super().asked(listen), hang_up_after=hang_up)

    call_back(house, due(house)[0], SimulatedLine(HangsUpSoon(keys="11")))
    moved.move(timedelta(hours=6))
    with house.database.read() as session:
        assert session.get_one(Ticket, 1).status is Status.HANDLED
    assert len(due(house)) == 1


def test_zero_at_the_gate_reaches_a_person_who_sees_whose_answer_it_is(house, moved):
    call_back(house, due(house)[0], SimulatedLine(AtHome(keys="0")))
    moved.move(timedelta(hours=6))
    assert len(due(house)) == 1
    with house.database.read() as session:
        assert [(row.reason, row.ticket_id) for row in waiting_now(session)] == [(Reason.ASKED, 1)]


def test_a_gate_that_stays_shut_when_they_ring_us_costs_no_try(house):
    for _ in range(3):
        ring(house, ScriptedCaller(None, keys="2"))
    assert len(due(house)) == 1


def test_a_dial_that_a_crash_cut_off_is_owed_again(house, moved):
    with house.database.write() as session:
        begin_dial(session, due(house)[0], at=house.now())
    assert due(house) == []
    moved.move(timedelta(hours=6))
    recover(house)
    moved.move(timedelta(hours=6))
    assert len(due(house)) == 1


def second_result(house) -> int:
    """Something else of the same person, dealt with."""
    need = OpenTicket(
        call="c2", resident=None, recording=None, words="路灯不亮", department="property",
        service=None, number=NUMBER,
    )  # fmt: skip
    with house.database.write() as session:
        number = open_ticket(session, need, at=house.now(), by="router").number
        take(session, number, by="mechanic", at=house.now())
        handle(session, number, by="mechanic", at=house.now(), result_words="换了灯泡")
    return number


def said(session, number: int) -> list[tuple[str, str, str]]:
    return [(row.question, row.answer, row.given) for row in verdicts_of(session, number)]


def test_two_results_and_a_new_need_in_one_call(house):
    class TellsMore(AtHome):
        def asked(self, listen):
            story = listen.kind is Kind.STORY and listen.key.startswith("need.")
            return Reply(sound=self.need) if story else super().asked(listen)

    other = second_result(house)
    line = SimulatedLine(TellsMore(voice("missing"), keys="11" + "11" + "13" + "1" + "1"))
    conversation = call_back(house, due(house)[0], line)
    assert is_heard(line.heard, "result")
    with house.database.read() as session:
        call = session.get_one(Call, conversation.call)
        tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert [row.status for row in tickets] == [Status.SOLVED, Status.SOLVED, Status.ASSIGNED]
        assert (call.ending, tickets[2].call_id) == (Ending.TICKET, call.id)
        assert said(session, 1) == [("result", "solved", "key"), ("satisfaction", "very", "key")]
        assert said(session, other)[1] == ("satisfaction", "not", "key")


def test_who_hangs_up_after_the_first_of_two_results_is_rung_again_for_the_second(house, moved):
    class HangsUp(AtHome):
        def asked(self, listen):
            return (
                Reply(hang_up_after=0.1) if ".satisfied." in listen.key else super().asked(listen)
            )

    other = second_result(house)
    call_back(house, due(house)[0], SimulatedLine(HangsUp(keys="111")))
    moved.move(timedelta(hours=1))
    [again] = due(house)
    with house.database.read() as session:
        assert untold(session, session.get_one(Callback, again)) == [other]


def test_a_ticket_withdrawn_during_its_callback_stays_withdrawn(house):
    class Withdrawn(AtHome):
        def asked(self, listen):
            if ".you." in listen.key:
                with house.database.write() as session:
                    end(session, 1, reason="withdrawn", by="operator:1", at=house.now())
            return super().asked(listen)

    callback = due(house)[0]
    call_back(house, callback, SimulatedLine(Withdrawn(keys="1112")))
    with house.database.read() as session:
        assert session.get_one(Ticket, 1).status is Status.ENDED
        assert session.get_one(Callback, callback).state is CallbackState.CANCELLED
        assert said(session, 1)[1:] == []


def test_a_spoken_verdict_is_kept_as_the_recording_of_the_word(tmp_path, moved):
    class Says(AtHome):
        def asked(self, listen):
            spoken = ".verdict.1.1" in listen.key
            return Reply(sound=voice("missing")) if spoken else super().asked(listen)

    with house_in(tmp_path, NEED, "解决了", now=moved) as house:
        ring(house, ScriptedCaller(voice("resident_need"), keys="1"))
        with house.database.write() as session:
            take(session, 1, by="mechanic", at=house.now())
        record_result(house, 1, voice("result"))
        call_back(house, due(house)[0], SimulatedLine(Says(keys="111")))
        with house.database.read() as session:
            [row] = verdicts_of(session, 1)[:1]
            assert (row.answer, row.given) == ("solved", "word")
            assert session.get_one(Recording, row.evidence).key.endswith(".verdict.1.1")


def test_only_the_beginning_of_their_own_words_is_heard(house):
    heard, _, _ = rung_back(house, "11")
    need = voice("resident_need")
    assert len(need) > 6 * RATE
    last = need[-2 * RATE : -RATE].astype(float)
    assert np.correlate(heard.astype(float), last, "valid").max() < 0.5 * float(last @ last)
