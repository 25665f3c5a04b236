"""The intake conversation, told as a transcript."""

from dataclasses import asdict, replace

import pytest

from ivr.caller import Answer, Caller, Draft
from ivr.engine import Log, ScriptChanged, play
from ivr.intake import answer_call
from ivr.looking_up import FindAnswers, asks_for_an_answer
from tests.phone import CALLER, Phone
from tickets.commands import HandOver, NoteCaller, OpenTicket, Reason

UNKNOWN = Caller(call="c1")
ANSWER = Answer(ticket=9, recording="r", result="s", words="", told_on="2026-01-05T09:00:00+00:00")
FIRE = {"department": None, "danger": {"kind": "fire", "certain": True, "number": "119"}}
SMOKE = {"department": "property", "danger": {"kind": "fire", "certain": False, "number": "119"}}


@pytest.fixture
def phone():
    return Phone(answer_call)


def test_a_need_is_told_read_back_and_becomes_a_ticket(phone):
    assert phone.hears() == ["welcome", "need"]
    assert phone.tells("rec1", "电梯坏了").hears() == ["right"]
    assert phone.presses("1").hears() == ["promise", "promise.callback", "goodbye"]
    assert phone.did(OpenTicket)[0].recording == "rec1"
    assert phone.is_silent().turn.then is None


def test_a_need_that_was_misunderstood_is_told_again(phone):
    phone.tells("rec1", "电梯坏了")
    assert phone.says("不对").hears() == ["need.afresh"]
    phone.tells("rec2", "楼梯坏了").says("对的")
    assert [ticket.words for ticket in phone.did(OpenTicket)] == ["楼梯坏了"]


def test_three_silences_reach_a_person(phone):
    phone.is_silent()
    assert phone.hears() == ["need.again"]
    phone.is_silent().is_silent()
    assert phone.hears() == ["not-understood"]
    assert phone.did(HandOver)[0].reason is Reason.NOT_UNDERSTOOD


def test_speech_that_is_not_understood_goes_to_a_person_with_its_recording(phone):
    phone.tells("rec1", "").tells("rec2", "").is_silent()
    assert phone.did(HandOver)[0].recording == "rec2"
    assert not phone.did(OpenTicket)


@pytest.mark.parametrize("asks", ["0", "人工", "我要转人工", "can I speak to a real person"])
def test_whoever_asks_for_a_person_reaches_one(phone, asks):
    phone.presses("0") if asks == "0" else phone.says(asks)
    assert phone.hears() == ["one-moment"]
    assert phone.did(HandOver)[0].reason is Reason.ASKED


def test_zero_at_the_goodbye_still_reaches_a_person(phone):
    phone.tells("rec1", "电梯坏了").presses("1")
    assert phone.presses("0").hears() == ["one-moment"]


def test_a_danger_goes_to_a_person_and_promises_nothing(phone):
    phone.ways["着火了"] = FIRE
    assert phone.tells("rec1", "着火了").hears() == ["danger.fire", "one-moment"]
    assert not phone.did(OpenTicket)
    assert phone.did(HandOver)[0].danger == "fire"


@pytest.mark.parametrize(
    ("answer", "then"), [("1", "danger.fire"), ("", "danger.fire"), ("2", "right")]
)
def test_an_uncertain_danger_is_asked_about_and_silence_counts_as_yes(phone, answer, then):
    phone.ways["好像有烟"] = SMOKE
    assert phone.tells("rec1", "好像有烟").hears() == ["danger-now"]
    assert phone.presses(answer).hears()[0] == then


def test_nobody_answers_so_a_ring_back_is_promised(phone):
    phone.presses("0")
    assert phone.answers(replace(phone.entries[0].heard, digits="", result={"connected": False}))
    assert phone.hears() == ["ring-back"]
    assert phone.is_silent().turn.then is None


def test_an_unknown_caller_is_asked_who_and_where_and_each_is_read_back():
    phone = Phone(answer_call, UNKNOWN).tells("rec1", "电梯坏了").presses("1")
    assert phone.hears() == ["name"]
    assert phone.tells("rec2", "姓王").hears() == ["heard-you"]
    assert phone.presses("1").hears() == ["place"]
    phone.tells("rec3", "六号楼").presses("1")
    assert phone.hears() == ["number"]
    assert phone.presses("01055550199").hears() == ["number.right"]
    phone.presses("1")
    noted = phone.did(NoteCaller)[0]
    assert (noted.name, noted.place, noted.number) == ("姓王", "六号楼", "01055550199")


def test_a_caller_who_tells_no_number_hears_that_the_answer_waits():
    phone = Phone(answer_call, UNKNOWN).tells("rec1", "电梯坏了").presses("1")
    for _ in range(6):
        phone.is_silent()
    assert phone.hears() == ["promise", "promise.next-call", "goodbye"]


def test_a_number_that_is_none_is_asked_for_again_and_then_let_be():
    phone = Phone(answer_call, UNKNOWN).tells("rec1", "电梯坏了").presses("1")
    for _ in range(4):
        phone.is_silent()
    assert phone.presses("1").hears() == ["number.again"]
    assert phone.presses("1").hears()[1] == "promise.next-call"


def test_a_broken_off_call_goes_on_where_it_stopped():
    draft = Draft(waiting=3, recording="rec0", words="水管漏了")
    phone = Phone(answer_call, replace(CALLER, draft=draft))
    assert phone.hears() == ["welcome", "resume"]
    assert phone.presses("1").hears() == ["right"]
    phone.presses("1")
    assert (phone.did(OpenTicket)[0].draft, phone.did(OpenTicket)[0].recording) == (3, "rec0")


def test_an_answer_that_waits_is_told_first():
    answer = Answer(
        ticket=9, recording="r", result="s", words="", told_on="2026-01-05T09:00:00+00:00"
    )
    phone = Phone(answer_call, replace(CALLER, answers=(answer,)))
    assert phone.hears() == ["welcome", "callback.gate"]
    assert phone.presses("1").presses("1").hears()[:2] == [
        "callback.you-told-us",
        "callback.result",
    ]
    assert phone.presses("1").hears() == ["callback.solved", "callback.satisfied"]
    assert phone.presses("1").hears() == ["else"]
    assert phone.presses("1").hears() == ["need"]


def test_a_replayed_call_opens_no_second_ticket(phone):
    phone.tells("rec1", "电梯坏了").presses("1")
    again = play(answer_call(CALLER), Log.of(phone.entries), phone.perform)
    assert again == phone.turn
    assert len(phone.did(OpenTicket)) == 1


def test_a_log_of_another_script_is_noticed(phone):
    phone.tells("rec1", "电梯坏了")
    phone.entries[0] = replace(phone.entries[0], key="old-menu")
    with pytest.raises(ScriptChanged):
        play(answer_call(CALLER), Log.of(phone.entries), phone.perform)


def test_who_left_no_number_is_known_again_by_name_and_building():
    phone = Phone(answer_call, UNKNOWN)
    phone.results[FindAnswers] = {"answers": [asdict(ANSWER)]}
    assert phone.tells("rec1", "我上次说的电梯的事，有结果了吗").hears() == ["name"]
    assert phone.tells("rec2", "姓王").hears() == ["place"]
    assert phone.tells("rec3", "六号楼").hears() == ["callback.gate"]
    phone.presses("1").presses("1")
    assert phone.presses("1").hears() == ["callback.solved", "callback.satisfied"]
    assert phone.presses("1").presses("2").hears() == ["callback.goodbye"]


def test_where_nobody_is_found_by_that_name_a_person_looks():
    phone = Phone(answer_call, UNKNOWN)
    phone.results[FindAnswers] = {"answers": []}
    phone.tells("rec1", "我上次说的事怎么样了").tells("rec2", "姓王").tells("rec3", "六号楼")
    assert phone.hears() == ["one-moment"]
    assert not phone.did(OpenTicket)


@pytest.mark.parametrize(
    "need", ["我家水管漏了", "昨天停电了，到现在没人来", "化验结果要去医院拿，谁能陪我去"]
)
def test_a_need_is_no_question_about_an_answer(need):
    assert not asks_for_an_answer(need)


@pytest.mark.parametrize(("agent", "prompt"), [(True, "right.agent"), (False, "right")])
def test_an_errand_is_given_to_the_proxy_agent_of_whoever_has_one(agent, prompt):
    phone = Phone(answer_call, replace(CALLER, agent=agent))
    phone.ways["陪我去医院"] = {
        "department": "health",
        "service": "hospital_company",
        "by_agent": True,
    }
    assert phone.tells("rec1", "陪我去医院").hears() == [prompt]
