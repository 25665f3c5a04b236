"""A caller wants a person: the operator first, in working hours; then their proxy agent; else a ring-back is promised."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hotline.transfers import number_for
from ivr.dialogue import Heard, Transfer
from ivr.intake import answer_call
from tests.house import house_in
from tests.phone import CALLER, Phone

OPERATOR = {"HOTLINE_OPERATOR": "+861055559999"}
NOBODY = Heard(result={"connected": False})
MONDAY, SUNDAY = datetime(2026, 1, 5, 2, tzinfo=UTC), datetime(2026, 1, 11, 2, tzinfo=UTC)


def tried(phone: Phone) -> str:
    return phone.turn.then.to if isinstance(phone.turn.then, Transfer) else ""


def test_the_neighbour_who_acts_for_them_is_tried_after_the_operator():
    phone = Phone(answer_call, replace(CALLER, agent=True)).presses("0")
    assert tried(phone) == "operator"
    assert tried(phone.answers(NOBODY)) == "agent"
    assert phone.answers(NOBODY).hears() == ["ring-back"]


def test_who_has_nobody_is_promised_a_ring_back():
    phone = Phone(answer_call).presses("0").answers(NOBODY)
    assert phone.hears() == ["ring-back"]


@pytest.mark.parametrize(
    ("at", "more", "number"),
    [
        (MONDAY, {}, "+861055559999"), (SUNDAY, {}, ""),
        (SUNDAY, {"HOTLINE_OPERATOR_HOURS": "always"}, "+861055559999"),
    ],
)  # fmt: skip
def test_the_operator_is_rung_in_working_hours(tmp_path, at, more, number):
    with house_in(tmp_path, now=lambda: at, environ=OPERATOR | more) as house:
        assert number_for(house, "c1", "operator") == number


def test_where_no_operator_is_set_nobody_is_rung(tmp_path):
    with house_in(tmp_path, now=lambda: MONDAY) as house:
        assert number_for(house, "c1", "operator") == ""
        assert number_for(house, "c1", "agent") == ""
        assert number_for(house, "c1", "119") == "119"
