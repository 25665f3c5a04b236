"""Several needs in one story become several tickets, each confirmed; what is unclear is heard by a person."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from hotline.account import account_of
from hotline.house import open_house
from hotline.reception import answer_phone
from hotline.settings import Settings
from ivr.caller import Caller
from ivr.dialogue import Heard, Kind, Listen, Name
from ivr.engine import Log, play
from ivr.intake import answer_call
from ivr.several import further
from routing.commands import Also, Choice, FindWay, Way
from speech.ears.scripted import ScriptedEars
from tests.house import NUMBER
from tests.phone import CALLER, Phone
from tickets.commands import HandOver, NoteCaller, OpenTicket, Reason
from tickets.models import Ticket
from tickets.waiting import waiting_now

CARD = Also(department="transport", service="senior_pass", words="老年卡也丢了")
DOCTOR = Also(
    department="health", service="hospital_company", words="还要人陪我看病", by_agent=True
)
LIFT = Choice(department="property", service="lift_repair")
WATER = Choice(department="utilities", service="water_supply")
STORY = "电梯坏了，还有老年卡也丢了"


def told_with(*also, caller=CALLER):
    phone = Phone(answer_call, caller)
    phone.ways[STORY] = {
        "department": "property", "service": "lift_repair",
        "also": [{name: getattr(one, name) for name in one.__slots__} for one in also],
    }  # fmt: skip
    return phone.tells("rec1", STORY).presses("1")


def test_a_further_need_is_offered_once_the_first_is_promised():
    phone = told_with(CARD)
    assert phone.hears() == ["promise", "promise.callback", "also"]
    assert phone.turn.spoken[-1].values == {"matter": Name("service", "senior_pass")}


@pytest.mark.parametrize("yes", ["1", "要", "也记下来吧", "麻烦您了", "yes please"])
def test_a_yes_opens_a_ticket_of_its_own_with_a_promise_of_its_own(yes):
    phone = told_with(CARD)
    phone.presses("1") if yes == "1" else phone.says(yes)
    assert phone.hears() == ["promise", "promise.callback", "goodbye"]
    first, second = phone.did(OpenTicket)
    assert (second.department, second.service) == ("transport", "senior_pass")
    assert (second.recording, second.words) == ("rec1", "老年卡也丢了")
    assert (first.words, second.number) == (STORY, CALLER.number)


@pytest.mark.parametrize("no", ["2", "不用了", "不用记", "没有", "no"])
def test_a_no_is_a_no(no):
    phone = told_with(CARD)
    phone.presses("2") if no == "2" else phone.says(no)
    assert phone.hears() == ["goodbye"]
    assert (len(phone.did(OpenTicket)), phone.did(HandOver)) == (1, [])


def test_what_is_not_understood_is_left_to_a_person_and_the_call_goes_on():
    phone = told_with(CARD, DOCTOR)
    assert phone.tells("rec2", "那个呀什么呢").hears() == ["also.again"]
    assert phone.is_silent().hears() == ["also.unclear", "also"]
    [row] = phone.did(HandOver)
    assert (row.reason, row.recording, row.words) == (Reason.NOT_UNDERSTOOD, "rec1", CARD.words)
    phone.presses("1")
    assert phone.did(OpenTicket)[1].by_agent


def test_two_further_needs_at_most_are_asked_about():
    bills = Also(department="utilities", service="bills", words="水费也不对")
    phone = told_with(CARD, DOCTOR, bills).presses("1").presses("1")
    assert phone.hears() == ["promise", "promise.callback", "goodbye"]
    assert [one.service for one in phone.did(OpenTicket)[1:]] == ["senior_pass", "hospital_company"]


def test_zero_reaches_a_person_with_the_whole_story():
    phone = told_with(CARD).presses("0")
    assert phone.hears() == ["one-moment"]
    assert phone.did(HandOver)[0].words == STORY


def test_an_unknown_caller_says_once_who_they_are():
    phone = told_with(CARD, caller=Caller(call="c1"))
    phone.tells("rec2", "姓王").presses("1").tells("rec3", "六号楼").presses("1")
    phone.presses("01055550199").presses("1")
    assert phone.presses("1").hears() == ["promise", "promise.callback", "goodbye"]
    first, second = phone.did(NoteCaller)
    assert (second.name, second.place, second.number) == ("姓王", "六号楼", "01055550199")
    assert first == second


def test_the_same_need_is_not_offered_twice_nor_what_it_was_said_not_to_be():
    way = Way(department="utilities", service="water_supply", also=(CARD, CARD, DOCTOR))
    water = Also(department="utilities", service="water_supply", words="停水了")
    assert further(way) == (CARD, DOCTOR)
    assert further(replace(way, also=(water, CARD))) == (CARD,)
    nobodys = Way(choices=(LIFT, WATER), also=(water, CARD))
    assert further(nobodys) == (CARD,)


def test_a_call_that_breaks_off_between_two_needs_goes_on_there():
    phone = told_with(CARD, DOCTOR).presses("1")
    done = len(phone.done)
    again = play(answer_call(CALLER), Log.of(phone.entries), phone.perform)
    assert (again, len(phone.done)) == (phone.turn, done)
    assert phone.presses("2").hears() == ["goodbye"]
    assert len(phone.did(OpenTicket)) == 2


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path):
    """A house whose routing is unsure of the first need and hears a second one in the story."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("empty_postgresql_url")
    environ = {"HOTLINE_HOME": str(tmp_path), "HOME": str(tmp_path), "HOTLINE_DATABASE_URL": url}
    with open_house(Settings.read(environ), ears=ScriptedEars(())) as house:
        acts = {**house.exchange.acts, FindWay: _unsure}
        yield replace(house, exchange=replace(house.exchange, acts=acts))


def _unsure(_session, _command, _at):
    offered = [{"department": "property", "service": "lift_repair"},
               {"department": "utilities", "service": "water_supply"}]  # fmt: skip
    also = {"department": "transport", "service": "senior_pass", "words": CARD.words}
    return {"department": "property", "ask": "…?", "choices": offered, "also": [also]}


def typed(house, *answers):
    """A call at the keyboard; it is hung up when nothing more is answered."""
    call = answer_phone(house, line="keyboard", number=NUMBER)
    turn, left = call.turn(), list(answers)
    while isinstance(turn.then, Listen) and (left or turn.then.kind is Kind.KEY):
        silent = turn.then.kind is Kind.KEY
        said = "" if silent else left.pop(0)
        turn = call.turn(Heard(digits=said) if said.isdigit() else Heard(words=said))
    call.hang_up()
    return account_of(house, call.call)


def test_the_account_tells_the_question_and_both_tickets(house):
    account = typed(house, STORY, "2", "1", "", "", "", "", "1", "1")
    keys = [line["key"] for line in account["transcript"]]
    assert keys.index("which.two") < keys.index("right") < keys.index("also")
    said = next(line["text"] for line in account["transcript"] if line["key"] == "which.two")
    assert "修理电梯" in said
    assert account["ticket"]["service"] == "water_supply"
    assert [one["service"] for one in account["ticket"]["also"]] == ["senior_pass"]
    assert account["need"]["text"] == STORY


def test_who_hangs_up_before_the_second_need_leaves_it_to_a_person(house):
    account = typed(house, STORY, "2", "1")
    assert account["outcome"] == "ticket"
    with house.database.read() as session:
        [ticket] = session.scalars(select(Ticket)).all()
        [row] = waiting_now(session)
        assert (row.words, row.ticket_id, row.number) == (CARD.words, None, NUMBER)
        assert (ticket.department, ticket.words) == ("utilities", STORY)
