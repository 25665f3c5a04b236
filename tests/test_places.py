"""Where is it? As people say it: numbers in words, corrections, no stops, names that only sound right."""

from pathlib import Path

import pytest

from routing.bench_places import place_figures, place_misses, read_places
from routing.gazetteer_files import load
from routing.places import Place, find_place, place_spans, read_address

HERE = Path(__file__).parent
COMMUNITY = load(HERE)
SAYINGS = read_places(HERE / "places.tsv")


def the_place(words, language="zh"):
    place = find_place(words, COMMUNITY, language)
    assert place is not None
    return place


def told(words, language="zh"):
    return the_place(words, language).text


def stored(address):
    place = read_address(address, COMMUNITY)
    assert place is not None
    return place


def test_the_written_sayings_are_understood():
    assert len(SAYINGS) >= 150
    assert place_misses(SAYINGS, COMMUNITY) == []
    assert {"seen", "fresh", "no place"} == set(place_figures(SAYINGS, COMMUNITY))


def test_a_place_is_read_out_in_one_way_however_it_was_said():
    expected = "和平里三号院五号楼二单元502"
    assert told("我在和平里三号院五号楼二单元五零二") == expected
    assert told("和平里 3号院 5栋 2单元 502室") == expected
    assert told("和平里啊，三号院，嗯，第五幢，那个二单元，五百零二") == expected
    assert told("和平里三号院5-2-502") == expected


def test_the_name_of_a_landmark_brings_its_address():
    place = the_place("老菜市场门口那个摊子")
    assert (place.text, place.street, place.number) == ("老菜市场", "胜利路", "18")


def test_a_house_number_tells_the_estate_that_stands_there():
    place = the_place("胜利路四十号")
    assert (place.estate, place.known) == ("幸福小区", True)


def test_a_name_nobody_knows_is_a_place_all_the_same():
    place = the_place("我住在金桂苑小区三号楼")
    assert (place.estate, place.building, place.known) == ("金桂苑小区", "3", False)


def test_what_is_corrected_counts_as_corrected():
    assert told("胜利街，嗯，不对，是胜利路二十六号") == "胜利路二十六号"
    assert told("三栋二单元，说错了，三单元四零一") == "三号楼三单元401"
    assert told("number 18 Mill Lane, no, sorry, 80 Mill Lane", "en") == "80 Mill Lane"


def test_a_stored_address_is_read_even_where_speech_would_be_doubtful():
    assert find_place("十二号") is None
    assert stored("十二号").number == "12"
    assert stored("枫林三路12号3栋").text == "枫林三路十二号院三号楼"


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("我住五号楼", True),
        ("和平里五号楼二单元五零二", True),
        ("我在五楼", True),
        ("我在六楼", False),
        ("我住三号楼", False),
        ("幸福小区五号楼", False),
        ("胜利路二十六号", False),
        ("老菜市场", False),
    ],
)
def test_a_place_may_be_the_callers_own(said, same):
    own = stored("和平里5号楼2单元502")
    assert the_place(said).same(own) is same


def test_two_places_with_nothing_in_common_are_not_the_same():
    assert not Place(building="3").same(Place(estate="和平里"))
    assert not Place().same(Place())


def test_only_what_tells_a_door_is_marked():
    words = "我住和平里 3号院五号楼，六楼"
    assert [words[a:b] for a, b in place_spans(words, COMMUNITY)] == ["3号院五号楼，六楼"]
    assert place_spans("我住六楼", COMMUNITY) == []
    assert place_spans("胜利路上有个坑", COMMUNITY) == []


def test_all_facts_are_given_by_name():
    data = the_place("十二号楼的灯坏了").data()
    assert data["building"] == "12"
    assert data["estate"] is None
    assert data == the_place("12号楼的灯坏了").data()


@pytest.mark.parametrize(
    "words",
    ["", "三", "😀\0\x1b", "'; DROP TABLE places;--", "号楼", "\n", "Ｆ", "-" * 99],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_strange_text_is_no_place(words, language):
    assert find_place(words, COMMUNITY, language) is None
    assert place_spans(words, COMMUNITY, language) == []


@pytest.mark.parametrize("piece", ["三号楼", "胜利路", "三", "三-", "里", "不对，", "one ", "3 "])
def test_a_very_long_text_is_read_to_its_end(piece):
    words = (piece * 5000)[:5000]
    assert all(0 <= a < b <= 5000 for a, b in place_spans(words, COMMUNITY))
