"""Twilio's REST API for calls and recordings, as little of it as we use; every request is held against its OpenAPI."""

import json
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.twilio_api import complaints
from tests.twilio_side import ACCOUNT

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Exchange(ThreadingHTTPServer):
    """Twilio's REST API for calls and recordings, as little of it as we use."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.calls: list[dict[str, object]] = []
        self.asked: list[tuple[str, str]] = []
        self.fails: list[int] = []  #: what the next requests are answered with
        self.hangs = 0.0
        self.tapes: dict[str, bytes] = {}
        self.garbles: bytes | None = None  #: what is done is answered with this
        self.problem: dict[str, object] | None = None  #: an error in the form of RFC 9457
        self.cut: int | None = None  #: bytes of a recording after which the line breaks
        self.complaints: list[str] = []  #: what Twilio's OpenAPI has against the requests


class _Answers(BaseHTTPRequestHandler):
    server: Exchange

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = parse_qsl(sent, keep_blank_values=True)
        form = dict(fields)
        self._note(fields)
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
            self._sound(self.server.tapes[sid])
            return
        if "Recordings" in place.path:
            self._say(404, {"code": 20404, "message": "no", "status": 404})
            return
        time.sleep(self.server.hangs)
        to = parse_qs(place.query)["To"][0]
        self._say(
            200,
            {"calls": [one for one in self.server.calls if one["to"] == to], "next_page_uri": None},
        )

    def do_DELETE(self) -> None:
        self._note()
        if self._failed():
            return
        self.server.tapes.pop(self.path.rpartition("/")[2].removesuffix(".json"), None)
        self.send_response(204)
        self.end_headers()

    def _note(self, form: list[tuple[str, str]] | None = None) -> None:
        place = urlsplit(self.path)
        self.server.asked.append((self.command, place.path))
        query = parse_qsl(place.query, keep_blank_values=True)
        self.server.complaints += complaints(self.command, place.path, query, form)

    def _failed(self) -> bool:
        if self.server.problem is not None:
            self._say(429, self.server.problem)
            return True
        if not self.server.fails:
            return False
        code = self.server.fails.pop(0)
        status = code if code < 1000 else 400
        self._say(status, {"code": code, "message": "to +8613800000000: no", "status": status})
        return True

    def _say(self, status: int, data: object) -> None:
        garbled = self.server.garbles
        self._answer(status, json.dumps(data).encode() if garbled is None else garbled)

    def _sound(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: self.server.cut])

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(ConnectionError):  # who asked has waited long enough
            super().handle()

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
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
