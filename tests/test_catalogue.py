"""The catalogue is edited by hand: what it may say, and how a mistake is named."""

import re

import pytest

from routing.catalogue import load
from routing.catalogue_files import CatalogueError, read

GOOD = """
[[department]]
id = "property"
zh = "物业公司"
en = "the property company"
words.zh = "物业 管家"
words.en = "property, caretaker"

[[service]]
id = "lift_repair"
department = "property"
zh = "修电梯"
en = "lift repair"
words.zh = "电梯 电梯~坏"
words.en = "lift, elevator"
"""


def test_the_catalogue_knows_the_twelve_departments_and_their_services():
    catalogue = load()
    assert len(catalogue.departments) == 12
    assert len(catalogue.services) >= 45
    assert {s.department for s in catalogue.services} == {d.id for d in catalogue.departments}
    assert catalogue.department("police").spoken("zh") == "派出所"
    assert catalogue.service("lift_repair").department == "property"


def test_errands_forms_company_and_visits_are_for_the_proxy_agent():
    by_agent = {service.id for service in load().services if service.by_agent}
    assert {"errands", "forms", "company", "hospital_company", "phone_lessons"} <= by_agent
    assert "lift_repair" not in by_agent


def test_names_are_short_enough_to_be_spoken_and_each_is_said_only_once():
    catalogue = load()
    names = [entry.zh for entry in (*catalogue.departments, *catalogue.services)]
    assert len(set(names)) == len(names)
    assert all(2 <= len(name) <= 10 for name in names)
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", name) for name in names)


def test_words_are_split_and_kept_in_order():
    service = read(GOOD).service("lift_repair")
    assert service.words == {"zh": ("电梯", "电梯~坏"), "en": ("lift", "elevator")}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('department = "property"', 'department = "propety"', 9, "no department propety"),
        ('zh = "修电梯"', 'zh = "修lift"', 9, "no Latin letters"),
        ('zh = "物业公司"', 'zh = ""', 2, "needs a spoken name zh"),
        ('words.en = "lift, elevator"', "", 9, "needs words.zh and words.en"),
        ('id = "lift_repair"', 'id = "Lift repair"', 9, "needs an id"),
        ('en = "lift repair"', 'en = "lift repair"\ncolour = "red"', 9, "unknown ['colour']"),
        ('en = "lift repair"', "en = ", 13, "line 13"),
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, line, says):
    with pytest.raises(CatalogueError) as mistake:
        read(GOOD.replace(old, new))
    assert says in str(mistake.value)
    assert f"line {line}" in str(mistake.value)


def test_an_id_said_twice_and_an_empty_catalogue_are_mistakes():
    with pytest.raises(CatalogueError, match="line 16: service lift_repair is there twice"):
        read(GOOD + GOOD[GOOD.index("[[service]]") :])
    with pytest.raises(CatalogueError, match="no departments"):
        read("")
    with pytest.raises(CatalogueError, match="begins with"):
        read('service = "lift"')


def test_a_rule_over_a_group_that_is_not_there_is_a_mistake():
    ruled = GOOD + 'signs = ["lift + faulty"]\n\n[groups]\nlift.zh = "电梯"\n'
    with pytest.raises(CatalogueError, match=r"line 16: no rule over groups: lift \+ faulty"):
        read(ruled)
    assert read(ruled + 'faulty.zh = "坏"\n').service("lift_repair").signs == ("lift + faulty",)
