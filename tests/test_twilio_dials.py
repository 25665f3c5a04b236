"""Residents are rung through Twilio: placed once, looked up after a crash, each kind of no with its reason."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from hotline.dialling.dialler import Dialler
from hotline.twilio_line import attempt_of
from ivr.lines.provider import (
    COMPLETED,
    KeyRefused,
    Known,
    NumberRefused,
    Order,
    ProviderDown,
    Unsure,
)
from ivr.lines.twilio import rest
from ivr.lines.twilio.account import abroad
from ivr.lines.twilio.provider import Attempt, TwilioProvider
from ivr.lines.twilio.recordings import NotThere
from tests.house import result_waiting
from tests.twilio_api import complaints
from tests.twilio_exchange import AT, call, running
from tests.twilio_side import ACCOUNT, Caller, site
from tickets.callbacks import DialAttempt
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.policy import Miss

KEY = "k" * 32
TAPE = "RE" + "1" * 32


@pytest.fixture
def exchange():
    with running() as one:
        yield one
    assert one.complaints == []


@pytest.fixture
def account(exchange):
    return replace(ACCOUNT, api=f"http://127.0.0.1:{exchange.server_port}")


@pytest.fixture
def moment():
    return [AT]


@pytest.fixture
def provider(account, moment):
    written = {KEY: Attempt("13800000000", AT, AT + timedelta(minutes=2))}
    return TwilioProvider(account, written.get, lambda: moment[0])


ORDER = Order(key=KEY, number="13800000000", until=AT + timedelta(minutes=2))


def test_a_dial_carries_our_key_and_is_looked_up_by_its_number_and_time(provider, exchange):
    provider.place(ORDER)
    [made] = exchange.calls
    assert made["to"] == "+8613800000000"
    assert KEY in str(made["url"])
    assert provider.look_up(KEY).known is Known.UNDER_WAY


@pytest.mark.parametrize(
    ("method", "path", "form", "says"),
    [
        ("POST", "/Calls.json", {"To": "+1", "From": "+2", "Nonsense": "1"}, "no Nonsense"),
        ("POST", "/Calls.json", {"To": "+1", "From": "", "Url": "/turn"}, "From is missing"),
        ("POST", "/Calls.json", {"To": "+1", "From": "+2", "Url": "/turn"}, "Url="),
        ("POST", "/Calls.json", {"To": "+1", "From": "+2", "Timeout": "soon"}, "Timeout="),
        ("POST", f"/Calls/CA{'1' * 32}.json", {"Status": "over"}, "Status="),
        ("DELETE", "/Recordings/RE1.json", {}, "Sid="),
        ("DELETE", "/Calls.json", {}, "no DELETE"),
    ],
)
def test_the_double_objects_as_twilios_openapi_does(method, path, form, says):
    whole = f"/2010-04-01/Accounts/{ACCOUNT.sid}{path}"
    assert says in " ".join(complaints(method, whole, form=list(form.items())))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("busy", Miss.BUSY),
        ("no-answer", Miss.NO_ANSWER),
        ("failed", Miss.FAILED),
        ("completed", COMPLETED),
    ],
)
def test_each_end_has_its_reason(provider, exchange, status, outcome):
    exchange.calls.append(call("+8613800000000", status))
    fate = provider.look_up(KEY)
    assert (fate.known, fate.outcome) == (Known.ENDED, outcome)


def test_what_was_never_placed_is_known_only_when_it_cannot_be_any_more(provider, moment):
    assert provider.look_up(KEY).known is Known.UNKNOWN
    moment[0] += timedelta(minutes=3)
    assert provider.look_up(KEY).known is Known.NOT_PLACED
    assert provider.look_up("another key").known is Known.NOT_PLACED


def test_yesterdays_call_is_not_taken_for_todays(provider, exchange):
    exchange.calls.append(call("+8613800000000", "completed", at=AT - timedelta(days=1)))
    assert provider.look_up(KEY).known is Known.UNKNOWN


@pytest.mark.parametrize(
    ("code", "raised"),
    [(429, ProviderDown), (401, ProviderDown), (500, Unsure), (503, Unsure), (21211, NumberRefused),
     (21215, NumberRefused)],
)  # fmt: skip
def test_a_refusal_is_never_tried_again_by_itself_and_shows_no_number(
    provider, exchange, code, raised, caplog
):
    exchange.fails = [code]
    with pytest.raises(raised) as why:
        provider.place(ORDER)
    assert [how for how, _ in exchange.asked] == ["POST"]
    assert exchange.calls == []
    assert "13800000000" not in caplog.text + str(why.value)


def test_a_company_that_hangs_leaves_it_unsure_and_the_call_is_found(account, exchange, moment):
    written = {KEY: Attempt("13800000000", AT, AT + timedelta(minutes=2))}
    provider = TwilioProvider(account, written.get, lambda: moment[0], limit=0.2)
    exchange.hangs = 1.0
    with pytest.raises(Unsure):
        provider.place(ORDER)
    exchange.hangs = 0.0
    assert provider.look_up(KEY).known is Known.UNDER_WAY
    assert len(exchange.calls) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>busy</html>", b"null", b"[]"])
def test_an_answer_that_cannot_be_read_leaves_it_unsure_and_the_call_is_found(
    provider, exchange, body
):
    exchange.garbles = body
    with pytest.raises(Unsure):
        provider.place(ORDER)
    exchange.garbles = None
    assert provider.look_up(KEY).known is Known.UNDER_WAY
    assert len(exchange.calls) == 1


@pytest.mark.parametrize("code", [401, 429, 500, 503])
@pytest.mark.parametrize("ask", ["look_up", "hang_up"])
def test_a_company_that_cannot_say_now_is_asked_again_later(provider, exchange, moment, code, ask):
    exchange.fails = [code]
    moment[0] += timedelta(hours=1)  # else what is on no list would count as never placed
    with pytest.raises(ProviderDown):
        getattr(provider, ask)(KEY)


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]", b"<html>", b'{"calls": [7]}'])
def test_a_list_that_cannot_be_read_is_no_word_that_nobody_was_rung(
    provider, exchange, moment, body
):
    provider.place(ORDER)
    exchange.garbles = body
    moment[0] += timedelta(hours=1)
    with pytest.raises(ProviderDown):
        provider.look_up(KEY)


def test_a_list_that_never_comes_is_no_word_either(account, exchange, moment):
    written = {KEY: Attempt("13800000000", AT, AT + timedelta(minutes=2))}
    exchange.hangs = 1.0
    provider = TwilioProvider(account, written.get, lambda: moment[0], limit=0.2)
    with pytest.raises(ProviderDown):
        provider.look_up(KEY)


def test_an_error_in_their_newer_form_is_a_refusal_too(provider, exchange):
    told = {"type": "about:blank", "title": "Too Many Requests", "status": 429, "code": 20429}
    exchange.problem = told
    with pytest.raises(ProviderDown):
        provider.place(ORDER)


def test_where_nobody_listens_surely_nobody_was_rung(moment):
    nowhere = replace(ACCOUNT, api="http://127.0.0.1:9")
    provider = TwilioProvider(nowhere, lambda _key: None, lambda: moment[0])
    with pytest.raises(ProviderDown):
        provider.place(ORDER)


def test_it_is_not_dialled_when_somebody_else_decides_already(provider, exchange, moment):
    moment[0] += timedelta(minutes=2)
    with pytest.raises(KeyRefused):
        provider.place(ORDER)
    assert exchange.asked == []


def test_a_dial_that_nobody_wants_any_more_is_hung_up(provider, exchange):
    provider.place(ORDER)
    provider.hang_up(KEY)
    assert exchange.calls[0]["status"] == "completed"


def test_recordings_are_fetched_from_the_account_and_deleted_there(account, exchange):
    exchange.tapes[TAPE] = b"RIFF and so on"
    source = rest.RestRecordings(account)
    assert source.fetch(TAPE) == b"RIFF and so on"
    source.delete(TAPE)
    with pytest.raises(NotThere):
        source.fetch(TAPE)


@pytest.mark.parametrize("tape", [b"", b"<html>", b"{}"])
def test_a_page_instead_of_a_sound_is_fetched_again(account, exchange, tape):
    exchange.tapes[TAPE] = tape
    with pytest.raises(NotThere):
        rest.RestRecordings(account).fetch(TAPE)


def test_a_sound_that_breaks_off_is_fetched_again(account, exchange):
    exchange.tapes[TAPE], exchange.cut = b"RIFF and so on", 6
    with pytest.raises(NotThere):
        rest.RestRecordings(account).fetch(TAPE)


@pytest.mark.parametrize("code", [401, 429, 500])
def test_what_cannot_be_fetched_or_deleted_is_named(account, exchange, code, caplog):
    exchange.fails = [code, code]
    source = rest.RestRecordings(account)
    with pytest.raises(NotThere):
        source.fetch(TAPE)
    source.delete(TAPE)
    assert f"{TAPE} still lies with Twilio" in caplog.text


@pytest.mark.parametrize(
    ("number", "country", "dialled"),
    [("01055550101", "86", "+861055550101"), ("13800000000", "86", "+8613800000000"), ("14155550100", "1", "+14155550100"),
     ("447911123456", "86", "+447911123456"), ("+85221234567", "86", "+85221234567"), ("119", "86", "119")],
)  # fmt: skip
def test_numbers_get_the_code_of_their_country(number, country, dialled):
    assert abroad(number, country) == dialled


# --- the whole of a callback over Twilio


@pytest.fixture
def owed(tmp_path):
    with result_waiting(tmp_path) as house:
        yield house


def provider_for(house, exchange) -> TwilioProvider:
    account = replace(ACCOUNT, api=f"http://127.0.0.1:{exchange.server_port}")
    return TwilioProvider(account, lambda key: attempt_of(house, key), house.now)


def dialled(house, exchange) -> str:
    """The worker dials through Twilio; the key it was placed with."""
    dialler = Dialler(house, provider_for(house, exchange))
    dialler.dial(5)
    dialler.close()
    [made] = exchange.calls
    return parse_qs(urlsplit(str(made["url"])).query)["key"][0]


def status(house) -> Status:
    with house.database.read() as session:
        found: Status = session.get_one(Ticket, 1).status
        return found


def test_somebody_answers_presses_the_keys_and_the_need_is_closed(owed, exchange):
    key = dialled(owed, exchange)
    with site(owed) as twilio:
        caller = Caller(twilio, keys="1111")
        caller.ring(f"/answered?key={key}", {"AnsweredBy": "human"})
        twilio.post(f"/dialled?key={key}", {"CallStatus": "completed"})
        twilio.still()
    assert status(owed) is Status.SOLVED
    assert "RE" not in "".join(caller.heard)


@pytest.mark.parametrize(
    ("said", "reason"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")]
)
def test_how_a_dial_ends_is_kept_with_its_reason(owed, exchange, said, reason):
    key = dialled(owed, exchange)
    with site(owed) as twilio:
        for _ in range(3):
            twilio.post(f"/dialled?key={key}", {"CallStatus": said})
        twilio.still()
    with owed.database.read() as session:
        [attempt] = session.scalars(select(DialAttempt)).all()
        assert attempt.outcome == reason
    assert status(owed) is Status.HANDLED


def test_an_end_that_is_never_told_is_asked_for(owed, exchange):
    dialler = Dialler(owed, provider_for(owed, exchange))
    dialler.dial(5)
    dialler.close()
    [made] = exchange.calls  # whoever should tell us how it ended does not reach us
    exchange.calls = [call(str(made["to"]), "no-answer", at=owed.now())]
    for _ in range(8):
        owed.now.move(timedelta(minutes=1))
        dialler.renew()
        dialler.look_up()
    with owed.database.read() as session:
        [attempt] = session.scalars(select(DialAttempt)).all()
        assert (attempt.outcome, attempt.lease_until) == ("no_answer", None)
    assert len(exchange.calls) == 1


def test_a_machine_hears_nothing(owed, exchange):
    key = dialled(owed, exchange)
    with site(owed) as twilio:
        answer = twilio.post(f"/answered?key={key}", {"AnsweredBy": "machine_start"})
        assert "<Play" not in answer.text
    with owed.database.read() as session:
        assert session.scalars(select(DialAttempt)).one().outcome == "machine"


def test_a_dial_that_is_over_or_nobodys_is_hung_up(owed, exchange):
    key = dialled(owed, exchange)
    with site(owed) as twilio:
        twilio.post(f"/dialled?key={key}", {"CallStatus": "busy"})
        twilio.still()
        for one in (key, "nobodys", ""):
            assert "<Hangup" in twilio.post(f"/answered?key={one}", {}).text
