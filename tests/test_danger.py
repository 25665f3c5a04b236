"""Danger heard in words, and words that only sound like danger."""

from pathlib import Path

import pytest

from routing import bench
from routing.catalogue import load
from routing.commands import Danger
from routing.danger import find_danger, kinds
from routing.desk import find_way

SAYINGS = Path(__file__).with_name("sayings.tsv")


def heard(words: str, language: str = "zh") -> Danger:
    danger = find_danger(words, language)
    assert danger is not None, words
    return danger


@pytest.mark.parametrize(
    ("words", "kind", "number"),
    [
        ("着火了，厨房着火了", "fire", "119"),
        ("屋里一股煤气味", "gas", "119"),
        ("我摔倒了，起不来了", "fall", "120"),
        ("老伴胸口疼得厉害", "chest_pain", "120"),
        ("他嘴歪了，半边身子不能动", "stroke", "120"),
        ("我喘不上气", "breathing", "120"),
        ("倒在地上叫不醒", "unresponsive", "120"),
        ("她喝了农药", "poisoning", "120"),
        ("我不想活了", "self_harm", "120"),
        ("说我涉嫌洗钱，让我把钱转过去", "fraud", "110"),
        ("老伴出去买菜到现在没回来", "missing", "110"),
        ("我困在电梯里出不去", "trapped", "119"),
        ("他拿刀要砍我", "violence", "110"),
        ("有人在撬我家的门", "intruder", "110"),
        ("他吃汤圆噎着了，脸都紫了", "choking", "120"),
        ("屋里生着炉子，我头晕恶心", "co", "120"),
        ("他触电了", "electric", "120"),
        ("水漫进屋到膝盖了，我出不去", "flood", "119"),
        ("房顶塌下来了", "falling_objects", "120"),
    ],
)
def test_danger_said_plainly_is_certain(words, kind, number):
    danger = heard(words)
    assert (danger.kind, danger.certain, danger.number) == (kind, True, number)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("there is a fire in my kitchen", "fire"),
        ("I smell gas", "gas"),
        ("I fell and cannot get up", "fall"),
        ("my husband will not wake up", "unresponsive"),
        ("he told me to transfer my savings", "fraud"),
    ],
)
def test_danger_is_heard_in_english(words, kind):
    danger = heard(words, "en")
    assert (danger.kind, danger.certain) == (kind, True)


@pytest.mark.parametrize(
    "words",
    [
        "急死我了，等了一上午",
        "这天热死了",
        "气死我了，卖菜的少给我二两",
        "火大得很",
        "煤气灶打不着火了",
        "火车票怎么买",
        "什么时候搞消防演习，着火了怎么跑",
        "摔断腿保险赔多少",
        "去年摔断了腿，现在好了",
        "我没摔倒",
        "要是着火了怎么办",
        "就怕哪天摔倒了起不来",
        "有个骗子打电话让我转账，我没理他就挂了",
    ],
)
def test_words_that_only_sound_like_danger_are_left_alone(words):
    assert find_danger(words) is None


def test_what_happened_yesterday_is_asked_about_unless_it_still_hurts():
    assert heard("昨天摔了一跤").certain is False
    assert heard("昨天在楼道里摔了一下，现在胯骨疼，下不了地").certain is True


def test_a_call_that_only_names_a_crime_is_asked_about_until_money_moves():
    assert heard("有人打电话说我涉嫌洗钱").certain is False
    assert heard("有人打电话说我涉嫌洗钱，我已经转了两万").certain is True


def test_plain_words_told_of_a_game_alarm_nobody_and_those_of_now_do():
    assert heard("外孙女打游戏说被人砍死了三回，我还以为真的呢").certain
    assert find_way("外孙女打游戏说被人砍死了三回，我还以为真的呢").danger is None
    assert find_way("着火了，厨房着火了").danger == heard("着火了，厨房着火了")


def test_danger_survives_the_recogniser():
    assert heard("烟太大我出不去").kind == "fire"
    assert heard("言太大我出不去").kind == "fire"
    assert heard("我闯不上气了").kind == "breathing"
    assert heard("我不相活了").kind == "self_harm"


def test_every_kind_has_a_number_names_and_a_department():
    departments = {department.id for department in load().departments}
    assert len(kinds()) == 20
    for kind in kinds():
        assert kind.number in {"119", "120", "110"}
        assert kind.zh
        assert kind.en
        assert kind.department in departments


def test_calm_requests_raise_no_alarm_more_often_than_one_in_twenty():
    seen = bench.part(bench.sayings(SAYINGS), "seen")
    # what the police is rung for, a beaten wife or a stranger on the stairs, is rightly asked about
    figures = bench.measure([one for one in seen if one.expect != "police"])
    false = figures.false_calm[0] + figures.false_needs[0]
    assert false / (figures.false_calm[1] + figures.false_needs[1]) <= 0.05
    assert figures.false_tricky[0] / figures.false_tricky[1] <= 0.15
    assert figures.danger_heard[0] / figures.danger_heard[1] >= 0.92


def test_danger_told_in_new_words_is_heard_about_as_often_as_measured():
    figures = bench.measure(bench.part(bench.sayings(SAYINGS), "blind2"))
    heard_of, asked = figures.danger_heard
    assert asked == 69
    assert heard_of >= 63  # 67 measured
    assert figures.false_needs[0] <= 3  # of 60; none measured
    assert figures.false_tricky[0] <= 4  # of 30; 4 measured


def test_a_thing_and_its_state_are_danger_in_any_order_but_only_asked_about():
    for words in ("锁断了钥匙，孙子关屋里哭", "孙子在屋里哭呢，门反锁了"):
        assert (heard(words).kind, heard(words).certain) in {("trapped", False), ("trapped", True)}
    assert heard("热水器开着，我头晕恶心").kind == "co"
    assert heard("头晕恶心，热水器还开着").certain is False


def test_a_cue_inside_the_words_of_danger_does_not_calm_them():
    assert heard("我妈昏过去了").kind == "unresponsive"
    assert heard("早上还好好的，突然嘴歪了").certain is True
    assert heard("不小心摔了，起不来").kind == "fall"


def test_who_sees_no_sense_in_life_is_not_taken_for_somebody_without_senses():
    for words, kind in (("我不想活了，活着没意思", "self_harm"), ("他没意识了", "unresponsive")):
        danger = find_way(words).danger
        assert danger
        assert danger.kind == kind
