"""Twilio's side of a call, turn by turn: rings our webhooks, does what the TwiML says, and presses what a caller would."""

import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import soundfile
from twilio.request_validator import RequestValidator

from hotline import twilio_line
from hotline.house import House
from hotline.reception import conversation_of
from ivr.lines.twilio.account import Account
from ivr.lines.twilio.app import Twilio, create_webhooks
from ivr.lines.twilio.recordings import NotThere, Recordings
from ivr.lines.twilio.sounds import Sounds
from speech.audio import RATE, Sound
from tests.house import NUMBER
from tests.twiml_types import complaints

TOKEN = "a token of nobody"
PUBLIC = "https://hotline.example.org"
ACCOUNT = Account(
    sid="AC" + "0" * 32, token=TOKEN, public=PUBLIC, number="+861055550000", live=False
)


class Tapes:
    """Where the recordings of the double are; ``late``: how often each is not there yet."""

    def __init__(self, late: int = 0) -> None:
        self.sounds: dict[str, Sound] = {}
        self.deleted: list[str] = []
        self.asked: list[str] = []
        self._late = late

    def fetch(self, sid: str) -> bytes:
        self.asked.append(sid)
        if self.asked.count(sid) <= self._late or sid not in self.sounds:
            raise NotThere("404")
        data = BytesIO()
        soundfile.write(data, self.sounds[sid], RATE, format="WAV")
        return data.getvalue()

    def delete(self, sid: str) -> None:
        self.deleted.append(sid)


class Site:
    """The webhooks of a house, and how Twilio rings them."""

    def __init__(
        self, house: House, account: Account = ACCOUNT, tapes: Tapes | None = None
    ) -> None:
        self.house, self.account, self.tapes = house, account, tapes or Tapes()
        self.desk = twilio_line.HouseDesk(house)
        self.recordings = Recordings(
            self.tapes,
            lambda call: conversation_of(house, call),
            self.desk.call_of,
            lambda _s: None,
        )
        self.sounds = Sounds(account.base, b"a secret")
        twilio = Twilio(account, house.exchange, self.desk, self.sounds, self.recordings)
        self.app = create_webhooks(twilio)
        self.client = self.app.test_client()

    def post(self, url: str, form: dict[str, str], **headers: str) -> Any:
        place = url if url.startswith("http") else self.account.base + url
        signature = RequestValidator(self.account.token).compute_signature(place, form)
        signed = {"X-Twilio-Signature": signature} | headers
        path = place.removeprefix(self.account.public)
        answer = self.app.test_client().post(path, data=form, headers=signed)
        if answer.mimetype == "text/xml":
            assert complaints(answer.text) == []
        return answer

    def get(self, url: str) -> Any:
        return self.client.get(url.removeprefix(self.account.public))

    def sounds_address(self) -> str:
        return self.sounds.fixed("welcome")

    def still(self) -> None:
        """Wait for what goes on behind the webhooks."""
        while open_ := [one for one in self.recordings._open if not one.done()]:
            wait(open_, timeout=60)


@contextmanager
def site(house: House, **facts: Any) -> Iterator[Site]:
    one = Site(house, **facts)
    try:
        yield one
    finally:
        one.still()
        one.recordings.close()


class Caller:
    """Somebody on a line of Twilio's: speaks the need once, and presses keys when asked."""

    def __init__(
        self,
        site: Site,
        need: Sound | None = None,
        keys: str = "",
        number: str = NUMBER,
        name: int = 1,
    ) -> None:
        self.site = site
        self.sid = f"CA{name:032x}"
        self.need, self.keys, self.number = need, keys, number
        self.asked: list[tuple[str, dict[str, str]]] = []  #: every request that was made
        self.verbs: list[str] = []
        self.heard: list[str] = []  #: addresses of sentences
        self.over = False
        self.dialled: list[str] = []
        self.answers_dial = "no-answer"
        self.twice = False  #: every webhook is sent two times, one after the other
        self.at_once = False  #: or both at the same time
        self.early = False  #: of a recording Twilio's two requests come in the other order
        self.says = ""  #: what Twilio hears where it listens itself
        self._tapes = 0

    def ring(self, url: str = "/voice", more: dict[str, str] | None = None) -> "Caller":
        form = {"AccountSid": self.site.account.sid, "From": self.number} | (more or {})
        twiml: str | None = self.request(url, form)
        while twiml is not None and len(self.asked) < 200:
            twiml = self._does(ET.fromstring(twiml))
        return self

    def request(self, url: str, form: dict[str, str]) -> str:
        whole = {"CallSid": self.sid} | form
        self.asked.append((url, whole))
        if self.at_once:
            with ThreadPoolExecutor(2) as hands:
                twin = hands.submit(self.site.post, url, whole)
                answer = self.site.post(url, whole)
                assert twin.result().status_code == 200
        else:
            answer = self.site.post(url, whole)
        if self.twice:
            assert self.site.post(url, whole).status_code == answer.status_code
        assert answer.status_code == 200, (url, answer.data)
        assert answer.mimetype == "text/xml"
        return str(answer.text)

    def hang_up(self) -> None:
        self.over = True
        self.site.post("/status", {"CallSid": self.sid, "CallStatus": "completed"})

    def _does(self, response: ET.Element) -> str | None:
        for verb in response:
            self.verbs.append(verb.tag)
            following = getattr(self, f"_{verb.tag.lower()}", lambda _verb: None)(verb)
            if following is not None or self.over:
                return following
        self.hang_up()
        return None

    def _gather(self, verb: ET.Element) -> str | None:
        for sentence in verb:
            self._listen_to(sentence)
        if verb.get("numDigits") == "1" and "kind=choice" in verb.attrib["action"] and self.keys:
            key, self.keys = self.keys[0], self.keys[1:] or self.keys
            return self.request(verb.attrib["action"], {"Digits": key})
        if "speech" in verb.attrib["input"] and self.says:
            heard = {"SpeechResult": self.says, "Confidence": "0.93"}
            return self.request(verb.attrib["action"], heard)
        return None

    def _play(self, verb: ET.Element) -> None:
        self._listen_to(verb)

    def _listen_to(self, verb: ET.Element) -> None:
        if verb.tag == "Play":
            self.heard.append(verb.text or "")
            answer = self.site.get(verb.text or "")
            assert answer.status_code == 200, verb.text
            sound, rate = soundfile.read(BytesIO(answer.data))
            assert rate == RATE
            assert len(sound) > RATE / 4

    def _record(self, verb: ET.Element) -> str | None:
        said = self.need if "kind=story" in verb.attrib["action"] else None
        if said is None:
            return None  # Twilio asks for nothing where nothing was recorded
        self.need = None
        sid = f"RE{self._tapes:032x}"
        self._tapes += 1
        self.site.tapes.sounds[sid] = said
        facts = {"RecordingSid": sid, "RecordingUrl": f"https://evil.example/{sid}"}
        told = {"CallSid": self.sid, "RecordingStatus": "completed"} | facts
        if self.early:
            self.site.post(verb.attrib["recordingStatusCallback"], told)
        following = self.request(verb.attrib["action"], facts | {"RecordingDuration": "9"})
        self.site.post(verb.attrib["recordingStatusCallback"], told)
        return following

    def _pause(self, _verb: ET.Element) -> None:
        time.sleep(0.05)

    def _redirect(self, verb: ET.Element) -> str:
        return self.request(verb.text or "", {})

    def _dial(self, verb: ET.Element) -> str:
        self.dialled += [one.text or "" for one in verb]
        return self.request(verb.attrib["action"], {"DialCallStatus": self.answers_dial})

    def _hangup(self, _verb: ET.Element) -> None:
        self.hang_up()

    def _reject(self, _verb: ET.Element) -> None:
        self.over = True
