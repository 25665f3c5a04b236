"""Residents are rung through Twilio: placed once, looked up after a crash, each kind of no with its reason."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hotline.demo import MovedClock, record_result, voice
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
from ivr.lines.simulated import ScriptedCaller
from ivr.lines.twilio import rest
from ivr.lines.twilio.account import abroad
from ivr.lines.twilio.provider import Attempt, TwilioProvider
from ivr.lines.twilio.recordings import NotThere
from tests.house import house_in, ring
from tests.twilio_side import ACCOUNT, Caller, site
from tickets.callbacks import DialAttempt
from tickets.desk import take
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.policy import Miss

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
KEY = "k" * 32


class Exchange(ThreadingHTTPServer):
    """Twilio's REST API for calls and recordings, as little of it as we use."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.calls: list[dict[str, object]] = []
        self.asked: list[tuple[str, str]] = []
        self.fails: list[int] = []  #: what the next requests are answered with
        self.hangs = 0.0
        self.tapes: dict[str, bytes] = {}


class _Answers(BaseHTTPRequestHandler):
    server: Exchange

    def do_POST(self) -> None:
        form = {
            k: v[0]
            for k, v in parse_qs(
                self.rfile.read(int(self.headers["Content-Length"])).decode()
            ).items()
        }
        self._note()
        if self._failed():
            return
        found = [one for one in self.server.calls if f"{one['sid']}.json" in self.path]
        if found:
            found[0]["status"] = form["Status"]
        else:
            found = [call(form["To"], "queued", number=len(self.server.calls), url=form["Url"])]
            self.server.calls += found
        time.sleep(self.server.hangs)
        self._say(200 if "Status" in form else 201, found[0])

    def do_GET(self) -> None:
        self._note()
        if self._failed():
            return
        place = urlsplit(self.path)
        sid = place.path.rpartition("/")[2].removesuffix(".wav")
        if sid in self.server.tapes:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.server.tapes[sid])
            return
        if "Recordings" in place.path:
            self._say(404, {"code": 20404, "message": "no", "status": 404})
            return
        to = parse_qs(place.query)["To"][0]
        self._say(
            200,
            {"calls": [one for one in self.server.calls if one["to"] == to], "next_page_uri": None},
        )

    def do_DELETE(self) -> None:
        self._note()
        self.server.tapes.pop(self.path.rpartition("/")[2].removesuffix(".json"), None)
        self.send_response(204)
        self.end_headers()

    def _note(self) -> None:
        self.server.asked.append((self.command, urlsplit(self.path).path))

    def _failed(self) -> bool:
        if not self.server.fails:
            return False
        code = self.server.fails.pop(0)
        status = code if code < 1000 else 400
        self._say(status, {"code": code, "message": "to +8613800000000: no", "status": status})
        return True

    def _say(self, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


def call(
    to: str, status: str, *, number: int = 0, at: datetime = AT, url: str = ""
) -> dict[str, object]:
    made = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    return {
        "sid": f"CA{number:032x}", "to": to, "from": ACCOUNT.number, "status": status, "url": url,
        "direction": "outbound-api", "date_created": made, "date_updated": made, "account_sid": ACCOUNT.sid,
        "start_time": None, "end_time": None, "duration": None, "price": None, "subresource_uris": {},
    }  # fmt: skip


@contextmanager
def running():
    server = Exchange()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def exchange():
    with running() as one:
        yield one


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
    exchange.tapes["RE1"] = b"RIFF"
    source = rest.RestRecordings(account)
    assert source.fetch("RE1") == b"RIFF"
    source.delete("RE1")
    with pytest.raises(NotThere):
        source.fetch("RE1")


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
    """A house where a result waits to be told, at nine in the morning."""
    moved = MovedClock.at_nine(ZoneInfo("Asia/Shanghai"))
    with house_in(tmp_path, "我们这个单元的电梯又坏了", now=moved) as house:
        told, _, _ = ring(house, ScriptedCaller(voice("resident_need"), keys="1"))
        with house.database.write() as session:
            take(session, told["ticket"]["id"], by="mechanic", at=house.now())
        record_result(house, told["ticket"]["id"], voice("result"))
        yield house


def dialled(house, exchange) -> str:
    """The worker dials through Twilio; the key it was placed with."""
    account = replace(ACCOUNT, api=f"http://127.0.0.1:{exchange.server_port}")
    provider = TwilioProvider(account, lambda key: attempt_of(house, key), house.now)
    dialler = Dialler(house, provider)
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
