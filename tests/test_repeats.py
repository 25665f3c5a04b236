"""Have we heard it before? A yes keeps the need with its ticket; no, silence and anything unclear open a new one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.account import account_of
from hotline.house import open_house
from hotline.reception import answer_phone
from hotline.settings import Settings
from ivr.caller import Answer
from ivr.dialogue import Clip, Heard, Kind, Listen, Name
from ivr.intake import answer_call
from ivr.repeats import FindRepeats
from proxy_agents.residents import Resident
from routing.commands import FindWay
from speech.ears.scripted import ScriptedEars
from tests.golden.__main__ import BEFORE
from tests.phone import CALLER, Phone
from tickets import desk
from tickets.commands import HandOver, Judge, OpenTicket, Reason, Tell, TellAgain, Verdict
from tickets.models import Ticket
from tickets.waiting import waiting_now

WANG, LI, OTHER = "01055550101", "01055550102", "01055550103"


def again(caller=CALLER, **known):
    """A caller whose need sounds like a ticket that is known."""
    phone = Phone(answer_call, caller)
    phone.results[FindRepeats] = {"known": BEFORE | known}
    return phone.tells("rec1", "电梯还没修好").presses("1")


def test_they_hear_their_own_words_who_has_it_and_until_when():
    phone = again()
    assert phone.hears() == [
        "repeat.told",
        "callback.you-told-us",
        "repeat.promised",
        "repeat.same",
    ]
    assert phone.turn.spoken[1].values == {"recording": Clip("own")}
    assert phone.turn.spoken[2].values["department"] == Name("department", "property")


@pytest.mark.parametrize("yes", ["1", "对", "就是那个", "是同一件事", "yes the same thing"])
def test_a_yes_keeps_it_with_the_ticket_they_have(yes):
    phone = again()
    phone.presses("1") if yes == "1" else phone.says(yes)
    assert phone.hears() == ["repeat.added", "repeat.by", "promise.callback", "goodbye"]
    [command] = phone.did(TellAgain)
    assert (command.ticket, command.need.recording, phone.did(OpenTicket)) == (9, "rec1", [])


@pytest.mark.parametrize("no", ["2", "不是", "不是同一件事", "另一件", "something else"])
def test_a_no_opens_a_new_one(no):
    phone = again()
    phone.presses("2") if no == "2" else phone.says(no)
    assert phone.hears() == ["repeat.new", "promise", "promise.callback", "goodbye"]
    assert (phone.did(TellAgain), phone.did(OpenTicket)[0].joins) == ([], None)


def test_silence_and_words_that_are_no_answer_open_a_new_one():
    assert again().is_silent().hears() == ["repeat.same.again"]
    phone = again().is_silent().says("那个我昨天跟他们讲过好多次了呀")
    assert phone.hears()[0] == "repeat.new"
    assert len(phone.did(OpenTicket)) == 1


def test_a_late_one_goes_to_a_person():
    phone = again(state="late")
    assert "repeat.late" in phone.hears()
    assert phone.presses("1").hears() == ["repeat.added.late", "promise.callback", "goodbye"]


def test_what_is_dealt_with_is_told_and_judged_once_they_say_that_it_is_theirs():
    phone = again(state="handled", result="done")
    assert "callback.result" not in phone.hears()
    assert phone.presses("1").hears() == ["callback.result", "callback.verdict"]
    assert phone.presses("3").hears() == ["callback.not_solved", "goodbye"]
    [verdict], [told] = phone.did(Judge), phone.did(Tell)
    assert (verdict.verdict, verdict.why, told.ticket) == (Verdict.NOT_SOLVED, "rec1", 9)


def test_zero_in_the_middle_reaches_a_person_about_that_ticket():
    phone = again(state="handled", result="done").presses("1").presses("0")
    assert phone.hears() == ["one-moment"]
    assert phone.did(HandOver)[0].ticket == 9


def test_from_a_line_that_others_share_nothing_of_theirs_is_played():
    phone = again(private=False, recording=None)
    assert phone.hears()[0] == "repeat.told.line"
    assert "callback.you-told-us" not in phone.hears()


def test_a_neighbours_yes_is_a_ticket_that_goes_along():
    phone = again(own=False, private=False, recording=None)
    assert phone.hears() == ["repeat.neighbour", "repeat.promised", "repeat.same"]
    assert phone.presses("1").hears() == [
        "repeat.added",
        "repeat.by",
        "promise.callback",
        "goodbye",
    ]
    assert phone.did(OpenTicket)[0].joins == 9


def test_an_answer_they_would_not_hear_today_is_not_told_by_another_door():
    answer = Answer(ticket=9, recording="own", result="done", words="", told_on="2026-01-05")
    phone = Phone(answer_call, replace(CALLER, answers=(answer,)))
    phone.presses("1").presses("2").tells("rec1", "电梯坏了").presses("1")
    assert phone.did(FindRepeats)[0].offered == (9,)


@pytest.fixture
def clock(at):
    """Moved by hand."""
    return [at]


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path, clock):
    """A house with two neighbours, in which property mends the lift and nobody knows about anything else."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("empty_postgresql_url")
    environ = {"HOTLINE_HOME": str(tmp_path), "HOME": str(tmp_path), "HOTLINE_DATABASE_URL": url}
    with open_house(Settings.read(environ), ears=ScriptedEars(()), now=lambda: clock[0]) as house:
        acts = {**house.exchange.acts, FindWay: _way}
        lives(house, "王秀英", WANG, "幸福里3号楼2单元501")
        lives(house, "李雷", LI, "幸福里小区3号楼1单元101")
        lives(house, "赵敏", OTHER, "幸福里5号楼101")
        yield replace(house, exchange=replace(house.exchange, acts=acts))


def _way(_session, command, _at):
    lift = "电梯" in command.words
    return {"department": "property", "service": "lift_repair"} if lift else {"department": None}


def lives(house, name, number, address):
    with house.database.write() as session:
        resident = Resident(name=name, address=address, building="", added_at=house.now())
        resident.set_phone(house.keyring, number)
        session.add(resident)


def rings(house, number, *answers):
    """A call at the keyboard, hung up after the last answer; its account."""
    call = answer_phone(house, line="keyboard", number=number)
    turn, left = call.turn(), list(answers)
    while isinstance(turn.then, Listen) and (left or turn.then.kind is Kind.KEY):
        said = "" if turn.then.kind is Kind.KEY else left.pop(0)
        turn = call.turn(Heard(digits=said) if said.isdigit() else Heard(words=said))
    call.hang_up()
    return account_of(house, call.call)


def tickets(house):
    with house.database.read() as session:
        return {one.id: one for one in session.scalars(select(Ticket).order_by(Ticket.id))}


def heard(account):
    return [line["key"] for line in account["transcript"] if line["who"] == "hotline"]


def events(house, number):
    with house.database.read() as session:
        return [event.kind for event in session.get_one(Ticket, number).history]


def test_told_twice_it_is_one_ticket(house):
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    account = rings(house, WANG, "我们楼的电梯怎么还没修好", "1", "1")
    assert list(tickets(house)) == [1]
    assert events(house, 1) == ["Assigned", "Repeated"]
    assert (account["outcome"], account["ticket"]["id"]) == ("ticket", 1)
    assert "repeat.added" in heard(account)


def test_who_hangs_up_at_the_question_has_a_new_ticket(house):
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    account = rings(house, WANG, "电梯又停了", "1")
    assert list(tickets(house)) == [1, 2]
    assert (account["outcome"], account["ticket"]["id"]) == ("ticket", 2)


def test_another_need_is_not_asked_about(house):
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    account = rings(house, WANG, "想找人陪我去医院看眼睛", "1")
    assert "repeat.same" not in heard(account)


def test_a_neighbours_lift_is_one_lift_and_nothing_private_is_said(house):
    rings(house, WANG, "王秀英家这边电梯坏了，停在三楼", "1")
    account = rings(house, LI, "三号楼的电梯坏了，我下不去", "1", "1")
    said = "".join(line["text"] for line in account["transcript"] if line["who"] == "hotline")
    assert "王秀英" not in said
    assert "repeat.neighbour" in heard(account)
    assert (tickets(house)[2].status, tickets(house)[2].joined_to) == ("joined", 1)
    again = rings(house, LI, "电梯怎么还没修好啊", "1", "1")
    assert "repeat.told" in heard(again)
    assert events(house, 2)[-1] == "Repeated"


def test_the_lift_of_another_building_is_another_lift(house):
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    assert "repeat.same" not in heard(rings(house, OTHER, "电梯坏了，停在三楼", "1"))
    assert "repeat.neighbour" in heard(rings(house, OTHER, "三号楼的电梯坏了，停在三楼", "1"))


def test_an_old_one_is_not_spoken_of(house, clock):
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    clock[0] += timedelta(days=70)
    assert "repeat.same" not in heard(rings(house, WANG, "电梯坏了，停在三楼", "1"))


def test_a_late_one_brings_a_person(house, clock):
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    clock[0] += timedelta(days=2)
    account = rings(house, WANG, "电梯还是坏的", "1", "1")
    assert "repeat.added.late" in heard(account)
    with house.database.read() as session:
        assert [row.reason for row in waiting_now(session)] == [Reason.REPEATED]


def test_told_but_not_judged_it_is_judged_when_they_ring_again(house, at):
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    with house.database.write() as session:
        desk.take(session, 1, by="department:property", at=at)
        desk.handle(session, 1, by="department:property", at=at, result_words="换了零件")
        desk.tell(session, Tell(ticket=1, call=None), at=at)
    account = rings(house, WANG, "电梯怎么还是不动", "1", "1", "2")
    assert tickets(house)[1].status == "assigned"
    assert events(house, 1)[-3:] == ["Repeated", "FoundWanting", "Assigned"]
    assert "callback.half_solved" in heard(account)


def test_of_two_residents_who_share_a_line_none_hears_the_others_words(house):
    lives(house, "王强", WANG, "幸福里3号楼2单元501")
    rings(house, WANG, "电梯坏了，停在三楼", "1")
    account = rings(house, WANG, "电梯还没修", "1")
    assert "repeat.told.line" in heard(account)
    assert "callback.you-told-us" not in heard(account)


def test_an_unknown_caller_is_known_by_the_line_and_by_the_place_they_gave(house):
    rings(house, "01055550199", "电梯坏了，停在三楼", "1", "姓周", "1", "幸福里三号楼", "1", "1")
    assert "repeat.neighbour" in heard(rings(house, LI, "电梯坏了，停在三楼", "1"))
    account = rings(house, "01055550199", "电梯还没修", "1", "1")
    assert "repeat.told" in heard(account)
    assert "name" not in heard(account)
