"""A worker dials through the shipped double: whoever answers hears the real dialogue; nobody is rung twice."""

import time
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hotline.demo import MovedClock
from hotline.dialling.dialler import Dialler
from hotline.dialling.events import DialEvents
from hotline.dialling.providers import NoProvider, provider_of
from hotline.process import is_alive, this_process
from hotline.reception import answer_phone
from hotline.settings import BadSetting
from hotline.worker import Worker
from ivr.lines.ledger import Ledger
from ivr.lines.provider import KeyRefused, Known, Order, ProviderDown
from ivr.lines.simulated import ScriptedCaller, SimulatedLine
from ivr.lines.simulated_provider import ByNumber, BySeed, SimulatedProvider, Turn
from tests.house import house_in
from tickets import desk
from tickets.callbacks import Callback, CallbackState, DialAttempt, NotOwed
from tickets.commands import OpenTicket
from tickets.lifecycle import Status
from tickets.models import Ticket

NUMBER = "13800000001"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def moved():
    return MovedClock.at_nine(ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def house(tmp_path, moved):
    """A house in which one resident is owed a result."""
    with house_in(tmp_path, now=moved) as house:
        owe_result(house)
        yield house


def owe_result(house, number=NUMBER):
    need = OpenTicket(call=None, resident=None, recording=None, words="lift", department="property",
                      service="lift_repair", number=number)  # fmt: skip
    with house.database.write() as session:
        ticket = desk.open_ticket(session, need, at=house.now(), by="test").number
        desk.take(session, ticket, by="p", at=house.now())
        desk.handle(session, ticket, by="p", at=house.now(), result_words="mended")


def provider_for(house, *turns, alive=is_alive, line="simulated", by_number=None, **facts):
    script = ByNumber.told({"*": turns or ["answers 11"], **(by_number or {})})
    ledger = Ledger(house.settings.home / "dials", house.keyring.blind)
    events = DialEvents(house, line)
    return SimulatedProvider(
        ledger, script, events, process=this_process(), alive=alive, **facts
    )  # fmt: skip


def works(house, provider, rounds=1, *, wait=True) -> Worker:
    """So many rounds, each until its lines are free again."""
    worker = Worker(house, provider)
    for _ in range(rounds):
        worker.round()
        while wait and in_use(house):
            time.sleep(0.02)
    worker.close()
    return worker


def in_use(house) -> bool:
    with house.database.read() as session:
        leased = DialAttempt.lease_until.is_not(None)
        return session.scalar(select(DialAttempt.id).where(leased)) is not None


def stands(house) -> tuple[Status, CallbackState, str | None]:
    with house.database.read() as session:
        callback = session.get_one(Callback, 1)
        return session.get_one(Ticket, 1).status, callback.state, callback.reason


def test_who_answers_hears_the_result_and_closes_the_need(house):
    provider = provider_for(house, "answers 111")
    works(house, provider)
    assert stands(house) == (Status.SOLVED, CallbackState.TOLD, "told")
    assert provider.ledger.dials_to(NUMBER) == 1


@pytest.mark.parametrize("behaviour", ["busy", "no_answer", "machine", "hangs_up", "wrong_person"])
def test_who_is_missed_is_owed_the_call_still(house, behaviour):
    works(house, provider_for(house, behaviour))
    status, state, _ = stands(house)
    assert (status, state) == (Status.HANDLED, CallbackState.OWED)


def test_who_is_busy_is_rung_again_after_five_minutes(house, moved):
    provider = provider_for(house, "busy", "answers 111")
    works(house, provider, rounds=2)
    assert provider.ledger.dials_to(NUMBER) == 1
    moved.move(5 * MINUTE)
    works(house, provider)
    assert stands(house)[0] is Status.SOLVED


def test_three_days_without_an_answer_and_the_telephone_is_left_alone(house, moved):
    provider = provider_for(house, "no_answer")
    for _ in range(4 * 24):
        works(house, provider)
        moved.move(HOUR)
    assert provider.ledger.dials_to(NUMBER) == 3
    assert stands(house)[1] is CallbackState.VISIT


def test_a_provider_that_is_down_costs_the_resident_nothing(house, moved):
    provider = provider_for(house, "down")
    works(house, provider)
    assert stands(house)[1:] == (CallbackState.OWED, "failed")
    assert provider.ledger.dials_to(NUMBER) == 0


def test_a_dial_whose_answer_got_lost_is_not_made_again(house, moved):
    provider = provider_for(house, "unsure 111")
    works(house, provider)
    moved.move(HOUR)
    works(house, provider)
    assert stands(house)[0] is Status.SOLVED
    assert provider.ledger.dials_to(NUMBER) == 1


def test_a_provider_that_hangs_keeps_nobody_else_waiting(house, moved):
    provider = provider_for(house, "hangs", patience=0.2)
    works(house, provider, wait=False)
    moved.move(3 * MINUTE)
    Dialler(house, provider).look_up()
    assert stands(house)[1:] == (CallbackState.OWED, "not_placed")


def test_a_dial_that_nobody_can_ever_explain_is_given_up_after_an_hour(house, moved):
    provider = provider_for(house, "lost")
    works(house, provider, wait=False)
    for _ in range(14):
        moved.move(6 * MINUTE)
        works(house, provider, wait=False)
    assert stands(house)[1:] == (CallbackState.OWED, "unclear")
    assert provider.ledger.dials_to(NUMBER) == 1


def test_a_slow_worker_that_wakes_up_late_cannot_dial_any_more(house, moved):
    """Claimed, then stopped; another looks the dial up and dials anew; the first wakes up and dials too."""
    provider = provider_for(house, "answers 111")
    slow = Dialler(house, provider)
    slow.close()  # its hands are tied: the dial is claimed and committed, and not made
    with pytest.raises(RuntimeError):
        slow.dial()
    with house.database.read() as session:
        late = session.get_one(DialAttempt, 1)
    moved.move(3 * MINUTE)
    works(house, provider, rounds=2)
    with pytest.raises(KeyRefused):
        provider.place(Order(key=late.key, number=NUMBER, until=house.now() + HOUR))
    assert provider.ledger.dials_to(NUMBER) == 1
    assert stands(house)[0] is Status.SOLVED


def test_a_worker_that_died_after_dialling_is_found_out_by_the_provider(house, moved):
    dead = provider_for(house, "no_answer", alive=lambda _process: False)
    dead._carry = lambda key, turn: None  # it dies before it hears how the dial ended
    works(house, dead, wait=False)
    moved.move(3 * MINUTE)
    works(house, dead)
    assert stands(house)[1:] == (CallbackState.OWED, "no_answer")
    assert dead.ledger.dials_to(NUMBER) == 1


def test_an_incoming_call_delivers_the_result_and_nobody_is_rung(house, moved):
    SimulatedLine(ScriptedCaller(keys="1")).carry(
        answer_phone(house, line="simulated", number=NUMBER)
    )
    provider = provider_for(house, "answers 111")
    works(house, provider)
    assert stands(house)[1] is CallbackState.TOLD
    assert provider.ledger.dials_to(NUMBER) == 0


def test_who_rings_us_while_the_dial_rings_hears_it_and_the_dial_is_hung_up(house):
    """The telephone rings at home while they are telling us from a neighbour's."""
    provider = provider_for(house, "lost")
    worker = Worker(house, provider)
    worker.round()
    with house.database.read() as session:
        key = session.get_one(DialAttempt, 1).key
    while key not in provider.ledger.refresh().dials:
        time.sleep(0.01)
    SimulatedLine(ScriptedCaller(keys="1")).carry(
        answer_phone(house, line="simulated", number=NUMBER)
    )
    worker.dialler._carried[key] = house.now()
    worker.dialler.renew()
    assert provider.ledger.refresh().dials[key].outcome == "hung_up"
    with pytest.raises(NotOwed):
        DialEvents(house, "simulated").answered(key)  # somebody picks it up after all
    worker.close()


def test_who_is_on_the_line_with_us_is_not_rung(house):
    answer_phone(house, line="simulated", number=NUMBER)
    provider = provider_for(house, "answers 111")
    works(house, provider)
    assert stands(house)[1:] == (CallbackState.OWED, None)
    assert provider.ledger.dials_to(NUMBER) == 0


def test_without_a_provider_nobody_is_dialled_and_the_clocks_still_run(house):
    worker = works(house, NoProvider())
    assert stands(house)[1:] == (CallbackState.OWED, None)
    assert worker.next_due() is not None


def test_a_chore_that_fails_keeps_no_other_from_its_work(house):
    def broken():
        raise OSError("the disk is full")

    worker = Worker(house, provider_for(house, "busy"), chores={"break": broken})
    done = worker.round()
    assert (done.failed, done.did["dialled"]) == (["break"], 1)
    worker.close()


def test_what_a_worker_reports_names_nobody(house, caplog):
    worker = Worker(house, provider_for(house, "down"))
    said = str(worker.round())
    worker.close()
    assert said == "dialled 1"
    assert NUMBER not in caplog.text


def test_an_unknown_provider_is_refused_with_a_sentence(tmp_path):
    with house_in(tmp_path) as house:
        other = replace(house, settings=replace(house.settings, provider="carrier pigeon"))
        with pytest.raises(BadSetting, match="carrier pigeon"):
            provider_of(other)


# --- the ledger


def test_a_ledger_counts_across_processes_and_survives_a_torn_line(tmp_path, keyring):
    first = Ledger(tmp_path / "dials", keyring.blind)
    first.place("k1", NUMBER, "p", lambda _times: "busy")
    with (tmp_path / "dials").open("ab") as file:
        file.write(b'{"placed": "k2", "numb')
    second = Ledger(tmp_path / "dials", keyring.blind)
    second.place("k3", NUMBER, "p", lambda times: f"{times} before")
    assert second.dials["k3"].will == "1 before"
    assert first.dials_to(NUMBER) == 2
    assert NUMBER not in (tmp_path / "dials").read_text()


def test_a_key_that_was_looked_up_before_it_was_dialled_is_refused_for_ever(house):
    provider = provider_for(house, "answers")
    assert provider.look_up("k1").known is Known.NOT_PLACED
    with pytest.raises(KeyRefused):
        provider.place(Order(key="k1", number=NUMBER, until=house.now()))


def test_chance_is_the_same_for_the_same_seed():
    one, other = (BySeed(seed, {"busy": 1, "no_answer": 1, "answers 111": 2}) for seed in (1, 2))
    turns = [one.turn(NUMBER, n) for n in range(20)]
    assert turns == [one.turn(NUMBER, n) for n in range(20)]
    assert turns != [other.turn(NUMBER, n) for n in range(20)]


def test_a_script_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="asleep"):
        ByNumber.of('13800000001 = ["asleep"]')


def test_nobody_is_told_that_a_call_was_placed_where_there_is_no_provider():
    with pytest.raises(ProviderDown, match="HOTLINE_PROVIDER"):
        NoProvider().place(Order(key="k", number=NUMBER, until=None))  # type: ignore[arg-type]


def test_a_script_of_numbers_takes_one_text_and_names_what_may_happen():
    assert ByNumber.of('"13800000000" = "busy"').turn("13800000000", 3) == Turn.of("busy")
    with pytest.raises(ValueError, match="'told' is none of: answers, wrong_person"):
        ByNumber.of('"13800000000" = ["told"]')
