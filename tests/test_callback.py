"""The calls that we make: nothing private before both gates, and the resident's word decides."""

from dataclasses import replace

import pytest

from ivr.caller import Answer, Caller, Draft
from ivr.dialogue import Clip, Heard
from ivr.intake import answer_call
from ivr.outgoing import ask_again, call_back, ring_back
from tests.phone import Phone
from tickets.commands import (
    AnswerAgain,
    HandOver,
    Judge,
    LeaveIt,
    NotReached,
    OpenTicket,
    Rate,
    Reason,
    Satisfaction,
    Tell,
    Verdict,
)
from tickets.policy import Miss

ANSWER = Answer(
    ticket=9, recording="own", result="done", words="", told_on="2026-01-05T09:00:00+00:00"
)
OTHER = replace(ANSWER, ticket=10, recording=None, result=None, words="换了灯泡")
RESIDENT = Caller(call="c2", number="01055550101", resident=7, answers=(ANSWER,), callback=5)


@pytest.fixture
def phone():
    return Phone(call_back, RESIDENT)


def test_solved_ends_it(phone):
    assert phone.hears() == ["callback.hello", "callback.gate"]
    assert phone.says("听").hears() == ["callback.is-it-you"]
    assert phone.says("是我").hears() == [
        "callback.you-told-us",
        "callback.result",
        "callback.verdict",
    ]
    assert phone.presses("1").hears() == ["callback.solved", "callback.satisfied"]
    assert phone.did(Judge) == [Judge(ticket=9, verdict=Verdict.SOLVED, evidence="key 1")]
    assert phone.presses("2").hears() == ["else"]
    assert phone.did(Rate) == [
        Rate(ticket=9, satisfaction=Satisfaction.BASICALLY, evidence="key 2")
    ]
    assert phone.presses("2").hears() == ["callback.goodbye"]


@pytest.mark.parametrize("verdict", [Verdict.HALF_SOLVED, Verdict.NOT_SOLVED])
def test_what_is_not_solved_goes_back_with_the_reason_as_a_recording(phone, verdict):
    phone.presses("1").presses("1").presses("2" if verdict is Verdict.HALF_SOLVED else "3")
    assert phone.hears() == ["callback.missing"]
    phone.tells("why", "门关不严")
    judged = phone.did(Judge)[0]
    assert (judged.verdict, judged.why, judged.why_words) == (verdict, "why", "门关不严")


def test_a_spoken_verdict_is_read_back_before_it_counts(phone):
    phone.presses("1").presses("1").says("解决了")
    assert phone.hears() == ["callback.verdict.solved"]
    assert not phone.did(Judge)
    phone.says("不对")
    assert phone.hears() == ["callback.verdict"]
    phone.says("没有解决").says("对")
    assert phone.is_silent().is_silent().did(Judge)[0].verdict is Verdict.NOT_SOLVED


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (["2"], Miss.HUNG_UP),  # it is not convenient
        (["等会儿再打吧"], Miss.HUNG_UP),
        (["", ""], Miss.MACHINE),
        (["5", "5"], Miss.WRONG_PERSON),
        (["1", "2"], Miss.WRONG_PERSON),
        (["1", "", ""], Miss.HUNG_UP),
        (["喂你找谁"], Miss.WRONG_PERSON),
        (["他不在家"], Miss.WRONG_PERSON),
        (["听", "打错了"], Miss.WRONG_PERSON),
        (["不要再打电话来了"], Miss.REFUSED),
        (["1", "别打了"], Miss.REFUSED),
        (["您好我现在不能接听电话请在滴声之后留言", ""], Miss.WRONG_PERSON),
    ],
)
def test_anybody_else_hears_only_please_ring_us_and_the_reason_is_noted(phone, answers, why):
    heard = phone.hears()
    for answer in answers:
        phone.presses(answer) if answer.isdigit() or not answer else phone.says(answer)
        heard += phone.hears()
    assert heard[-1] == "please-ring-us"
    private = {"callback.you-told-us", "callback.result", "callback.verdict"}
    assert not private & set(heard)
    assert not phone.did(Tell)
    assert phone.did(NotReached) == [NotReached(callback=5, outcome=why)]


def test_only_the_beginning_of_their_own_words_is_played(phone):
    phone.presses("1").presses("1")
    said = {say.prompt: say.values for say in phone.turn.spoken}
    assert said["callback.you-told-us"]["recording"] == Clip("own", seconds=4.0)
    assert said["callback.result"]["result"] == Clip("done")


def test_several_results_one_after_the_other_behind_the_same_gates():
    phone = Phone(call_back, replace(RESIDENT, answers=(ANSWER, OTHER)))
    phone.presses("1").presses("1").presses("1").presses("1")
    assert phone.hears() == ["callback.next", "callback.result", "callback.verdict"]
    phone.presses("3").tells("why", "还是不亮").presses("3")
    assert phone.hears() == ["else"]
    assert [(one.ticket, one.verdict) for one in phone.did(Judge)] == [(9, "solved"), (10, "not_solved")]  # fmt: skip
    assert not phone.did(NotReached)


def test_who_hangs_up_between_two_results_has_heard_the_first():
    phone = Phone(call_back, replace(RESIDENT, answers=(ANSWER, OTHER)))
    phone.presses("1").presses("1").presses("1").presses("1")
    for _ in range(4):
        phone.answers(Heard(gone=True)) if phone.turn.then else None
    assert [told.ticket for told in phone.did(Tell)] in ([9], [9, 10])


def test_a_result_without_words_or_voice_is_said_to_be_done():
    phone = Phone(call_back, replace(RESIDENT, answers=(replace(ANSWER, result=None),)))
    assert "callback.result.none" in phone.presses("1").presses("1").hears()


def test_no_answer_to_how_content_they_are_is_none(phone):
    phone.presses("1").presses("1").presses("1").is_silent().is_silent()
    assert phone.hears() == ["else"]
    assert not phone.did(Rate)


@pytest.mark.parametrize("answer", ["有", "还有一件事", "我家的路灯也不亮了"])
def test_anything_else_opens_a_new_need_in_the_same_call(phone, answer):
    phone.presses("1").presses("1").presses("1").presses("1").says(answer)
    assert phone.hears() == ["need"]
    phone.tells("rec2", "路灯不亮").presses("1")
    assert [need.words for need in phone.did(OpenTicket)] == ["路灯不亮"]
    assert phone.hears()[-1] == "goodbye"


@pytest.mark.parametrize("answer", ["没有了", "没事了谢谢", "2", ""])
def test_nothing_else_ends_it(phone, answer):
    phone.presses("1").presses("1").presses("1").presses("1")
    phone.presses(answer) if not answer or answer.isdigit() else phone.says(answer)
    if not answer:
        phone.is_silent()
    assert phone.hears() == ["callback.goodbye"]


def test_when_they_ring_us_it_is_the_same_and_costs_no_try():
    phone = Phone(answer_call, replace(RESIDENT, callback=None))
    assert phone.presses("1").presses("2").hears() == ["need"]
    assert not phone.did(NotReached)
    phone = Phone(answer_call, replace(RESIDENT, callback=None))
    assert phone.presses("1").presses("1").presses("1").presses("1").hears() == ["else"]
    assert phone.presses("1").hears() == ["need"]


CUT_OFF = Caller(
    call="c3",
    number="01055550101",
    resident=7,
    callback=6,
    draft=Draft(waiting=3, recording="rec0", words="水管漏了"),
)


def test_who_was_cut_off_goes_on_where_it_stopped():
    phone = Phone(ring_back, CUT_OFF)
    assert phone.hears() == ["back.hello", "back.gate"]
    assert phone.presses("1").hears() == ["right"]
    phone.presses("1")
    [need] = phone.did(OpenTicket)
    assert (need.words, need.recording, need.draft) == ("水管漏了", "rec0", 3)


def test_of_whom_nothing_was_heard_is_asked_what_they_need():
    phone = Phone(ring_back, replace(CUT_OFF, draft=Draft(waiting=3, recording="", words="")))
    assert phone.says("接着说").hears() == ["need"]
    phone.tells("rec1", "电梯坏了").presses("1")
    assert phone.did(OpenTicket)[0].draft == 3


@pytest.mark.parametrize("answer", ["2", "不用了"])
def test_who_needs_nothing_any_more_is_left_alone(answer):
    phone = Phone(ring_back, CUT_OFF)
    phone.presses(answer) if answer.isdigit() else phone.says(answer)
    assert phone.hears() == ["callback.goodbye"]
    assert [left.waiting for left in phone.did(LeaveIt)] == [3]
    assert not phone.did(NotReached)


@pytest.mark.parametrize(("answer", "why"), [("", Miss.MACHINE), ("他不在", Miss.WRONG_PERSON)])
def test_nobody_else_hears_what_was_cut_off(answer, why):
    phone = Phone(ring_back, CUT_OFF)
    phone.says(answer) if answer else phone.is_silent().is_silent()
    assert phone.hears() == ["please-ring-us"]
    assert phone.did(NotReached) == [NotReached(callback=6, outcome=why)]


def test_rung_back_they_ask_for_a_person_who_hears_what_they_had_said():
    phone = Phone(ring_back, CUT_OFF).presses("0")
    phone.answers(Heard(result={"connected": True}))
    assert [(row.words, row.reason) for row in phone.did(HandOver)] == [("水管漏了", Reason.ASKED)]
    assert [left.waiting for left in phone.did(LeaveIt)] == [3]


ASKED = replace(RESIDENT, call="c4", callback=8)


@pytest.mark.parametrize(("answer", "holds"), [("1", True), ("还好", True), ("2", False), ("又坏了", False)])  # fmt: skip
def test_weeks_later_they_say_whether_it_holds(answer, holds):
    phone = Phone(ask_again, ASKED).presses("1").presses("1")
    assert phone.hears() == ["callback.you-told-us", "still"]
    phone.presses(answer) if answer.isdigit() else phone.says(answer)
    if not holds:
        assert phone.hears() == ["still.missing"]
        phone.tells("why", "又停了")
    [said] = phone.did(AnswerAgain)
    assert (said.still, said.why) == (holds, None if holds else "why")
    assert phone.hears()[0] == ("still.good" if holds else "callback.not_solved")


def test_asked_again_anybody_else_hears_nothing_either():
    phone = Phone(ask_again, ASKED).presses("1").says("他不在")
    assert phone.hears() == ["please-ring-us"]
    assert phone.did(NotReached) == [NotReached(callback=8, outcome=Miss.WRONG_PERSON)]
