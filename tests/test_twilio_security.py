"""Who may ring our webhooks: only Twilio, as it signs; and what nobody should send does no harm."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from twilio.request_validator import RequestValidator

from ivr.calls import Call
from ivr.lines.twilio.account import Account, BadAccount
from ivr.lines.twilio.signatures import Signatures
from tests.house import NUMBER, house_in
from tests.twilio_side import ACCOUNT, PUBLIC, TOKEN, site

FORM = {
    "CallSid": "CA" + "1" * 32,
    "AccountSid": ACCOUNT.sid,
    "From": "+8613800000000",
    "Digits": "",
}
SHA256 = {"X-Twilio-Webhooks-Signature-Settings": "key=k1,algorithm=HMAC_SHA256"}


@pytest.fixture
def twilio(tmp_path):
    with house_in(tmp_path) as house, site(house) as one:
        yield one


def signed(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def calls(house) -> int:
    with house.database.read() as session:
        return int(session.query(Call).count())


def test_the_signature_that_twilio_documents_is_the_one_we_want():
    whole = f"{PUBLIC}/lines/twilio/voice" + "".join(key + FORM[key] for key in sorted(FORM))
    by_hand = base64.b64encode(
        hmac.new(TOKEN.encode(), whole.encode(), hashlib.sha1).digest()
    ).decode()
    assert Signatures(ACCOUNT).good("/lines/twilio/voice", {"X-Twilio-Signature": by_hand}, FORM)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "x",
        signed(f"{PUBLIC}/lines/twilio/voice", FORM, "another token"),
        signed("http://else/", FORM),
    ],
)
def test_a_request_that_twilio_has_not_signed_begins_no_call(twilio, signature, caplog):
    answer = twilio.client.post(
        "/lines/twilio/voice", data=FORM, headers={"X-Twilio-Signature": signature}
    )
    assert answer.status_code == 403
    assert calls(twilio.house) == 0
    assert "not signed" in caplog.text
    assert "13800000000" not in caplog.text


def test_a_changed_form_or_address_is_refused(twilio):
    url = f"{PUBLIC}/lines/twilio/voice"
    good = {"X-Twilio-Signature": signed(url, FORM)}
    for path, form in (
        ("/lines/twilio/voice", FORM | {"From": NUMBER}),
        ("/lines/twilio/voice", FORM | {"More": "1"}),
        ("/lines/twilio/voice?x=1", FORM),
        ("/lines/twilio/turn", FORM),
    ):
        assert twilio.client.post(path, data=form, headers=good).status_code == 403


def test_behind_a_proxy_the_public_address_counts_whatever_the_host_says(twilio):
    headers = {"X-Twilio-Signature": signed(f"{PUBLIC}/lines/twilio/voice", FORM)}
    for host in ("127.0.0.1:8000", "evil.example"):
        answer = twilio.client.post(
            "/lines/twilio/voice", data=FORM, headers=headers | {"Host": host}
        )
        assert answer.status_code == 200


def test_the_newer_signature_wants_the_signing_key_and_no_other():
    account = replace(ACCOUNT, signing_key="a shared key")
    url = f"{PUBLIC}/lines/twilio/status"
    signature = RequestValidator("a shared key").compute_signature(url, FORM, "HMAC_SHA256")
    with_token = RequestValidator(TOKEN).compute_signature(url, FORM, "HMAC_SHA256")
    good = Signatures(account).good
    assert good("/lines/twilio/status", SHA256 | {"X-Twilio-Signature": signature}, FORM)
    assert not good("/lines/twilio/status", SHA256 | {"X-Twilio-Signature": with_token}, FORM)
    assert not good("/lines/twilio/status", {"X-Twilio-Signature": signature}, FORM)
    assert not Signatures(ACCOUNT).good(
        "/lines/twilio/status", SHA256 | {"X-Twilio-Signature": signature}, FORM
    )


def test_json_is_believed_only_with_the_hash_of_its_very_text():
    body = json.dumps({"event": "call"})
    path = f"/lines/twilio/status?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    headers = {"X-Twilio-Signature": signed(PUBLIC + path, {})}
    assert Signatures(ACCOUNT).good(path, headers, body)
    assert not Signatures(ACCOUNT).good(path, headers, body + " ")
    bare = {"X-Twilio-Signature": signed(f"{PUBLIC}/lines/twilio/status", {})}
    assert not Signatures(ACCOUNT).good("/lines/twilio/status", bare, body)


def test_the_upgrade_to_a_socket_is_signed_as_wss():
    url = PUBLIC.replace("https", "wss") + "/lines/twilio/live"
    good = Signatures(ACCOUNT).good_socket
    assert good("/lines/twilio/live", {"x-twilio-signature": signed(url, {})})
    assert not good(
        "/lines/twilio/live", {"x-twilio-signature": signed(PUBLIC + "/lines/twilio/live", {})}
    )
    assert not good("/lines/twilio/live", {})


def test_a_call_of_another_account_is_rejected(twilio):
    answer = twilio.post("/voice", FORM | {"AccountSid": "AC" + "9" * 32})
    assert "<Reject" in answer.text
    assert calls(twilio.house) == 0


@pytest.mark.parametrize("call", ["", "nobody", "../..", "x" * 500])
def test_an_answer_to_a_call_nobody_knows_is_a_goodbye(twilio, call, caplog):
    answer = twilio.post(f"/turn?call={call}&seq=0&kind=story", {"Digits": "1"})
    assert (answer.status_code, "<Hangup" in answer.text) == (200, True)
    assert "nobody knows" in caplog.text
    assert (
        twilio.post("/status", {"CallSid": "CA" + "5" * 32, "CallStatus": "completed"}).status_code
        == 204
    )


@pytest.mark.parametrize(
    "query", ["seq=x", "seq=-1", "seq=99999999", "seq=3&kind=nonsense", "seq=0&wait=x"]
)
def test_an_address_that_makes_no_sense_does_no_harm(twilio, query):
    twilio.post("/voice", FORM)
    call = twilio.desk.call_of(FORM["CallSid"])
    assert twilio.post(f"/turn?call={call}&{query}", {"Digits": "77*#0"}).status_code in {200, 400}
    assert twilio.post(f"/turn?call={call}", {}).status_code == 200


@pytest.mark.parametrize("sid", ["", "CA", "RE" + "z" * 32, "RE" + "0" * 33, "../../etc"])
def test_a_recording_of_nobody_is_not_fetched(twilio, sid):
    twilio.post("/voice", FORM)
    call = twilio.desk.call_of(FORM["CallSid"])
    twilio.post(f"/turn?call={call}&seq=0&kind=story", {"RecordingSid": sid})
    twilio.post(
        f"/recording?call={call}&seq=0", {"RecordingSid": sid, "RecordingStatus": "completed"}
    )
    twilio.still()
    assert twilio.tapes.asked == []


@pytest.mark.parametrize("sid", ["", "CA1", "../../etc"])
def test_a_call_without_an_id_is_refused_and_its_caller_hears_an_apology(twilio, sid, caplog):
    form = {name: value for name, value in (FORM | {"CallSid": sid}).items() if value}
    assert twilio.post("/voice", form).status_code == 400
    assert twilio.post("/status", form).status_code == 400
    assert "/voice' is refused: Bad Request" in caplog.text
    assert "13800000000" not in caplog.text
    assert "<Play" in twilio.post("/fallback", form).text
    assert calls(twilio.house) == 0


def test_json_of_ten_megabytes_is_refused(twilio, caplog):
    answer = twilio.client.post("/lines/twilio/voice", json={"CallSid": "1" * 10_000_000})
    assert answer.status_code == 413
    assert "is refused: Request Entity Too Large" in caplog.text


def test_a_webhook_of_ten_megabytes_is_refused(twilio):
    assert twilio.post("/voice", FORM | {"From": "1" * 10_000_000}).status_code == 413


def test_an_address_of_a_sentence_cannot_be_made_up(twilio):
    twilio.post("/voice", FORM)
    call = twilio.desk.call_of(FORM["CallSid"])
    good = twilio.sounds_address()
    assert twilio.get(good).status_code == 200
    for bad in (
        good.replace("/p/", "/c/"),
        good[:-6] + "xx.wav",
        f"{PUBLIC}/lines/twilio/say/c/{call}.wav",
    ):
        assert twilio.get(bad).status_code == 404


def test_secrets_and_numbers_are_not_shown():
    shown = repr(ACCOUNT)
    assert TOKEN not in shown
    assert ACCOUNT.number not in shown


@pytest.mark.parametrize(
    ("environ", "public", "says"),
    [
        ({"SID": "AC1"}, PUBLIC, "32 hexadecimal"),
        ({"SID": ACCOUNT.sid}, PUBLIC, "TOKEN is missing"),
        ({"SID": ACCOUNT.sid, "TOKEN": "t"}, "http://hotline.example.org", "https"),
        ({"SID": ACCOUNT.sid, "TOKEN": "t"}, "", "https"),
    ],
)
def test_an_account_that_cannot_work_is_named(environ, public, says):
    with pytest.raises(BadAccount, match=says):
        Account.read({f"HOTLINE_TWILIO_{key}": value for key, value in environ.items()}, public)
