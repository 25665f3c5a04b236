"""Whatever is said can be said again, and what is not understood is never guessed at."""

import pytest

from ivr.caller import Answer
from ivr.intake import answer_call
from ivr.outgoing import call_back
from speech.commands import LATER, ListenAgain
from tests.phone import CALLER, Phone
from tickets.commands import HandOver, OpenTicket, Reason

UNSURE = {"confidence": 0.3, "calibrated": True}
SURE = {"confidence": 0.9, "calibrated": True}


@pytest.fixture
def phone():
    return Phone(answer_call)


def test_nine_says_the_question_again_with_all_that_went_before_it(phone):
    first = phone.hears()
    assert phone.presses("9").hears() == first == ["welcome", "need"]
    assert phone.tells("rec1", "电梯坏了").hears() == ["right"]
    assert phone.presses("9").presses("9").hears() == ["right"]
    assert phone.presses("1").did(OpenTicket)


@pytest.mark.parametrize(
    "words", ["再说一遍", "啊？没听清。", "您说什么？", "Could you say that again please?"]
)
def test_words_for_it_do_the_same(phone, words):
    phone.tells("rec1", "电梯坏了")
    assert phone.says(words).hears() == ["right"]
    assert phone.says("对").did(OpenTicket)


def test_a_story_that_holds_these_words_is_a_story(phone):
    phone.tells("rec1", "我听不太清楚啊，我就是想说我那个助听器坏了，能不能给报销一点")
    assert phone.hears() == ["right"]


def test_hearing_it_again_is_no_try_and_yet_not_endless(phone):
    phone.tells("rec1", "电梯坏了")
    for _ in range(6):
        phone.presses("9")
    assert phone.hears() == ["right.again"]
    assert phone.presses("1").did(OpenTicket)


@pytest.mark.parametrize("said", ["再说一遍", "嗯", "呃，那个……", "Um, hello?"])
def test_whoever_says_nothing_else_reaches_a_person_and_is_no_ticket(phone, said):
    for _ in range(30):
        if phone.turn.then is None or phone.hears()[0] == "not-understood":
            break
        phone.says(said)
    assert phone.did(HandOver)[0].reason is Reason.NOT_UNDERSTOOD
    assert not phone.did(OpenTicket)


def test_the_promise_and_the_goodbye_are_said_again(phone):
    phone.tells("rec1", "电梯坏了").presses("1")
    promised = phone.hears()
    assert "promise.callback" in promised
    assert phone.presses("9").hears() == promised
    assert phone.is_silent().turn.then is None


def test_a_result_is_told_again():
    answer = Answer(
        ticket=9, recording="own", result="done", words="", told_on="2026-01-05T09:00:00+00:00"
    )
    phone = Phone(
        call_back, CALLER.__class__(**CALLER.data() | {"answers": (answer,), "draft": None})
    )
    phone.presses("1").presses("1")
    assert phone.says("再说一遍").hears() == [
        "callback.you-told-us",
        "callback.result",
        "callback.verdict",
    ]


def test_speech_that_is_not_understood_twice_goes_to_a_person_with_the_recording(phone):
    assert phone.tells("rec1", "两只小企鹅都有野食", **UNSURE).hears() == ["need.unclear"]
    assert phone.tells("rec2", "香港的消费", **UNSURE).hears()[0] == "not-understood"
    handed = phone.did(HandOver)[0]
    assert (handed.reason, handed.recording) == (Reason.NOT_UNDERSTOOD, "rec2")
    assert not phone.did(OpenTicket)


def test_told_clearly_the_second_time_it_becomes_a_ticket(phone):
    phone.tells("rec1", "电影坏", **UNSURE).tells("rec2", "电梯坏了", **SURE).presses("1")
    assert phone.did(OpenTicket)[0].recording == "rec2"


def test_a_cry_for_help_counts_even_where_the_rest_is_unclear(phone):
    phone.ways["着火"] = {
        "department": None,
        "danger": {"kind": "fire", "certain": True, "number": "119"},
    }
    phone.tells("rec1", "着火", **UNSURE)
    assert phone.hears()[0] == "danger.fire"


def test_where_nobody_can_listen_in_time_a_person_is_promised(phone):
    phone.tells("rec1", "", engine=LATER, confidence=None)
    assert phone.hears()[0] == "recorded"
    assert phone.did(HandOver)[0].reason is Reason.BUSY


def test_after_a_no_the_other_engine_listens_too(phone):
    phone.tells("rec1", "电梯坏了").presses("2")
    assert phone.did(ListenAgain) == [ListenAgain("rec1")]
    assert phone.hears() == ["need.afresh"]


def test_the_ticket_is_in_the_language_the_need_was_told_in(phone):
    phone.tells("rec1", "The street light is broken", language="en").presses("1")
    assert phone.did(OpenTicket)[0].language == "en"
