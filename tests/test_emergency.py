"""Whom a danger reaches here: a table that the community keeps."""

import pytest

from routing.commands import Danger
from routing.danger import kinds
from routing.emergency import USUAL, EmergencyError, load, read

FIRE = Danger(kind="fire", certain=True, number="119")


def test_as_it_comes_a_person_is_connected_and_the_contact_told():
    reached = USUAL.reached(FIRE)
    assert (reached.number, reached.connect, reached.contact) == ("119", ("operator",), True)
    assert not USUAL.of("violence").contact


def test_a_community_says_who_is_reached():
    here = read('[fire]\nconnect = ["operator", "119"]\n[fall]\nnumber = "999"\ncontact = false\n')
    assert here.reached(FIRE).connect == ("operator", "119")
    assert here.of("fall").number == "999"
    assert not here.of("fall").contact
    assert here.of("gas") == USUAL.of("gas")


def test_what_is_said_of_every_kind_gives_way_to_what_is_said_of_one():
    here = read('[every]\nnumber = "112"\n[fire]\nnumber = "119"\n')
    assert here.of("fire").number == "119"
    assert {here.of(one.id).number for one in kinds()} == {"112", "119"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('\n[fyre]\nnumber = "119"', "line 2: fyre: no kind of danger"),
        ("[fire]\nnumber = 119", "line 1: fire: number is digits in quotes"),
        ('[fire]\nconnect = "119"', "line 1: fire: connect is a list"),
        ('[fire]\nring = "119"', "line 1: fire: unknown"),
        ('fire = "119"', "line 1: fire: wants number"),
        ("[fire\n", "line 1"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, says):
    with pytest.raises(EmergencyError, match=r"emergency\.toml") as mistake:
        read(text)
    assert says in str(mistake.value)


def test_a_home_without_a_table_has_the_usual_one(tmp_path):
    assert load(tmp_path) is USUAL
    (tmp_path / "emergency.toml").write_bytes(b"\xff")
    with pytest.raises(EmergencyError, match="line 1: no UTF-8"):
        load(tmp_path)
