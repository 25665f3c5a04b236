"""Media Streams by a client that is not ours (streamdouble, PyPI), against a hotline that really serves."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from hotline.demo import voice
from hotline.house import open_house
from hotline.recover import recover
from hotline.settings import Settings
from ivr.calls import Call, Ending
from speech.audio import write_wav
from tests.test_front import serving
from tests.test_twilio_security import signed
from tests.twilio_side import ACCOUNT, TOKEN
from tests.wire import Telephone, token_for
from tickets.waiting import waiting_now

TWILIO = {
    "HOTLINE_TWILIO_SID": ACCOUNT.sid,
    "HOTLINE_TWILIO_TOKEN": TOKEN,
    "HOTLINE_TWILIO_SIGNED_STREAMS": "no",
    "HOTLINE_PUBLIC_URL": "http://127.0.0.1:1",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def served(home):
    with serving(home, **TWILIO) as (port, process):
        yield port, process


def house_of(home: Path):
    environ = {"HOTLINE_HOME": str(home), "HOME": str(home), "HOTLINE_MODELS": str(home / "none")}
    return open_house(Settings.read(environ))


def streamdouble(port: int, token: str, audio: Path, *more: str) -> dict[str, object]:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("streamdouble")), "call", f"ws://127.0.0.1:{port}/lines/twilio/live",
         "--audio", str(audio), "--param", f"token={token}", "--json", *more],
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ},
    )  # fmt: skip
    told: dict[str, object] = json.loads(done.stdout)
    return told | {"code": done.returncode}


def test_a_foreign_client_hears_our_greeting_soon_and_finds_no_fault(served, home, tmp_path):
    port, _ = served
    write_wav(tmp_path / "need.wav", voice("resident_need")[:16000])
    with house_of(home) as house:
        call, token = token_for(house)
    told = streamdouble(port, token, tmp_path / "need.wav", "--max-first-audio-ms", "1500",
                        "--max-drain", "6", "--out", str(tmp_path / "heard.wav"))  # fmt: skip
    assert told["code"] == 0, told
    assert (tmp_path / "heard.wav").stat().st_size > 16_000
    with house_of(home) as house, house.database.read() as session:
        assert session.get_one(Call, call).ending is Ending.DRAFT


def test_killing_the_hotline_in_live_calls_leaves_each_with_an_ending_and_a_person_due(tmp_path):
    async def started(token: str) -> list[str]:
        phone = Telephone()
        phone.starts(token)
        phone.speaks(voice("resident_need"))
        for _ in range(900):
            phone.tick()
        return [one["text"] for one in phone.sent() if "text" in one]

    with serving(tmp_path, **TWILIO) as (port, process), ExitStack() as open_:
        with house_of(tmp_path) as house:
            begun = [token_for(house, number=f"0105555010{one}") for one in range(5)]
        url = f"ws://127.0.0.1:{port}/lines/twilio/live"
        sockets = [open_.enter_context(connect(url)) for _ in begun]
        for socket, (_, token) in zip(sockets, begun, strict=True):
            for message in asyncio.run(started(token)):
                socket.send(message)
        for socket in sockets:
            for _ in range(400):
                socket.recv(timeout=30)
        process.kill()
        process.wait(30)
    with house_of(tmp_path) as house:
        mended = recover(house)
        assert {one.call for one in mended} == {call for call, _ in begun}
        with house.database.read() as session:
            endings = [session.get_one(Call, call).ending for call, _ in begun]
            assert all(one in {Ending.DRAFT, Ending.TICKET, Ending.HUMAN} for one in endings)
            assert {row.call_id for row in waiting_now(session)} == {call for call, _ in begun}


def test_an_unsigned_socket_is_refused_where_signatures_are_wanted(tmp_path):
    signs = TWILIO | {"HOTLINE_TWILIO_SIGNED_STREAMS": ""}
    with serving(tmp_path, **signs) as (port, _):
        url = f"ws://127.0.0.1:{port}/lines/twilio/live"
        with pytest.raises(InvalidStatus), connect(url):
            pass
        good = {"X-Twilio-Signature": signed("ws://127.0.0.1:1/lines/twilio/live", {})}
        with connect(url, additional_headers=good) as socket:
            socket.send(json.dumps({"event": "connected"}))
