"""The telephone in the browser, without a browser: its calls, who may ring, and what a bad one can send."""

import logging
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from socket import gethostname

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hotline.account import account_of
from hotline.browser_line import rules_of
from hotline.demo import record_result, voice
from hotline.doctor_lines import examine_lines
from hotline.recover import mend
from hotline.settings import BadSetting, Settings
from hotline.zombies import end_zombies
from ivr.calls import Call
from ivr.lines.browser.door import Door, Refused, Rules, Visitor
from ivr.lines.browser.stream import BrowserStream
from ivr.lines.dialect import Nonsense
from ivr.lines.simulated import ScriptedCaller
from speech.audio import FRAME
from tests.browser_phone import opened, rest, says, told
from tests.house import NUMBER, house_in, ring
from tests.wire import Page, carry, token_for
from tickets.desk import take
from tickets.models import Ticket
from tickets.waiting import waiting_now

NEED = "我们这个单元的电梯又坏了"
SILENCE = b"\xff" * FRAME


def on_page(house):
    return token_for(house, number="", line="browser")


def endings(house):
    with house.database.read() as session:
        return [row.ending for row in session.scalars(select(Call).order_by(Call.started_at))]


def ended(house):
    """How each call ended, once the last has."""
    for _ in range(600):
        if all(found := endings(house)):
            break
        time.sleep(0.05)
    return found


# --- a call


def test_a_need_is_told_at_the_page_and_becomes_a_ticket(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = on_page(house)
        page = Page([voice("resident_need")], keys="1")
        page.starts(token)
        carry(house, page)
        account = account_of(house, call)
    assert account["outcome"] == "ticket"
    assert account["ticket"]["department"] == "property"
    assert page.closed == 1000


def test_a_question_may_be_talked_into_and_what_was_on_its_way_is_dropped(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = on_page(house)
        page = Page([None], keys="1", into={1: voice("resident_need")})
        page.starts(token)
        carry(house, page)
        assert account_of(house, call)["outcome"] == "ticket"
    assert "clear" in page.events


def test_four_times_too_fast_with_gaps_is_still_a_need(tmp_path):
    def in_bursts(page):
        page.speaks(voice("resident_need"))
        for _ in range(300):
            page.tick()

    with house_in(tmp_path, NEED) as house:
        call, token = on_page(house)
        page = Page([in_bursts], keys="1")
        page.starts(token)
        carry(house, page)
        assert account_of(house, call)["outcome"] == "ticket"


def test_captions_tell_what_is_said_and_what_was_understood(tmp_path):
    with house_in(tmp_path) as house, opened(house) as here, here.socket() as socket:
        says(socket, "start", token=here.token("?language=en"))
        now = [told(socket, "caption") for _ in range(3)]
        assert "hotline for older residents" in next(
            one["text"] for one in now if one["who"] == "hotline"
        )
        assert {one["text"] for one in now if one["who"] == "now"} <= {"thinking", "speaking"}
        says(socket, "dtmf", digit="0")
        assert told(socket, "clear")
        while told(socket, "caption")["who"] != "hotline":
            pass
        says(socket, "stop")
        rest(socket)
        assert ended(house) == ["human"]


# --- nobody is somebody here


def test_who_says_they_are_somebody_hears_nothing_of_that_persons_case(tmp_path):
    with house_in(tmp_path, NEED, NEED) as house:
        ring(house, ScriptedCaller(voice("resident_need"), keys="1"))
        with house.database.write() as session:
            ticket = session.scalars(select(Ticket)).one()
            take(session, ticket.id, by="property", at=house.now())
            number = ticket.id
        record_result(house, number, voice("result"))
        call, token = on_page(house)
        asked_who = [None, "1", None, None, None, None, None, f"{NUMBER}#"]
        page = Page([voice("resident_need"), *asked_who], keys="1")
        page.starts(token)
        carry(house, page)
        with house.database.read() as session:
            caller = session.get_one(Call, call).caller
            log = {row.key: row.heard["digits"] for row in session.get_one(Call, call).entries}
            assert session.get_one(Ticket, number).history[-1].kind == "Handled"
        assert account_of(house, call)["ticket"]["id"] != number
    assert (caller.resident, caller.number, caller.answers, caller.draft) == (None, "", (), None)
    assert log["number.1.1"] == NUMBER
    assert not any("told" in key or "gate" in key for key in log)


# --- who may ring

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def visitor(address="127.0.0.1", host="localhost:8000", origin="http://localhost:8000", **more):
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return Visitor(address, {"host": host, "origin": origin, **headers})


@pytest.mark.parametrize(
    ("who", "no"),
    [
        (visitor(), None),
        (visitor("::1", "[::1]:8000", "http://[::1]:8000"), None),
        (visitor("192.168.1.7"), "closed"),
        (visitor(host="hotline.example.org", origin="http://hotline.example.org"), "closed"),
        (visitor(x_forwarded_for="127.0.0.1"), "closed"),
        (visitor(forwarded="for=1.2.3.4"), "closed"),
        (visitor(host="", origin=""), "closed"),
        (visitor(origin="http://evil.example"), "foreign"),
        (visitor(origin="http://localhost:8001"), "foreign"),
        (visitor(origin="null"), "foreign"),
        (visitor(origin=""), "foreign"),
        (visitor(origin="http://[localhost:8000"), "foreign"),
    ],
)
def test_only_this_machine_and_our_own_page_unless_the_house_is_opened(who, no):
    assert Door(Rules()).ring(who, AT) == no


def test_a_house_that_is_open_to_the_public_takes_anybody_from_its_own_page():
    door = Door(Rules("public", "https://hotline.example.org"))
    assert door.ring(visitor("1.2.3.4", "10.0.0.1", "https://hotline.example.org"), AT) is None
    assert door.ring(visitor("1.2.3.4", "10.0.0.1", "https://else.example.org"), AT) == "foreign"


@pytest.mark.parametrize(
    ("environ", "opened"),
    [
        ({}, "local"),
        ({"HOTLINE_PUBLIC_URL": "https://hotline.example.org"}, "off"),
        ({"HOTLINE_PUBLIC_URL": "https://hotline.example.org", "HOTLINE_PHONE": "public"}, "public"),
        ({"HOTLINE_PHONE": "off"}, "off"),
    ],
)  # fmt: skip
def test_behind_a_proxy_the_phone_is_off_until_somebody_says_otherwise(environ, opened):
    assert rules_of(Settings.read(environ)).opened == opened


@pytest.mark.parametrize("environ", [{"HOTLINE_PHONE": "yes"}, {"HOTLINE_PHONE_AT_ONCE": "0"}])
def test_a_setting_that_means_nothing_is_named(environ):
    with pytest.raises(BadSetting, match=next(iter(environ))):
        rules_of(Settings.read(environ))


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, []),
        ({"HOTLINE_PHONE": "yes"}, ["bad"]),
        ({"HOTLINE_PHONE": "public"}, ["note"]),
        ({"HOTLINE_PHONE": "public", "HOTLINE_PUBLIC_URL": "https://h.example.org"}, ["ok"]),
    ],
)
def test_the_doctor_says_whom_the_phone_is_open_to(environ, says):
    found = examine_lines(Settings.read(environ))
    assert [one.state for one in found if one.what == "browser phone"] == says


def test_so_many_calls_an_hour_from_one_household():
    door = Door(Rules("public", an_hour=3))
    own = [visitor(f"2001:db8::{one}") for one in range(4)]
    assert [door.ring(one, AT) for one in own] == [None, None, None, Refused.OFTEN]
    assert door.ring(visitor("2001:db8:1::1"), AT) is None
    assert door.ring(own[0], AT + timedelta(hours=1)) is None


def test_so_many_at_once_and_half_of_them_from_one_household():
    door = Door(Rules("public", at_once=4))
    with door.socket(visitor("1.1.1.1")), door.socket(visitor("1.1.1.1")):
        with door.socket(visitor("1.1.1.1")) as no:
            assert no == "busy"
        with door.socket(visitor("2.2.2.2")), door.socket(visitor("3.3.3.3")):
            assert door.ring(visitor("4.4.4.4"), AT) == "busy"
    assert door.ring(visitor("1.1.1.1"), AT) is None


def test_the_page_and_its_calls_are_closed_together(tmp_path):
    with house_in(tmp_path, environ={"HOTLINE_PHONE": "off"}) as house, opened(house) as here:
        status, page = here.get("/phone")
        assert (status, "网页电话" in page) == (403, True)
        assert here.asks() == (403, {"no": "closed"})
        with pytest.raises(InvalidStatus), here.socket():
            pass
        assert endings(house) == []


def test_another_sites_page_can_neither_ask_nor_listen(tmp_path):
    with house_in(tmp_path) as house, opened(house) as here:
        assert here.get("/phone")[0] == 200
        assert here.asks(Origin="http://evil.example") == (403, {"no": "foreign"})
        with pytest.raises(InvalidStatus), here.socket(Origin="http://evil.example"):
            pass
        assert here.get("/phone/calls")[0] == 405
        assert endings(house) == []


def test_nothing_foreign_and_nothing_inline_is_on_the_page(tmp_path):
    with house_in(tmp_path) as house, opened(house) as here:
        page = here.get("/phone")[1]
    assert "http://" not in page.replace("http://localhost", "").replace("http://www.w3.org", "")
    assert "https://" not in page
    assert all(sign not in page for sign in ("<script>", "style=", "onclick"))
    assert page.count('class="key"') == 12


# --- what a bad one can send


@pytest.mark.parametrize(
    "rubbish",
    [
        "not json", "[]", "{}", "null", '{"event": 7}', '{"event": ["start"]}', '{"event": "start"}', "[" * 900,
        '{"event": "dtmf", "digit": "12"}', '{"event": "dtmf", "digit": ["1"]}', '{"event": "mark"}', "x" * 5000,
        b"\xff" * 16_001,
    ],
)  # fmt: skip
def test_rubbish_is_named_and_does_no_harm(rubbish):
    with pytest.raises(Nonsense, match=r"message|key|sound"):
        BrowserStream().decode(rubbish)


def test_ten_megabytes_end_the_socket_and_the_call_and_nothing_else(tmp_path, caplog):
    with house_in(tmp_path) as house, opened(house) as here:
        for big in ("x" * 10_000_000, b"\xff" * 10_000_000):
            with here.socket() as socket:
                says(socket, "start", token=here.token())
                told(socket, "caption")
                with suppress(ConnectionClosed):
                    socket.send(big)
                rest(socket)
        assert ended(house) == ["draft", "draft"]
        assert here.asks()[0] == 200


def test_a_token_opens_one_socket_and_a_wrong_one_none(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    with house_in(tmp_path) as house, opened(house) as here:
        token = here.token()
        with here.socket() as first, here.socket() as second, here.socket() as third:
            says(first, "start", token=token)
            told(first, "caption")
            says(second, "start", token=token)
            says(third, "start", token="x" * 32)
            for refused in (second, third):
                with pytest.raises(ConnectionClosed) as closed:
                    refused.recv(30)
                assert closed.value.rcvd
                assert closed.value.rcvd.code == 1008
            says(first, "stop")
            rest(first)
        assert ended(house) == ["draft"]
    assert caplog.text.count("had no good token") == 2


def test_sound_before_the_token_is_nobodys(tmp_path, caplog):
    with house_in(tmp_path) as house, opened(house) as here, here.socket() as socket:
        for _ in range(60):
            socket.send(SILENCE)
        with pytest.raises(ConnectionClosed):
            socket.recv(30)
        assert endings(house) == []
    assert "never said which call it is" in caplog.text


def test_a_storm_of_keys_and_rubbish_ends_one_call_once(tmp_path, caplog):
    with house_in(tmp_path) as house, opened(house) as here, here.socket() as socket:
        says(socket, "start", token=here.token())
        for digit in "59#*13" * 300:
            says(socket, "dtmf", digit=digit)
        for _ in range(200):
            socket.send("rubbish")
        rest(socket)
        assert ended(house) == ["draft"]
    assert "nothing but rubbish" in caplog.text


def test_a_flood_of_calls_without_a_word_is_nobodys_work_but_each_has_its_ending(tmp_path):
    with house_in(tmp_path) as house, opened(house) as here:
        for _ in range(5):
            with here.socket() as socket:
                says(socket, "start", token=here.token())
                told(socket, "caption")
                says(socket, "stop")
                rest(socket)
        assert ended(house) == ["draft"] * 5
        with house.database.read() as session:
            assert waiting_now(session) == []


def test_calls_that_nobody_came_to_leave_nothing_when_we_are_killed_but_a_talk_does(tmp_path):
    with house_in(tmp_path) as house, opened(house) as here:
        tokens = [here.token() for _ in range(4)]
        with here.socket() as socket:
            says(socket, "start", token=tokens[0])
            told(socket, "caption")
            with house.database.write() as session:
                session.execute(update(Call).values(process=f"{gethostname()}:99999999:0"))
            mend(house)
            with house.database.read() as session:
                assert len(waiting_now(session)) == 1
        assert endings(house) == ["draft"] * 4


def test_a_database_that_is_locked_is_told_as_a_busy_line(tmp_path, monkeypatch):
    def locked(*_args, **_more):
        raise OperationalError("BEGIN", None, Exception("database is locked"))

    monkeypatch.setattr("hotline.browser_line.answer_phone", locked)
    with house_in(tmp_path) as house, opened(house) as here:
        assert here.asks() == (503, {"no": "busy"})


def test_who_is_cut_off_in_mid_story_is_listened_to_also_without_a_number(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = on_page(house)

        def breaks_off(page):
            page.speaks(voice("resident_need"))
            page.breaks_in(4)

        page = Page([breaks_off])
        page.starts(token)
        carry(house, page)
        with house.database.read() as session:
            assert [one.call_id for one in waiting_now(session)] == [call]


def test_a_page_that_is_closed_and_one_that_never_opens_its_socket_get_their_ending(tmp_path):
    moment = [datetime(2026, 1, 5, 9, tzinfo=UTC)]
    with house_in(tmp_path, now=lambda: moment[0]) as house, opened(house) as here:
        with here.socket() as socket:
            says(socket, "start", token=here.token())
            told(socket, "caption")
            socket.socket.close()  # no goodbye
        assert ended(house) == ["draft"]
        here.token()
        moment[0] += timedelta(minutes=9)
        assert len(end_zombies(house, ())) == 1
        assert endings(house) == ["draft", "draft"]
