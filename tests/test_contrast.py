"""Where the routing is not sure, one question is asked between its best guesses; else a person listens."""

from dataclasses import replace

import pytest

from ivr.contrast import by_name, by_words
from ivr.dialogue import Name
from ivr.engine import Log, play
from ivr.intake import answer_call
from routing.catalogue import load as load_catalogue
from routing.commands import Choice
from tests.phone import CALLER, Phone
from tickets.commands import HandOver, OpenTicket, Reason

LIFT = Choice(department="property", service="lift_repair")
WATER = Choice(department="utilities", service="water_supply")
JUSTICE = Choice(department="justice")
OFFERED = [
    {"department": "property", "service": "lift_repair"},
    {"department": "utilities", "service": "water_supply"},
    {"department": "health", "service": "hospital_company", "by_agent": True},
]
GAS = {"department": None, "danger": {"kind": "gas", "certain": True, "number": "119"}}


def unsure(*choices):
    return {"department": "property", "service": "stair_light", "ask": "…?", "choices": choices}


@pytest.fixture
def phone():
    """Somebody told something that may be the lift or the water."""
    phone = Phone(answer_call)
    phone.ways["坏了"] = unsure(*OFFERED[:2])
    return phone.tells("rec1", "坏了")


@pytest.fixture
def three():
    phone = Phone(answer_call, replace(CALLER, agent=True))
    phone.ways["坏了"] = unsure(*OFFERED)
    return phone.tells("rec1", "坏了")


def went_to(phone):
    [ticket] = phone.did(OpenTicket)
    return ticket.department, ticket.service


def test_two_guesses_are_offered_by_the_names_of_their_services(phone):
    [asked] = phone.turn.spoken
    assert asked.prompt == "which.two"
    assert asked.values == {
        "first": Name("service", "lift_repair"),
        "second": Name("service", "water_supply"),
    }


@pytest.mark.parametrize(
    ("answer", "service"),
    [("第一个", "lift_repair"), ("后面那个", "water_supply"), ("停水的事", "water_supply"),
     ("不是电梯，是自来水", "water_supply"), ("the lift", "lift_repair"), ("二", "water_supply")],
)  # fmt: skip
def test_what_is_said_decides_and_is_read_back(phone, answer, service):
    assert phone.tells("rec2", answer).hears() == ["right"]
    assert phone.turn.spoken[0].values["service"] == Name("service", service)
    phone.presses("1")
    assert went_to(phone)[1] == service
    assert phone.did(OpenTicket)[0].recording == "rec1"


def test_the_third_key_chooses_the_third_and_the_agent_does_it(three):
    assert three.hears() == ["which.three"]
    assert three.presses("3").hears() == ["right.agent"]
    three.presses("1")
    assert three.did(OpenTicket)[0].by_agent
    assert went_to(three) == ("health", "hospital_company")


@pytest.mark.parametrize("answer", ["都不是", "别的事情", "不是", "neither", "something else"])
def test_something_else_goes_to_a_person_who_listens(phone, answer):
    assert phone.says(answer).hears() == ["right.unrouted"]
    phone.presses("1")
    assert went_to(phone) == (None, None)


@pytest.mark.parametrize(("offered", "key"), [(OFFERED[:2], "3"), (OFFERED, "4")])
def test_the_key_after_the_last_choice_is_something_else(offered, key):
    phone = Phone(answer_call)
    phone.ways["坏了"] = unsure(*offered)
    assert phone.tells("rec1", "坏了").presses(key).hears() == ["right.unrouted"]


@pytest.mark.parametrize("twice", ["silence", "我也说不清楚", "你看着办吧", "😀", "5"])
def test_what_is_not_understood_twice_goes_to_a_person_who_listens(phone, twice):
    def answer():
        if twice == "silence":
            return phone.is_silent()
        return phone.presses(twice) if twice == "5" else phone.tells("rec2", twice)

    assert answer().hears() == ["which.two.again"]
    assert answer().hears() == ["right.unrouted"]
    phone.presses("1")
    assert went_to(phone) == (None, None)


def test_whoever_says_no_tells_it_again_and_may_be_asked_again(phone):
    phone.presses("1").says("不对")
    assert phone.hears() == ["need.afresh"]
    phone.ways["还是坏了"] = unsure(*OFFERED[1:])
    assert phone.tells("rec2", "还是坏了").hears() == ["which.two"]
    phone.presses("1").presses("1")
    assert went_to(phone) == ("utilities", "water_supply")


def test_whoever_is_sure_is_not_asked():
    phone = Phone(answer_call)
    phone.ways["坏了"] = {"department": "property", "service": "lift_repair", "confidence": 0.9}
    assert phone.tells("rec1", "坏了").hears() == ["right"]


def test_danger_in_the_story_comes_before_the_question():
    phone = Phone(answer_call)
    phone.ways["有煤气味"] = unsure(*OFFERED[:2]) | GAS
    assert phone.tells("rec1", "有煤气味").hears() == ["danger.gas", "one-moment"]


def test_a_cry_for_help_in_the_answer_is_heard(phone):
    phone.ways["不是电梯，煤气漏了"] = GAS
    assert phone.tells("rec2", "不是电梯，煤气漏了").hears() == ["danger.gas", "one-moment"]
    assert phone.did(HandOver)[0].reason is Reason.DANGER


def test_zero_reaches_a_person_with_the_story(phone):
    assert phone.presses("0").hears() == ["one-moment"]
    assert phone.did(HandOver)[0].recording == "rec1"


def test_a_call_that_breaks_off_at_the_question_goes_on_there(phone):
    phone.tells("rec2", "嗯这个嘛")
    done = len(phone.done)
    again = play(answer_call(CALLER), Log.of(phone.entries), phone.perform)
    assert again == phone.turn
    assert len(phone.done) == done
    assert phone.tells("rec3", "停水").hears() == ["right"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("不是第一个，是第二个", 1), ("不是电梯是停水了", 1), ("不对，是停水了", 1), ("是不是第二个", 1),
     ("最后一个", 2), ("让司法所管", 2), ("lift", 0), ("not the lift, the water", 1),
     ("不是的", 3), ("都不是，我是问医保卡", 3), ("none of them", 3),
     ("不是电梯", None), ("no, not the lift", None), ("第一人民医院", None), ("对", None), ("随便", None),
     ("", None), ("嗯", None), ("\x00\x01", None), ("'; DROP TABLE tickets; --", None), ("嗯" * 5000, None)],
)  # fmt: skip
def test_an_answer_is_read_as_it_is_meant_or_not_at_all(said, meant):
    offered = [LIFT, WATER, JUSTICE]
    named = by_name(said, offered)
    assert (by_words(said, offered) if named is None else named) == meant


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_service_can_be_chosen_by_its_name(language):
    services = load_catalogue().services
    for one, other in zip(services, [*services[20:], *services[:20]], strict=True):
        offered = [Choice(department=s.department, service=s.id) for s in (other, one)]
        assert by_name(one.spoken(language), offered) == 1, one.id
