"""Calls over a socket: the same conversation as over the simulated line, in the words of a real one."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.account import account_of
from hotline.demo import voice
from ivr.calls import Call
from speech.audio import RATE
from tests.house import house_in, seconds_kept
from tests.wire import Telephone, carry, token_for

NEED = "我们这个单元的电梯又坏了"


def outcome(house, call):
    return account_of(house, call)["outcome"]


def test_a_need_is_told_over_a_socket_and_becomes_a_ticket(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house)
        phone = Telephone([voice("resident_need")], keys="1")
        phone.starts(token)
        carry(house, phone)
        account = account_of(house, call)
    assert account["outcome"] == "ticket"
    assert account["ticket"]["department"] == "property"
    assert phone.closed == 1000


def test_a_caller_who_hangs_up_while_telling_leaves_a_draft(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house)
        phone = Telephone([lambda it: (it.speaks(voice("resident_need")), it.hangs_up())])
        phone.starts(token)
        carry(house, phone)
        assert outcome(house, call) == "draft"


def test_a_question_may_be_talked_into_and_then_we_are_quiet(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house)
        phone = Telephone([None], keys="1", into={1: voice("resident_need")})  # need.again
        phone.starts(token)
        carry(house, phone)
        account = account_of(house, call)
    assert account["outcome"] == "ticket"
    assert account["recording"]["seconds"] > len(voice("resident_need")) / RATE
    clear = phone.events.index("clear")
    assert (
        50 < phone.events[:clear][::-1].index("mark") < 50 + 75
    )  # frames of need.again: 1 s, and 1.5 s


def test_the_greeting_is_said_whatever_noise_there_is(tmp_path):
    with house_in(tmp_path, NEED) as house:
        _, token = token_for(house)
        phone = Telephone([lambda it: it.hangs_up()], into={0: voice("resident_need")[: 6 * RATE]})
        phone.starts(token)
        carry(house, phone)
    assert "clear" not in phone.events
    assert phone.events.count("mark") == 1


def test_zero_reaches_a_person_in_the_middle_of_the_greeting(tmp_path):
    with house_in(tmp_path) as house:
        call, token = token_for(house)
        phone = Telephone()
        phone.starts(token)
        for _ in range(100):
            phone.tick()
        phone.presses("0")
        carry(house, phone)
        assert outcome(house, call) == "human"
    assert "clear" in phone.events


def test_a_socket_that_breaks_leaves_the_call_to_the_webhooks_and_keeps_what_was_said(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house)

        def breaks_off(phone):
            phone.speaks(voice("resident_need"))
            phone.breaks_in(5.0)

        phone = Telephone([breaks_off])
        phone.starts(token)
        carry(house, phone, hold=True)
        with house.database.read() as session:
            assert session.get_one(Call, call).ended_at is None
        assert seconds_kept(house, call) > 5.0


def test_the_same_socket_that_nobody_carries_on_gives_the_call_its_ending(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house)
        phone = Telephone([lambda it: (it.speaks(voice("resident_need")), it.breaks_in(5.0))])
        phone.starts(token)
        carry(house, phone)
        assert outcome(house, call) == "draft"


def test_a_line_that_falls_silent_is_given_up(tmp_path):
    with house_in(tmp_path) as house:
        call, token = token_for(house)
        phone = Telephone(silent_after=100)
        phone.starts(token)
        carry(house, phone)
        assert outcome(house, call) == "draft"
        assert phone.ticks < 100 + 35 * 50


# --- who may come in


def refused(phone):
    return phone.closed == 1008 and not phone.heard


def test_a_token_works_once(tmp_path):
    with house_in(tmp_path) as house:
        _, token = token_for(house)
        phone, again = Telephone([lambda it: it.hangs_up()]), Telephone()
        for one in (phone, again):
            one.starts(token)
            carry(house, one)
    assert not refused(phone)
    assert refused(again)


def test_a_token_is_good_for_two_minutes(tmp_path):
    moment = [datetime(2026, 1, 5, 9, tzinfo=UTC)]
    with house_in(tmp_path, now=lambda: moment[0]) as house:
        _, token = token_for(house)
        moment[0] += timedelta(minutes=2)
        phone = Telephone()
        phone.starts(token)
        carry(house, phone)
    assert refused(phone)


@pytest.mark.parametrize("token", ["", "x" * 10_000, "\ud800"])
def test_a_token_of_nobody_opens_nothing(tmp_path, token):
    with house_in(tmp_path) as house:
        phone = Telephone()
        phone.starts(token)
        carry(house, phone)
    assert refused(phone)


def test_a_token_of_another_line_opens_nothing(tmp_path):
    with house_in(tmp_path) as house:
        _, token = token_for(house, line="browser")
        phone = Telephone()
        phone.starts(token)
        carry(house, phone)
    assert refused(phone)


def test_a_stream_that_starts_with_sound_is_not_listened_to(tmp_path):
    with house_in(tmp_path) as house:
        phone = Telephone()
        for _ in range(60):
            phone.tick()
        carry(house, phone)
    assert refused(phone)


@pytest.mark.parametrize(
    "rubbish",
    [
        "not json", "[]", "{}", "null", '{"event": 7}', '{"event": ["start"]}', '{"event": "media"}',
        '{"event": "media", "media": {"payload": "%%%"}}', '{"event": "media", "media": {"payload": 5}}',
        '{"event": "media", "media": {"payload": "AAAA", "timestamp": "soon"}}', "[" * 50_000,
        '{"event": "dtmf", "dtmf": {"digit": "12"}}', '{"event": "mark"}', '{"event": "start"}',
    ],
)  # fmt: skip
def test_rubbish_in_a_stream_does_no_harm(tmp_path, rubbish):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house)
        phone = Telephone([voice("resident_need")], keys="1")
        phone.says(rubbish)
        phone.starts(token)
        for _ in range(20):
            phone.says(rubbish)
        carry(house, phone)
        assert outcome(house, call) == "ticket"


def test_nothing_but_rubbish_is_hung_up(tmp_path):
    with house_in(tmp_path) as house:
        call, token = token_for(house)
        phone = Telephone()
        phone.starts(token)
        for _ in range(200):
            phone.says("rubbish")
        carry(house, phone)
        assert outcome(house, call) == "draft"


def test_a_storm_of_keys_is_one_answer(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house)
        phone = Telephone([lambda it: [it.presses(digit) for digit in "59#*13" * 500]])
        phone.starts(token)
        phone.script.append(lambda it: it.hangs_up())
        carry(house, phone)
        assert outcome(house, call) == "draft"
