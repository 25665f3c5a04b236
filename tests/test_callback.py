"""The callback conversation: nothing private before both gates, and the resident's word decides."""

import pytest

from ivr.callback import call_back
from ivr.caller import Answer, Caller
from tests.phone import Phone
from tickets.commands import Judge, NotReached, Tell, Verdict

ANSWER = Answer(
    ticket=9, recording="own", result="done", words="", told_on="2026-01-05T09:00:00+00:00"
)
RESIDENT = Caller(call="c2", number="01055550101", resident=7, answers=(ANSWER,))


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
    assert phone.presses("1").hears() == ["callback.solved", "callback.goodbye"]
    assert phone.did(Judge) == [Judge(ticket=9, verdict=Verdict.SOLVED, evidence="key 1")]


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
    "answers",
    [
        ["2"],
        ["", ""],
        ["5", "5"],
        ["1", "2"],
        ["1", "", ""],
        ["喂你找谁", "打错了"],
        ["1", "他不在", "不是"],
    ],
)
def test_anybody_else_hears_only_please_ring_us(phone, answers):
    heard = phone.hears()
    for answer in answers:
        phone.presses(answer) if answer.isdigit() or not answer else phone.says(answer)
        heard += phone.hears()
    assert heard[-1] == "please-ring-us"
    private = {"callback.you-told-us", "callback.result", "callback.verdict"}
    assert not private & set(heard)
    assert not phone.did(Tell)
    assert len(phone.did(NotReached)) == 1
