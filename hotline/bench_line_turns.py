"""Webhook turns a second beside a bare Flask view that reads and writes the same rows."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from hotline.house import House
from hotline.twilio_line import webhooks
from ivr.calls import Call, CallEntry
from ivr.dialogue import Heard
from ivr.lines.twilio.account import Account

CALLS = 60
TURNS = 2  #: answers of each call: silence, twice
ACCOUNT = Account(
    sid="AC" + "0" * 32,
    token="bench",  # noqa: S106
    public="https://bench.example",
    live=False,
)


def turn_rates(house: House) -> dict[str, Any]:
    hooks, close = webhooks(house, ACCOUNT)
    try:
        ours = _rate(hooks, _our_turns(hooks, house))
        bare = _rate(view := _bare_view(house), _bare_turns(hooks, house, view))
    finally:
        close()
    return {
        "turns_per_s": round(ours, 1),
        "bare_turns_per_s": round(bare, 1),
        "turns_ratio": round(ours / bare, 2),
    }


def _rate(app: Flask, requests: list[tuple[str, dict[str, str], dict[str, str]]]) -> float:
    client = app.test_client()
    begun = time.perf_counter()
    for path, form, headers in requests:
        answer = client.post(path, data=form, headers=headers)
        if answer.status_code != 200 or not answer.data.startswith(b"<?xml"):
            raise RuntimeError(f"{path}: {answer.status_code}")
    return len(requests) / (time.perf_counter() - begun)


def _begun(hooks: Flask, house: House, kind: str) -> list[str]:
    """Calls that have been answered and greeted."""
    client, calls = hooks.test_client(), []
    for number in range(CALLS):
        sid = f"CA{kind}{number:0{32 - len(kind)}x}"
        form = {"CallSid": sid, "AccountSid": ACCOUNT.sid}
        client.post("/lines/twilio/voice", data=form, headers=_signed("/lines/twilio/voice", form))
        calls.append(house.keyring.blind(f"twilio {sid}").hex()[:32])
    return calls


def _our_turns(hooks: Flask, house: House) -> list[Any]:
    return [
        (path, {}, _signed(path, {}))
        for call in _begun(hooks, house, "a")
        for seq in range(TURNS)
        if (path := f"/lines/twilio/turn?call={call}&seq={seq}&kind=story&silent=1")
    ]


def _bare_turns(hooks: Flask, house: House, _view: Flask) -> list[Any]:
    calls = _begun(hooks, house, "b")
    return [(f"/bare?call={call}&seq={seq}", {}, {}) for call in calls for seq in range(TURNS)]


def _signed(path: str, form: dict[str, str]) -> dict[str, str]:
    signature = RequestValidator(ACCOUNT.token).compute_signature(ACCOUNT.public + path, form)
    return {"X-Twilio-Signature": signature}


def _bare_view(house: House) -> Flask:
    """The call and its log are read twice, an entry is written, one sentence of XML comes back."""
    app = Flask("bare")
    silence = asdict(Heard())

    def turn() -> Response:
        call_id, seq = request.args["call"], int(request.args["seq"])
        with house.database.read() as session:
            list(session.get_one(Call, call_id).entries)
        with house.database.write() as session:
            call = session.get_one(Call, call_id)
            entry = CallEntry(
                seq=len(call.entries), key=f"need.1.{seq + 1}", heard=silence, at=house.now()
            )
            call.entries.append(entry)
        return Response('<?xml version="1.0" encoding="UTF-8"?><Response/>', mimetype="text/xml")

    view: Callable[[], Response] = turn
    app.add_url_rule("/bare", view_func=view, methods=["POST"])
    return app
