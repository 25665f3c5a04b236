"""Whole calls over Twilio, turn by turn: its double rings our webhooks and does what the TwiML says."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from hotline.account import account_of
from hotline.demo import voice
from hotline.twilio_line import HouseDesk
from ivr.calls import Call, Ending
from speech.audio import silence
from tests.house import house_in, seconds_kept
from tests.twilio_side import ACCOUNT, Caller, Tapes, site
from tickets.callbacks import Callback
from tickets.models import Ticket
from tickets.waiting import waiting_now

NEED = "我们这个单元的电梯又坏了"


def tickets(house) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def account(house, caller):
    return account_of(house, HouseDesk(house).call_of(caller.sid))


def ending(house, caller):
    with house.database.read() as session:
        return session.get_one(Call, HouseDesk(house).call_of(caller.sid)).ending


def test_a_need_is_told_turn_by_turn_and_becomes_a_ticket(tmp_path):
    with house_in(tmp_path, NEED) as house, site(house) as twilio:
        caller = Caller(twilio, voice("resident_need"), keys="1").ring()
        twilio.still()
        told = account(house, caller)
    assert told["outcome"] == "ticket"
    assert told["ticket"]["department"] == "property"
    assert told["need"]["text"] == NEED
    assert twilio.tapes.deleted == ["RE" + "0" * 32]


def test_a_sentence_for_all_has_the_same_address_in_every_call(tmp_path):
    with house_in(tmp_path) as house, site(house) as twilio:
        first, second = (Caller(twilio, name=name).ring() for name in (1, 2))
    assert first.heard == second.heard
    assert NEED not in "".join(first.heard)


@pytest.mark.parametrize("how", ["twice", "at_once", "early"])
def test_webhooks_sent_twice_or_in_another_order_leave_one_ticket(tmp_path, how):
    with house_in(tmp_path, NEED) as house, site(house) as twilio:
        caller = Caller(twilio, voice("resident_need"), keys="1")
        setattr(caller, how, True)
        caller.ring()
        twilio.still()
        assert tickets(house) == 1
        assert ending(house, caller) is Ending.TICKET


def test_webhooks_replayed_in_any_order_change_nothing(tmp_path):
    with house_in(tmp_path, NEED) as house, site(house) as twilio:
        caller = Caller(twilio, voice("resident_need"), keys="1").ring()
        twilio.still()
        before = account(house, caller)
        for url, form in reversed(caller.asked):
            assert "<Hangup" in twilio.post(url, form).text
        twilio.still()
        assert account(house, caller) == before
        assert tickets(house) == 1


def test_a_recording_that_is_not_there_yet_is_fetched_again(tmp_path):
    with house_in(tmp_path, NEED) as house, site(house, tapes=Tapes(late=4)) as twilio:
        caller = Caller(twilio, voice("resident_need"), keys="1").ring()
        twilio.still()
        assert ending(house, caller) is Ending.TICKET
        assert "Pause" in caller.verbs


def test_a_recording_that_never_comes_is_silence_and_then_a_person_listens(tmp_path):
    with house_in(tmp_path) as house, site(house, tapes=Tapes(late=99)) as twilio:
        caller = Caller(twilio, voice("resident_need"), keys="1").ring()
        twilio.still()
        assert ending(house, caller) is Ending.HUMAN


TAPE = "RE" + "7" * 32


def test_what_was_recorded_before_a_key_is_deleted_unheard(tmp_path):
    with house_in(tmp_path) as house, site(house) as twilio:
        caller = Caller(twilio)
        first = caller.request("/voice", {"AccountSid": ACCOUNT.sid, "From": caller.number})
        url = action_urls(first)[0].replace("kind=story", "kind=choice")
        caller.request(url, {"RecordingSid": TAPE, "Digits": "0"})
        told = {"CallSid": caller.sid, "RecordingSid": TAPE, "RecordingStatus": "completed"}
        twilio.post(recording_url(first), told)
        twilio.still()
        assert (twilio.tapes.asked, twilio.tapes.deleted) == ([], [TAPE])


def test_a_recording_that_comes_when_the_call_has_gone_on_is_kept_and_deleted_there(tmp_path):
    with house_in(tmp_path) as house, site(house) as twilio:
        caller = Caller(twilio)
        first = caller.request("/voice", {"AccountSid": ACCOUNT.sid, "From": caller.number})
        caller.request(action_urls(first)[0], {"RecordingSid": TAPE})
        twilio.still()
        assert twilio.tapes.deleted == []  # it may still be had
        twilio.tapes.sounds[TAPE] = voice("resident_need")
        told = {"CallSid": caller.sid, "RecordingSid": TAPE, "RecordingStatus": "completed"}
        for _ in range(2):
            twilio.post(recording_url(first), told)
            twilio.still()
        assert seconds_kept(house, HouseDesk(house).call_of(caller.sid)) > 2
        assert twilio.tapes.deleted == [TAPE]


def test_silence_is_asked_about_and_then_a_person_listens(tmp_path):
    with house_in(tmp_path) as house, site(house) as twilio:
        caller = Caller(twilio, silence(8.0), keys="1").ring()
        twilio.still()
        assert ending(house, caller) is Ending.HUMAN


@pytest.mark.parametrize("shown", ["+8601055550101", "anonymous"])
def test_who_hangs_up_in_the_story_is_rung_back_with_what_they_said(tmp_path, shown):
    with house_in(tmp_path, NEED) as house, site(house) as twilio:
        caller = Caller(twilio)
        first = caller.request("/voice", {"AccountSid": ACCOUNT.sid, "From": shown})
        caller.hang_up()  # the status comes before the recording
        twilio.still()
        assert ending(house, caller) is Ending.DRAFT
        tape = "RE" + "7" * 32
        twilio.tapes.sounds[tape] = voice("resident_need")
        told = {"CallSid": caller.sid, "RecordingSid": tape, "RecordingStatus": "completed"}
        twilio.post(recording_url(first), told)
        twilio.still()
        with house.database.read() as session:
            [row] = waiting_now(session)
            assert row.words == NEED
            assert row.recording_id is not None


def test_short_answers_that_twilio_hears_need_no_recording(tmp_path):
    heard = replace(ACCOUNT, speech=True)
    with house_in(tmp_path, NEED) as house, site(house, account=heard) as twilio:
        caller = Caller(twilio, voice("resident_need"))
        caller.says = "对"
        caller.ring()
        twilio.still()
        assert ending(house, caller) is Ending.TICKET
    choices = [form for url, form in caller.asked if "kind=choice" in url]
    assert choices
    assert all(form.get("SpeechResult") == "对" for form in choices)


def recording_url(twiml: str) -> str:
    return next(ET.fromstring(twiml).iter("Record")).attrib["recordingStatusCallback"]


def test_a_person_is_dialled_and_when_nobody_answers_a_ring_back_is_promised(tmp_path):
    operator = {"HOTLINE_OPERATOR": "+861055559999", "HOTLINE_OPERATOR_HOURS": "always"}
    with house_in(tmp_path, environ=operator) as house, site(house) as twilio:
        caller = Caller(twilio)
        twiml = caller.request("/voice", {"AccountSid": ACCOUNT.sid, "From": caller.number})
        url = next(one for one in action_urls(twiml))
        following = caller.request(url, {"Digits": "0"})
        assert "+861055559999" in following
        after = caller.request(dial_url(following), {"DialCallStatus": "no-answer"})
        assert "<Hangup" in after or "<Gather" in after
        told = [line["key"] for line in account(house, caller)["transcript"]]
    assert told[-1] == "ring-back"


def action_urls(twiml: str) -> list[str]:
    return [one.attrib["action"] for one in ET.fromstring(twiml).iter("Gather")]


def dial_url(twiml: str) -> str:
    return next(ET.fromstring(twiml).iter("Dial")).attrib["action"]


def test_outside_hours_nobody_is_dialled_and_a_ring_back_is_promised_at_once(tmp_path):
    with house_in(tmp_path) as house, site(house) as twilio:
        caller = Caller(twilio)
        twiml = caller.request("/voice", {"AccountSid": ACCOUNT.sid, "From": caller.number})
        following = caller.request(action_urls(twiml)[0], {"Digits": "0"})
        assert "<Dial" not in following
        assert [line["key"] for line in account(house, caller)["transcript"]][-1] == "ring-back"


@pytest.mark.parametrize("number", ["", "anonymous", "+266696687", "client:x", "sip:a@b", "+" * 99])
def test_a_number_that_is_none_is_withheld(tmp_path, number):
    with house_in(tmp_path, NEED) as house, site(house) as twilio:
        caller = Caller(twilio, number=number).ring()
        with house.database.read() as session:
            assert session.get_one(Call, HouseDesk(house).call_of(caller.sid)).number is None


def test_a_live_call_gets_a_socket_and_goes_on_turn_by_turn_when_that_ends(tmp_path):
    live = replace(ACCOUNT, live=True)
    with house_in(tmp_path, NEED) as house, site(house, account=live) as twilio:
        caller = Caller(twilio, voice("resident_need"), keys="1").ring()
        twilio.still()
        assert caller.verbs[:2] == ["Connect", "Redirect"]
        assert ending(house, caller) is Ending.TICKET


def test_who_rings_while_we_fail_is_rung_back_once_however_often_we_are_told(tmp_path):
    with house_in(tmp_path) as house, site(house) as twilio:
        caller = Caller(twilio)
        failed = {"CallSid": caller.sid, "AccountSid": ACCOUNT.sid, "From": caller.number}
        for _ in range(2):
            assert "Hangup" in twilio.post("/fallback", failed | {"ErrorCode": "11200"}).text
        caller.hang_up()
        twilio.still()
        with house.database.read() as session:
            assert session.scalars(select(Callback.number)).all() == [caller.number]
            assert len(waiting_now(session)) == 1
        assert ending(house, caller) is Ending.DRAFT


def test_a_fallback_in_mid_call_or_of_a_dial_of_ours_begins_nothing(tmp_path):
    with house_in(tmp_path) as house, site(house) as twilio:
        caller = Caller(twilio)
        form = {"CallSid": caller.sid, "AccountSid": ACCOUNT.sid, "From": caller.number}
        twilio.post("/fallback", form | {"Direction": "outbound-api"})
        twilio.post("/fallback", form | {"AccountSid": "AC" + "9" * 32})
        twilio.post("/voice", form)
        twilio.post("/fallback", form)
        with house.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Call)) == 1
            assert waiting_now(session) == []
        assert ending(house, caller) is None
