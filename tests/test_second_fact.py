"""A forged caller ID opens nobody's case: who rings over a public line says first what only they know."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from hotline.demo import MovedClock, record_result, voice
from hotline.reception import answer_phone
from hotline.second_fact import is_said_in
from ivr.calls import Call
from ivr.intake import answer_call
from ivr.lines.simulated import ScriptedCaller
from ivr.second_fact import CheckFact
from tests.golden.__main__ import TO_TELL
from tests.house import NUMBER, house_in, ring
from tests.phone import Phone
from tickets.commands import Tell
from tickets.desk import take

NEED = "我们这个单元的电梯又坏了"
ASKED = replace(TO_TELL, facts=("name", "matter"))


def phone(fits: bool) -> Phone:
    one = Phone(answer_call, ASKED)
    one.results[CheckFact] = {"fits": fits}
    return one


def test_nothing_private_is_said_before_the_fact():
    assert phone(True).hears() == ["welcome", "fact.name"]


def test_the_right_name_opens_the_gate():
    one = phone(True).says("王秀英")
    assert one.hears() == ["callback.gate"]
    assert [check.fact for check in one.did(CheckFact)] == ["name"]


def test_a_wrong_name_is_asked_what_it_was_about_and_then_told_that_we_ring_back():
    one = phone(False).says("李四").says("不知道")
    assert one.hears() == ["fact.no", "need"]
    assert [check.fact for check in one.did(CheckFact)] == ["name", "matter"]
    assert not one.did(Tell)


def test_silence_tells_nothing():
    one = phone(True).is_silent().is_silent().is_silent().is_silent()
    assert one.hears() == ["fact.no", "need"]
    assert one.did(CheckFact) == []


def test_zero_reaches_a_person_from_the_question():
    assert phone(True).presses("0").hears() == ["one-moment"]


@pytest.mark.parametrize(
    ("known", "said", "fits"),
    [
        ("王秀英", "王秀英", True), ("王秀英", "我叫王秀英啊", True), ("王秀英", "往秀英", True), ("王秀英", "李秀兰", False),
        ("王秀英", "王", False), ("王秀英", "", False), ("张伟", "我姓张张伟", True), ("张伟", "赵六", False),
        ("我们这个单元的电梯又坏了", "电梯又坏了", False), ("我们这个单元的电梯又坏了", "我们单元的电梯又坏了", True),
    ],
)  # fmt: skip
def test_a_fact_fits_by_its_sound_wherever_it_is_said(known, said, fits):
    assert is_said_in(known, said) is fits


@pytest.fixture
def house(tmp_path):
    """A house where the result of a need waits to be told."""
    now = MovedClock.at_nine(ZoneInfo("Asia/Shanghai"))
    with house_in(tmp_path, NEED, now=now) as house:
        told, _, _ = ring(house, ScriptedCaller(voice("resident_need"), keys="1"))
        with house.database.write() as session:
            take(session, told["ticket"]["id"], by="mechanic", at=house.now())
        record_result(house, told["ticket"]["id"], voice("result"))
        yield house


def facts(house, line: str) -> tuple[str, ...]:
    call = answer_phone(house, line=line, number=NUMBER).call
    with house.database.read() as session:
        asked: tuple[str, ...] = session.get_one(Call, call).caller.facts
        return asked


def test_only_lines_on_which_numbers_can_be_forged_ask(house):
    assert facts(house, "twilio") == ("matter",)
    assert facts(house, "asterisk") == ("matter",)
    assert facts(house, "simulated") == ()


def test_a_community_whose_trunk_shows_true_numbers_may_say_so(tmp_path):
    with house_in(tmp_path, environ={"HOTLINE_TRUST_CALLER_ID": "yes"}) as house:
        assert facts(house, "asterisk") == ()


@pytest.mark.parametrize(
    ("words", "fits"),
    [("电梯", True), ("电梯坏了", True), ("我想问问电梯修好了没有", True), ("暖气不热", False), ("不知道", False), ("喂", False)],
)  # fmt: skip
def test_the_matter_may_be_put_in_other_words(house, words, fits):
    call = answer_phone(house, line="twilio", number=NUMBER).call
    with house.database.write() as session:
        check = CheckFact(call, "matter", words)
        assert house.exchange.acts[CheckFact](session, check, house.now()) == {"fits": fits}
