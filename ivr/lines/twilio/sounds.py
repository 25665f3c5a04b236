"""Sentences as addresses: signed, so that nobody can make one up, and without a word of anybody in them.

A sentence that is the same for all is named by its key and may be kept by whoever fetches it; one that tells
something of a call is named by its place in that call, and lives for three hours.
"""

import struct
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from ivr.conversation import CallOver, Conversation
from ivr.dialogue import Say
from speech.audio import RATE, Sound, ulaw_encode

LASTS = 3 * 3600  #: seconds
ALWAYS = 24 * 3600  #: seconds for which what is the same for all may be kept
_WAV = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")  # RIFF, a fmt chunk of 18 bytes, a fact chunk, data


@dataclass(frozen=True, slots=True)
class Sentence:
    """What an address names: a prompt for all, or the sentence at a place in a call."""

    language: str
    pace: str
    prompt: str = ""
    call: str = ""
    seq: int = 0
    place: int = 0


class Sounds:
    """Makes addresses and reads them."""

    def __init__(self, base: str, secret: bytes) -> None:
        self._base = base
        self._fixed = URLSafeSerializer(secret, salt="a sentence for all")
        self._own = URLSafeTimedSerializer(secret, salt="a sentence of a call")

    def of(self, conversation: Conversation, spoken: tuple[Say, ...]) -> list[str]:
        """One address for each sentence of the turn the call stands at."""
        how = (conversation.language, conversation.pace)
        return [
            self._address("c", self._own.dumps([*how, conversation.call, conversation.seq, place]))
            if say.values
            else self.fixed(say.prompt, *how)
            for place, say in enumerate(spoken)
        ]

    def fixed(self, prompt: str, language: str = "zh", pace: str = "normal") -> str:
        return self._address("p", self._fixed.dumps([language, pace, prompt]))

    def read(self, kind: str, signed: str) -> Sentence | None:
        """What an address names; None for one that is not ours, or too old."""
        try:
            if kind == "p":
                language, pace, prompt = self._fixed.loads(signed)
                return Sentence(language, pace, prompt=prompt)
            language, pace, call, seq, place = self._own.loads(signed, max_age=LASTS)
            return Sentence(language, pace, call=call, seq=seq, place=place)
        except (BadSignature, ValueError, TypeError):
            return None

    def _address(self, kind: str, signed: str | bytes) -> str:
        text = signed.decode() if isinstance(signed, bytes) else signed
        return f"{self._base}/say/{kind}/{text}.wav"


def spoken_in(conversation: Conversation, sentence: Sentence) -> Say | None:
    """The sentence itself; None where the call is over or has no such sentence."""
    if sentence.prompt:
        return Say(sentence.prompt)
    try:
        spoken = conversation.stand(sentence.seq).spoken
    except CallOver:
        return None
    return spoken[sentence.place] if sentence.place < len(spoken) else None


def wav(sound: Sound) -> bytes:
    """8 kHz mu-law in a WAV, half the size of 16 bit."""
    data = ulaw_encode(sound)
    size, pad = len(data), len(data) % 2
    facts: tuple[Any, ...] = (
        b"RIFF", 50 + size + pad, b"WAVE",
        b"fmt ", 18, 7, 1, RATE, RATE, 1, 8, 0,
        b"fact", 4, size,
        b"data", size,
    )  # fmt: skip
    return _WAV.pack(*facts) + data + b"\xff" * pad
