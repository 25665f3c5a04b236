"""A turn of the conversation as TwiML: what is played, and how the answer is taken. Pure; knows no call.

Twilio's Record takes speech and keys alike, so every spoken answer is a recording that our own ears hear. The
sentences before it stand in a Gather, so that a key interrupts them. A tone says when to talk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from twilio.twiml.voice_response import Connect, Dial, Gather, VoiceResponse

from ivr.dialogue import Kind, Listen

ALL_KEYS = "0123456789*#"
HEARS = {"zh": "cmn-Hans-CN", "en": "en-US"}  #: as Gather names languages; zh-CN is none of them
HINTS = {
    "zh": "对,不对,是,不是,好,听,解决了,没解决,一半,人工",
    "en": "yes,no,solved,half,not solved",
}
RINGS = 25  #: seconds a person we transfer to is rung
STEP = 2  #: seconds between two looks whether a recording has been heard


@dataclass(frozen=True, slots=True)
class Recorded:
    """How an answer of a kind is recorded: silence that ends it, the longest, the keys that do."""

    timeout: int
    longest: int
    keys: str


RECORDED = {
    Kind.STORY: Recorded(8, 300, "09#"),
    Kind.WORD: Recorded(4, 60, "09#"),
    Kind.CHOICE: Recorded(3, 20, ALL_KEYS),
    Kind.NUMBER: Recorded(4, 60, "#"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where the call stands, for the addresses that Twilio is given."""

    base: str
    call: str
    seq: int  #: the number of the turn that an answer answers

    def url(self, path: str = "turn", *, more: Mapping[str, object]) -> str:
        query = {"call": self.call, "seq": self.seq, **more}
        return f"{self.base}/{path}?{urlencode(query)}"


def ask(here: Here, listen: Listen, sounds: Sequence[str], *, speech: str = "") -> VoiceResponse:
    """``sounds``: addresses of the sentences; ``speech``: the language in which Twilio hears a choice, "" for our own ears."""
    answer = VoiceResponse()
    action = here.url(more={"kind": listen.kind.value})
    match listen.kind:
        case Kind.KEY:
            _gather(answer, sounds, action=action, num_digits=1, timeout=1)
        case Kind.CHOICE if speech:
            _gather(
                answer, sounds, action=action, num_digits=1, timeout=8, input="dtmf speech",
                language=HEARS[speech], hints=HINTS[speech], speech_timeout="auto",
            )  # fmt: skip
        case Kind.NUMBER:
            _gather(answer, sounds, action=action, timeout=5, finish_on_key="#")
            _record(answer, here, listen)
        case _:
            _gather(answer, sounds, action=action, num_digits=1, timeout=1)
            _record(answer, here, listen)
    answer.redirect(here.url(more={"kind": listen.kind.value, "silent": 1}), method="POST")
    return answer


def record(here: Here, listen: Listen) -> VoiceResponse:
    """Only the answer once more: a key meant nothing here."""
    answer = VoiceResponse()
    _record(answer, here, listen)
    answer.redirect(here.url(more={"kind": listen.kind.value, "silent": 1}), method="POST")
    return answer


def hold(here: Here, sounds: Sequence[str], more: Mapping[str, object]) -> VoiceResponse:
    """The recording is fetched and heard meanwhile; then we look again."""
    answer = VoiceResponse()
    _play(answer, sounds)
    answer.pause(length=STEP)
    answer.redirect(here.url(more=more), method="POST")
    return answer


def connect(here: Here, number: str, sounds: Sequence[str], *, caller_id: str) -> VoiceResponse:
    """The person sees the hotline's number; if nobody answers the conversation goes on."""
    answer = VoiceResponse()
    _play(answer, sounds)
    more = {"caller_id": caller_id} if caller_id else {}
    dial = Dial(action=here.url(more={"kind": "transfer"}), method="POST", timeout=RINGS, **more)
    dial.number(number)
    answer.append(dial)
    return answer


def stream(here: Here, address: str, token: str) -> VoiceResponse:
    """Live sound; whatever ends the socket, the call goes on turn by turn where its log stands."""
    answer = VoiceResponse()
    live = Connect()
    live.stream(url=address).parameter(name="token", value=token)
    answer.append(live)
    answer.redirect(
        f"{here.base}/turn?{urlencode({'call': here.call, 'after': 'live'})}", method="POST"
    )
    return answer


def goodbye(sounds: Sequence[str] = ()) -> VoiceResponse:
    answer = VoiceResponse()
    _play(answer, sounds)
    answer.hangup()
    return answer


def reject() -> VoiceResponse:
    answer = VoiceResponse()
    answer.reject(reason="rejected")
    return answer


def _play(answer: Any, sounds: Sequence[str]) -> None:
    for sound in sounds:
        answer.play(sound)


def _gather(answer: VoiceResponse, sounds: Sequence[str], **how: Any) -> None:
    # An empty finishOnKey makes # a key like any other.
    gather = Gather(**{"method": "POST", "finish_on_key": "", "input": "dtmf"} | how)
    _play(gather, sounds)
    answer.append(gather)


def _record(answer: VoiceResponse, here: Here, listen: Listen) -> None:
    how = RECORDED[listen.kind]
    answer.record(
        action=here.url(more={"kind": listen.kind.value}),
        method="POST",
        timeout=how.timeout,
        max_length=how.longest,
        finish_on_key=how.keys,
        play_beep=True,
        trim="do-not-trim",
        recording_status_callback=here.url("recording", more={}),
        recording_status_callback_method="POST",
        recording_status_callback_event="completed absent",
    )
