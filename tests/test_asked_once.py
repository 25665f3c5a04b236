"""What is asked beside the need: where it is, when that is not at home, and the one thing worth asking."""

import pytest

from hotline.account import account_of
from hotline.reception import answer_phone
from ivr.dialogue import Heard, Kind, Listen
from ivr.intake import answer_call
from proxy_agents.residents import Resident
from tests.house import NUMBER, house_in
from tests.phone import Phone
from tickets.commands import HandOver, NoteAnswer, OpenTicket
from tickets.models import Ticket

LIFT = {"department": "property", "service": "lift_repair"}
GARDEN = {"estate": "胜利花园", "building": "5", "text": "胜利花园五号楼"}


def ring(**way):
    phone = Phone(answer_call)
    phone.ways["电梯坏了"] = LIFT | way
    return phone.tells("rec1", "电梯坏了").presses("1")


def test_a_place_that_is_not_their_own_is_confirmed():
    phone = ring(place=GARDEN, elsewhere=True)
    assert phone.hears() == ["elsewhere"]
    phone.presses("1")
    [need] = phone.did(OpenTicket)
    assert (need.place, need.place_recording) == ("胜利花园五号楼", None)


def test_a_place_that_was_misheard_is_told_once_more_in_their_own_voice():
    phone = ring(place=GARDEN, elsewhere=True).presses("2")
    assert phone.hears() == ["where"]
    phone.tells("rec2", "胜利家园五号楼")
    [need] = phone.did(OpenTicket)
    assert (need.place, need.place_recording) == ("胜利家园五号楼", "rec2")


def test_who_says_nothing_about_the_place_loses_nothing():
    phone = ring(place=GARDEN, elsewhere=True).is_silent().is_silent()
    assert phone.did(OpenTicket)[0].place == "胜利花园五号楼"


def test_their_own_place_is_not_asked_about():
    assert ring(place=GARDEN | {"estate": None, "street": None}).did(OpenTicket)[0].place == ""
    assert ring().did(OpenTicket)[0].place == ""


def test_the_one_thing_worth_asking_is_asked_once_and_its_answer_noted():
    phone = ring(extra=True)
    assert phone.hears() == ["extra"]
    phone.tells("rec2", "里面没有人")
    assert phone.did(NoteAnswer) == [NoteAnswer(ticket=41, recording="rec2", words="里面没有人")]
    assert "promise" in phone.hears()


def test_nobody_has_to_answer():
    phone = ring(extra=True).is_silent()
    assert phone.did(NoteAnswer) == []
    assert "promise" in phone.hears()


def test_a_danger_in_the_answer_is_heeded():
    phone = ring(extra=True)
    danger = {"kind": "trapped", "certain": True, "number": "119"}
    phone.ways["有人困在里面"] = {"department": None, "danger": danger}
    phone.tells("rec2", "有人困在里面")
    assert phone.did(NoteAnswer)
    assert phone.did(HandOver)[0].danger == "trapped"


@pytest.fixture
def house(tmp_path, at):
    (tmp_path / "places.toml").write_text(
        '[[place]]\nname = "和平里"\n[[place]]\nname = "胜利花园"\n', "utf-8"
    )
    with house_in(tmp_path, now=lambda: at) as house:
        with house.database.write() as session:
            resident = Resident(
                name="王秀英", address="和平里3号楼2单元501", building="3号楼", added_at=at
            )
            resident.set_phone(house.keyring, NUMBER)
            session.add(resident)
        yield house


def typed(house, *answers):
    call = answer_phone(house, line="keyboard", number=NUMBER)
    turn, left = call.turn(), list(answers)
    while isinstance(turn.then, Listen) and (left or turn.then.kind is Kind.KEY):
        said = "" if turn.then.kind is Kind.KEY else left.pop(0)
        turn = call.turn(Heard(digits=said) if said.isdigit() else Heard(words=said))
    call.hang_up()
    return account_of(house, call.call)


def test_in_a_real_call_both_travel_with_the_ticket(house):
    account = typed(house, "胜利花园五号楼的楼道灯不亮", "1", "1", "第三层")
    keys = [line["key"] for line in account["transcript"] if line["who"] == "hotline"]
    assert keys[2:5] == ["right", "elsewhere", "extra"]
    with house.database.read() as session:
        ticket = session.get_one(Ticket, account["ticket"]["id"])
        assert (ticket.place, ticket.answer) == ("胜利花园五号楼", "第三层")


def test_at_home_and_with_everything_said_nothing_more_is_asked(house):
    account = typed(house, "和平里三号楼，三楼的楼道灯不亮", "1")
    keys = {line["key"] for line in account["transcript"]}
    assert not keys & {"elsewhere", "extra"}
    assert account["outcome"] == "ticket"
