"""A community says what is different with it, in a file of its own; nobody touches code."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.catalogue import in_use, load, shipped
from routing.catalogue_files import CatalogueError, load_own, read_own
from routing.desk import Desk
from routing.gazetteer_files import read
from routing.trained import DANGER, NEEDS
from routing.trained import shipped as guesser_of
from tickets.clocks import Clock

PIANO = """
[[service]]
id = "piano"
department = "residents_committee"
zh = "调钢琴"
en = "piano tuning"
words.zh = "钢琴 调音 琴~不准"
words.en = "piano, tuning"
facts = ["place"]
"""


def desk(text):
    return Desk(catalogue=read_own(text), guesser=guesser_of(NEEDS), alarm=guesser_of(DANGER))


def test_what_is_not_said_stays_and_what_is_said_counts():
    own = read_own('[[service]]\nid = "lift_repair"\nhandle = "4 h"\nmore.zh = "升降梯"\n')
    lift, before = own.service("lift_repair"), shipped().service("lift_repair")
    assert lift.targets == {Clock.HANDLE: timedelta(hours=4)}
    assert lift.question == before.question
    assert lift.words["zh"] == (*before.words["zh"], "升降梯")
    assert len(own.services) == len(shipped().services)


def test_a_service_of_one_s_own_is_found_by_its_words():
    way = desk(PIANO).way("我家那架钢琴声音不准了，想找人看看")
    assert (way.department, way.service) == ("residents_committee", "piano")
    assert desk(PIANO).way("电梯坏了").service == "lift_repair"


def test_a_department_of_one_s_own_is_found_by_its_words():
    ferry = PIANO.replace("residents_committee", "ferry").replace("piano", "crossing_ferry")
    ferry = ferry.replace("钢琴 调音 琴~不准", "渡船 渡口 轮渡 坐船").replace("调钢琴", "坐渡船")
    department = '[[department]]\nid = "ferry"\nzh = "轮渡公司"\nen = "the ferry"\n'
    own = desk(department + 'words.zh = "轮渡公司 轮渡"\nwords.en = "ferry"\n' + ferry)
    assert own.way("渡口的渡船今天停了，坐船过不去").department == "ferry"
    assert own.way("电梯坏了").department == "property"


def test_what_does_not_exist_here_is_never_offered():
    without = desk('without = ["transport", "lift_repair"]')
    assert {one.department for one in without.catalogue.services} == {
        one.id for one in without.catalogue.departments
    }
    for words in ("公交车老不来", "电梯坏了", "我要去医院，叫个出租车"):
        way = without.way(words)
        offered = {way.department, *(one.department for one in way.choices)}
        assert "transport" not in offered
        assert way.service != "lift_repair"


def test_a_service_that_another_department_has_here_goes_there():
    moved = desk('[[service]]\nid = "stair_light"\ndepartment = "residents_committee"\n')
    assert moved.way("楼道灯不亮了").department == "residents_committee"


def test_who_writes_everything_afresh_has_nothing_else():
    department = '[[department]]\nid = "town"\nzh = "镇政府"\nen = "the town"\n'
    own = read_own(
        "only_this = true\n"
        + department
        + 'words.zh = "镇"\nwords.en = "town"\n'
        + PIANO.replace("residents_committee", "town")
    )
    assert [one.id for one in own.departments] == ["town"]
    assert [one.id for one in own.services] == ["piano"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("words.en", "colour", "line 2: piano: unknown"),
        ('"place"', '"diary"', "line 2: piano: facts are of name"),
        ("facts = ", 'respond = "2 h"\nhandle = "1 h"\nfacts = ', "line 2: piano: respond comes"),
        ("facts = ", 'handle = "soon"\nfacts = ', "line 2: piano: 'soon' is no length of time"),
        ("facts = ", 'question.zh = "什么？"\nfacts = ', "line 2: piano: question has zh, en"),
        ("facts = ", 'sayings = "钢琴"\nfacts = ', "line 2: piano: sayings.zh is a list"),
        ("facts = ", 'signs = ["piano + old"]\nfacts = ', "line 9: no rule over groups"),
        ("\n[[service]]", 'without = ["ghost"]\n[[service]]', "line 1: there is no ghost"),
        ("\n[[service]]", "colour = 1\n[[service]]", "line 1: unknown 'colour'"),
        ("facts = ", "facts = [", "line 10"),
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, says):
    with pytest.raises(CatalogueError, match=r"catalogue\.toml") as mistake:
        read_own(PIANO.replace(old, new, 1))
    assert says in str(mistake.value)


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path):
    (tmp_path / "catalogue.toml").write_bytes(b"# ok\n\xff\xfe\n")
    with pytest.raises(CatalogueError, match="line 2: no UTF-8"):
        load_own(tmp_path)
    assert load_own(tmp_path / "nowhere") is None


def test_only_what_is_needed_travels():
    book = shipped()
    assert book.needs_to_know("urban_management", "street_noise") == ("place",)
    assert "name" not in book.needs_to_know("property", "lift_repair")
    assert "contact" in book.needs_to_know("health", "home_doctor")
    assert book.needs_to_know(None, None) == ("place",)
    assert all("contact" not in one.facts for one in book.departments)


def test_some_services_are_done_sooner_than_the_policy_promises():
    book = shipped()
    assert book.targets_of("manhole") == {Clock.HANDLE: timedelta(hours=4)}
    assert book.targets_of("lift_repair") == book.targets_of(None) == {}


def test_every_service_asks_one_thing_unless_it_was_said():
    book = shipped()
    assert all(one.question for one in book.services)
    asked = book.service("stair_light").question
    assert asked
    assert asked.answered_in("三楼的灯不亮")
    assert not asked.answered_in("灯不亮")


def test_a_process_speaks_of_the_catalogue_in_use():
    own = read_own(PIANO)
    with in_use(own):
        assert load().service("piano").zh == "调钢琴"
    assert load() is shipped()


def test_where_nobody_is_sure_a_place_that_one_department_looks_after_decides():
    square = '[[place]]\nname = "东方红广场"\nkind = "landmark"\ndepartment = "urban_management"\n'
    words, plain = "东方红广场有人占着不让走", desk("")
    assert "urban_management" in {one.department for one in plain.way(words).choices}
    here = replace(plain, gazetteer=read(square)).way(words)
    assert (here.department, here.ask) == ("urban_management", None)
    assert replace(plain, gazetteer=read(square)).way("电梯坏了").department == "property"


def test_a_place_is_elsewhere_when_it_is_not_the_house_they_live_in():
    places = read('[[place]]\nname = "和平里"\n[[place]]\nname = "胜利花园"\n')
    here, home = replace(desk(""), gazetteer=places), "和平里3号楼2单元501"
    assert here.way("胜利花园五号楼的灯不亮", home=home).elsewhere
    assert here.way("和平里六号楼的灯不亮", home=home).elsewhere
    for words in ("和平里三号楼三楼的灯不亮", "五楼的灯不亮", "灯不亮"):
        assert not here.way(words, home=home).elsewhere
    assert not here.way("胜利花园五号楼的灯不亮").elsewhere
