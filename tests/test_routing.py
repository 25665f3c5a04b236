"""What people say, and who gets it."""

import csv
import os
from pathlib import Path

import pytest

from routing import bench
from routing.catalogue import load
from routing.commands import FindWay
from routing.desk import find_way
from routing.phrases import Phrasebook
from routing.pinyin import fold, tokens

SAYINGS = Path(__file__).with_name("sayings.tsv")


def test_a_broken_lift_goes_to_the_property_company_and_says_why():
    way = find_way("同志，我们这个单元的电梯又停了，菜都没法下去买")
    assert (way.department, way.service, way.by_agent) == ("property", "lift_repair", False)
    assert way.confidence > 0.5
    assert "电梯~停了" in way.why
    assert way.danger is None


def test_company_to_the_hospital_is_for_the_proxy_agent():
    way = find_way("儿子在外地，有没有人能陪我去趟人民医院")
    assert (way.department, way.service, way.by_agent) == ("health", "hospital_company", True)
    assert find_way("I need someone to take me to the hospital on Friday", "en").by_agent


def test_nothing_that_stands_out_is_left_for_a_person():
    for words in (
        "",
        "喂",
        "喂？喂？",
        "我跟你说啊这个事儿吧",
        "🙂🙂",
        "\x00\x07",
        "hello",
        "12345",
        "沙沙沙",
        "SELECT * FROM residents; DROP TABLE tickets;",
    ):
        way = find_way(words)
        assert way.department is None
        assert way.service is None


def test_the_figures_of_a_telephone_number_speak_for_nobody():
    alone = find_way("水管漏了")
    told = find_way("我电话幺三八零零幺三八零零零，水管漏了")
    assert (told.department, told.service) == (alone.department, alone.service)
    assert told.confidence > 0.98


def test_the_words_that_decided_are_those_that_were_heard():
    assert "殿梯≈电梯" in find_way("殿梯坏了").why


def test_who_was_sold_something_and_left_alone_is_not_searched_for():
    danger = find_way("家里来了个卖保健品的说能治高血压交了八千现在找不着人了").danger
    assert danger is None or danger.kind == "fraud"


def test_odd_texts_end_in_a_way_and_not_in_an_error():
    for words in (
        "电" * 5000,
        "'; DROP TABLE tickets; --",
        "电梯 lift ＬＩＦＴ 坏了",
        "\ufeff電梯壞了",
    ):
        find_way(words)
        find_way(words, "en")
    assert find_way("電梯壞了").service == "lift_repair"


def test_characters_of_a_similar_sound_are_understood():
    assert find_way("这个月的养老紧还没到帐").department == "social_security"
    assert find_way("我的一宝卡丢了怎么补").department == "social_security"


def test_the_same_words_always_find_the_same_way():
    words = "楼上漏水，电梯也坏了，楼道灯不亮"
    assert find_way(words) == find_way(words)


def test_a_way_survives_the_log():
    way = find_way("着火了，厨房着火了")
    data = {
        "department": way.department,
        "danger": {"kind": "fire", "certain": True, "number": "119"},
    }
    assert FindWay(words="").result(data).danger == way.danger


def test_sounds_that_people_blur_are_one_sound():
    assert fold("zhuang") == fold("zuan")
    assert fold("liang") == fold("nian")
    assert fold("hui") == fold("fei")
    assert fold("ri") == fold("li")
    assert fold("shui") != fold("huo")


def test_two_syllables_alike_need_one_telling_character_and_one_alone_must_be_the_same():
    book = Phrasebook(("电梯", "狗", "灯~不亮"), "zh")
    assert [hit.exact for hit in book.hits(tokens("电提坏了"))] == [False]
    assert book.hits(tokens("店提坏了")) == []
    assert book.hits(tokens("够了")) == []
    assert [hit.phrase for hit in book.hits(tokens("灯这几天都不亮"))] == ["灯~不亮"]
    assert book.hits(tokens("灯一二三四五六七八不亮")) == []


def test_the_sayings_known_to_the_lexicon_still_find_their_way():
    figures = bench.measure(bench.part(bench.sayings(SAYINGS), "seen"))
    right, asked = figures.needs_right
    assert asked >= 240
    assert right / asked >= 0.94


def test_fresh_sayings_find_their_way_as_often_as_measured():
    figures = bench.measure(bench.part(bench.sayings(SAYINGS), "fresh"))
    right, asked = figures.needs_right
    assert right / asked >= 0.9


def test_needs_told_in_new_words_find_their_way_about_as_often_as_measured():
    figures = bench.measure(bench.part(bench.sayings(SAYINGS), "blind2"))
    right, asked = figures.needs_right
    assert asked == 60
    assert right >= 52  # 55 measured
    assert asked - right - figures.needs_unrouted <= 6  # 4 measured


def test_a_word_in_passing_does_not_outweigh_the_thing_that_is_broken():
    words = "为你好,我们这个单元的电梯又坏了。我住六楼,你推脚不好,你下不了楼,物业的电话一直打不通,你们帮我问问什么时候能修好。"
    way = find_way(words)
    assert (way.department, way.service) == ("property", "lift_repair")
    assert way.why[0] == "电梯~坏"


def _calls() -> list[dict[str, str]]:
    folder = os.environ.get("HOTLINE_TEST_DATA")
    if not folder or not (Path(folder) / "calls" / "manifest.tsv").exists():
        pytest.skip("HOTLINE_TEST_DATA names no folder with calls/manifest.tsv")
    with (Path(folder) / "calls" / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines, delimiter="\t") if row["department"]]


def test_the_calls_of_another_hand_find_their_department():
    calls = _calls()
    right = sum(find_way(c["transcript"], c["lang"]).department == c["department"] for c in calls)
    assert right / len(calls) >= 0.8


def test_the_dangers_in_the_calls_are_heard_and_the_calm_ones_are_left_alone():
    dangers = {c["file"][:3]: find_way(c["transcript"], c["lang"]).danger for c in _calls()}
    kinds = {file: danger.kind for file, danger in dangers.items() if danger}
    wanted = {"c10": "fraud", "c11": "missing", "c12": "fall"}
    wanted |= {"c34": "gas", "c35": "unresponsive", "c36": "fire"}
    assert wanted.items() <= kinds.items()
    assert (
        len(set(kinds) - set(wanted)) <= 4
    )  # c03, c04, c22, c31: asked about, and no is an answer


def test_every_word_of_the_catalogue_speaks_for_somebody():
    for service in load().services:
        plain = [word for word in service.words["zh"] if not word.endswith("?") and "~" not in word]
        assert plain, service.id
