"""How short spoken answers are read."""

import pytest

from ivr.answers import choose, plain, spoken_digits, wants_person
from ivr.asking import YES_OR_NO
from ivr.callback import VERDICTS
from tickets.commands import Verdict


@pytest.mark.parametrize(
    "words", ["对", "对，对。", "嗯，对的", "是的呀", "没错", "Yes.", "That's right", "可以的"]
)
def test_yes_is_heard(words):
    assert choose(words, YES_OR_NO) is True


@pytest.mark.parametrize(
    "words", ["不对", "不是的", "没有啊", "不行", "No, wrong", "错了", "that's not right"]
)
def test_no_is_heard(words):
    assert choose(words, YES_OR_NO) is False


@pytest.mark.parametrize(
    "words", ["", "。", "你说什么", "楼上的狗天天叫我睡不着觉怎么办呢你们管不管", "maybe"]
)
def test_anything_else_is_no_answer(words):
    assert choose(words, YES_OR_NO) is None


@pytest.mark.parametrize(
    ("words", "verdict"),
    [("解决了。", Verdict.SOLVED), ("没解决", Verdict.NOT_SOLVED), ("解决了一半吧", Verdict.HALF_SOLVED),
     ("还没有解决呢", Verdict.NOT_SOLVED), ("not solved", Verdict.NOT_SOLVED), ("Solved.", Verdict.SOLVED)],
)  # fmt: skip
def test_verdicts_are_told_apart(words, verdict):
    assert choose(words, VERDICTS) is verdict


def test_a_person_is_asked_for_in_many_ways():
    assert all(map(wants_person, ["人工", "帮我转人工吧", "叫个真人来", "operator please"]))
    assert not any(
        map(wants_person, ["换了人工关节，腿疼", "有没有人能陪我去医院", "a personal matter"])
    )


def test_digits_are_read_from_speech():
    assert spoken_digits("幺三八，零零幺三 八零零零") == "13800138000"
    assert spoken_digits("oh one oh, five five five five") == "0105555"
    assert spoken_digits("我没有电话") == ""


def test_fillers_are_left_out():
    assert plain("嗯，那个，对的。") == plain("对")
