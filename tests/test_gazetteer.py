"""The names of a community: read from its folder, found in what people say, and how a mistake is named."""

import pytest

from routing.figures import copy_of
from routing.gazetteer import EMPTY
from routing.gazetteer_files import GazetteerError, from_names, joined, load, read

TWO = """
[[place]]
name = "和平里"
aliases = ["和平小区"]

[[place]]
name = "胜利路"
kind = "street"
"""


def found(gazetteer, words):
    return [one.entry.name for one in gazetteer.find(copy_of(words))]


def test_a_name_is_found_as_it_is_written_by_its_other_name_and_by_its_sound():
    gazetteer = read(TWO)
    assert found(gazetteer, "我住和平里三号院") == ["和平里"]
    assert found(gazetteer, "我住和平小区三号院") == ["和平里"]
    assert found(gazetteer, "我住河平里，就在盛利路上") == ["和平里", "胜利路"]


def test_ordinary_words_that_sound_a_little_like_a_name_are_none():
    gazetteer = read(TWO)
    for words in ("我心里不平", "他在家里", "这条路不好走", "生理期", "和平时一样"):
        assert found(gazetteer, words) == []


def test_a_short_other_name_is_only_found_as_it_is_written():
    gazetteer = read('[[place]]\nname = "阳光花园"\naliases = ["阳光"]')
    assert found(gazetteer, "我在阳光三号楼") == ["阳光花园"]
    assert found(gazetteer, "我在羊光三号楼") == []


def test_figures_in_a_name_are_found_however_they_are_written():
    gazetteer = from_names(["101大院", "枫林三路"])
    assert found(gazetteer, "一零一大院门口") == ["101大院"]
    assert found(gazetteer, "枫林3路路灯不亮") == ["枫林三路"]


def test_both_files_of_a_folder_are_read_together(tmp_path):
    (tmp_path / "places.toml").write_text(TWO, "utf-8")
    table = "名称,类别,别名\n棉纺厂宿舍,小区,棉纺厂大院;棉纺厂家属院\n"
    (tmp_path / "places.csv").write_bytes(table.encode("gb18030"))
    gazetteer = load(tmp_path)
    assert gazetteer.names()[-3:] == ["棉纺厂宿舍", "棉纺厂大院", "棉纺厂家属院"]
    assert found(gazetteer, "棉纺厂家属院停水") == ["棉纺厂宿舍"]


def test_a_folder_without_files_knows_no_place(tmp_path):
    assert load(tmp_path).entries == ()
    assert found(EMPTY, "我住和平里") == []


def test_plain_names_of_the_older_list_become_streets_and_estates():
    gazetteer = from_names(["胜利路", "  和平里 ", "", "胜利路", "Victory Road"])
    assert [(one.name, one.kind) for one in gazetteer.entries] == [
        ("胜利路", "street"),
        ("和平里", "estate"),
        ("Victory Road", "street"),
    ]


def test_what_the_older_list_repeats_is_not_taken_twice():
    both = joined(read(TWO), from_names(["和平小区", "帽儿胡同"]))
    assert [one.name for one in both.entries] == ["和平里", "胜利路", "帽儿胡同"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[place]]\nname = ", r"places\.toml: .*line 2"),
        ("[[place]]\nname = 7", "line 1: a place needs a name"),
        ('\n\n[[place]]\nname = "和"', "line 3: a place needs a name"),
        (TWO + '[[place]]\nname = "和平小区"', "line 9: 和平小区 is there twice"),
        ('[[place]]\nname = "和平里"\nkind = "planet"', "line 1: 和平里: kind is one of estate"),
        ('[[place]]\nname = "和平里"\nkind = []', "kind is one of"),
        ('[[place]]\nname = "和平里"\naliases = "和平"', "aliases is a list"),
        ('[[place]]\nname = "和平里"\nnumber = 12', "number is text in quotes"),
        ('[[place]]\nname = "和平里"\ncolour = "red"', "unknown colour"),
        ('[place]\nname = "和平里"', r"begins with \[\[place\]\]"),
        ('[[house]]\nname = "和平里"', r"begins with \[\[place\]\]"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, complaint):
    with pytest.raises(GazetteerError, match=complaint):
        read(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name,kind\n和平里,estate\n和平里,estate\n", "line 3: 和平里 is there twice"),
        ("name,kind\n和平里,estate,more\n", "line 2: more cells"),
        ('name\n"和平里\n', "line 2: "),
        ("what\n和平里\n", "line 2: a place needs a name"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_line(text, complaint):
    with pytest.raises(GazetteerError, match=complaint):
        read(text, "places.csv")


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "places.toml").write_bytes(b"\0\xff\0\xfe")
    with pytest.raises(GazetteerError, match=r"places\.toml, line 1: no text"):
        load(tmp_path)
