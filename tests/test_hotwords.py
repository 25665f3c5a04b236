"""Names of the community, heard as something that sounds alike."""

import pytest

from hotline.hot_words import correction, hot_words, places
from speech.hotwords import Corrector, Replaced

PLACES = """
# where our residents live
枫林三路
望湖小区
福安里   # the old lane
玉兰
康宁日间照料中心
Maple Court
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "places.txt").write_text(PLACES, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def correct(home):
    return correction(home)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("风林三路的路灯坏了", "枫林三路的路灯坏了"),
        ("我住望胡小区八号楼", "我住望湖小区八号楼"),
        ("福安李十五号漏水", "福安里十五号漏水"),
        ("康林日尖照料中心还收人吗", "康宁日间照料中心还收人吗"),
        ("枫林3路，望湖小区", "枫林三路，望湖小区"),
        ("我住遇兰巷", "我住玉兰巷"),
    ],
)
def test_a_place_gets_its_own_characters_again(correct, heard, meant):
    assert correct(heard, "zh") == meant


@pytest.mark.parametrize(
    "heard",
    [
        "枫林三路的路灯坏了",
        "我遇难了，遇兰没来",  # two syllables are too few without 巷 or a number behind them
        "我和平里的理发店有约",
        "树林三里路没有灯",
        "我的电费怎么这么多",
        "",
    ],
)
def test_what_only_resembles_a_place_stays(correct, heard):
    assert correct(heard, "zh") == heard


def test_other_languages_are_left_alone(correct):
    assert correct("the lift in Maple Cord", "en") == "the lift in Maple Cord"


def test_a_common_word_is_neither_replaced_nor_cut_through():
    corrector = Corrector(["和平里", "福寿"], list, common={"理发"})
    blurred = Corrector(["和平里"], lambda text: list(text.replace("理", "里")), common={"理发"})
    assert corrector.correct("和平理") == "和平理"
    assert blurred.replacements("在和平理住") == [Replaced(1, "和平理", "和平里")]
    assert blurred.replacements("我和平理发") == []


def test_places_and_services_are_hot(home, tmp_path):
    words = hot_words(home)
    assert words["zh"][:3] == ["枫林三路", "望湖小区", "福安里"]
    assert words["en"][0] == "Maple Court"
    assert "高龄补贴" in words["zh"]
    assert places(tmp_path) == []


@pytest.mark.parametrize("written", ["枫林三路\n".encode("gb18030"), b"\x00\x01\xff\xfe", b""])
def test_a_list_of_places_in_another_encoding_never_keeps_a_call_from_being_answered(
    tmp_path, written
):
    (tmp_path / "places.txt").write_bytes(written)
    assert places(tmp_path) in (["枫林三路"], [])
    assert correction(tmp_path)("电梯坏了", "zh") == "电梯坏了"
