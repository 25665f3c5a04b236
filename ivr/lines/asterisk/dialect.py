"""The dialect of Asterisk's WebSocket channel (``chan_websocket``): sound in binary messages, all else in text.

Text comes in one of two forms, as Asterisk was told (``f(json)`` in the dial string, or chan_websocket.conf): JSON,
or the older single lines. What it says first shows which, and is answered in kind. After channels/chan_websocket.c
of Asterisk; a text of ours that is longer than 128 bytes would not be read there.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ivr.lines.dialect import (
    KEYS,
    Clear,
    Event,
    HangUp,
    Key,
    Mark,
    Media,
    Message,
    Nonsense,
    Order,
    Play,
    Played,
    Started,
)  # fmt: skip
from ivr.speaking import SILENCE
from speech.audio import FRAME, alaw_decode, alaw_encode, ulaw_decode, ulaw_encode

NAME = "asterisk"
LONGEST = 32_000  #: bytes of sound in one message; Asterisk sends 20 ms or 30
HELD = (
    187 * FRAME
)  #: bytes kept while Asterisk wants none; it closes at 65,500 in one message, which slin fills
EVERY = 10  #: of so many frames of silence one is left out: what has piled up over there drains


def slin(sound: bytes) -> bytes:
    """Mu-law as signed linear, 8 kHz, 16 bits, least significant byte first."""
    return ulaw_decode(sound).astype("<i2").tobytes()


def from_slin(sound: bytes) -> bytes:
    """The other way. Raises ``ValueError`` for half a sample."""
    return ulaw_encode(np.frombuffer(sound, "<i2").astype(np.int16))


def alaw(sound: bytes) -> bytes:
    return alaw_encode(ulaw_decode(sound))


def from_alaw(sound: bytes) -> bytes:
    return ulaw_encode(alaw_decode(sound))


def as_it_is(sound: bytes) -> bytes:
    return sound


#: Asterisk's name of a format: from it, to it
FORMATS: Mapping[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "ulaw": (as_it_is, as_it_is),
    "alaw": (from_alaw, alaw),
    "slin": (from_slin, slin),
}


class AsteriskMedia:
    """One channel. ``token`` stood in the address that Asterisk was told to open."""

    name = NAME
    continuous = (
        True  #: some releases send the caller nothing at all while we are silent (asterisk#1788)
    )

    def __init__(self, token: str) -> None:
        self._token = token
        self._json = False
        self._started = False
        self._from, self._to = FORMATS["ulaw"]
        self._full = False  # over there: it asked us to stop
        self._held = bytearray()
        self._quiet = 0

    def decode(self, message: Message) -> Event | None:
        """Raises ``Nonsense``."""
        if isinstance(message, bytes):
            return self._sound(message) if self._started else None
        word, facts = self._read(message)
        match word:
            case "MEDIA_START":
                return self._start(message.lstrip().startswith("{"), facts)
            case "DTMF_END":
                digit = facts.get("digit", "")
                return Key(digit) if digit in KEYS else None
            case "MEDIA_MARK_PROCESSED":
                return Played(facts.get("correlation_id", ""))
            case "MEDIA_XOFF" | "MEDIA_XON":
                self._full = word == "MEDIA_XOFF"
            case "ERROR":
                raise Nonsense("Asterisk did not understand what we told it")
            case "MEDIA_BUFFERING_COMPLETED" | "QUEUE_DRAINED" | "STATUS":
                pass  # asked for nowhere
            case _:
                raise Nonsense("a text that is no event of a WebSocket channel")
        return None

    def encode(self, order: Order) -> Message | None:
        match order:
            case Play(sound=sound):
                return self._play(sound)
            case Mark(name=name):
                return None if self._full else self._command("MARK_MEDIA", name)
            case Clear():
                self._held.clear()
                return self._command("FLUSH_MEDIA")
            case HangUp():
                return self._command("HANGUP")

    # --- what comes

    def _read(self, message: str) -> tuple[str, Mapping[str, str]]:
        text = message.strip()
        if not text.startswith("{"):
            return _line(text)
        try:
            data = json.loads(text)
            return str(data["event"]), {name: _plain(value) for name, value in data.items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Nonsense("a text that is no event") from None

    def _start(self, as_json: bool, facts: Mapping[str, str]) -> Started:
        form = facts.get("format", "ulaw")
        if form not in FORMATS:
            raise Nonsense("a channel in another format than ulaw, alaw or slin: write c(ulaw)")
        self._from, self._to = FORMATS[form]
        self._json, self._started = as_json, True
        return Started(self._token)

    def _sound(self, message: bytes) -> Media:
        if len(message) > LONGEST:
            raise Nonsense("a message of more than two seconds of sound")
        try:
            return Media(self._from(message))
        except ValueError:
            raise Nonsense("half a sample of sound") from None

    # --- what goes

    def _play(self, sound: bytes) -> bytes | None:
        if sound == SILENCE:
            self._quiet += 1
            if self._full or self._quiet % EVERY == 0:
                return None
        if self._full:
            self._held += sound[: max(0, HELD - len(self._held))]
            return None
        whole = bytes(self._held) + sound if self._held else sound
        self._held.clear()
        return self._to(whole)

    def _command(self, word: str, name: str = "") -> str:
        if not self._json:
            return f"{word} {name}" if name else word
        more = {"correlation_id": name} if name else {}
        return json.dumps({"command": word, **more})


def _line(text: str) -> tuple[str, Mapping[str, str]]:
    """``DTMF_END digit:1 channel_id:17.1``; a mark's name stands alone."""
    word, *rest = text.split() or [""]
    facts = dict[str, str]()
    for one in rest:
        name, colon, value = one.partition(":")
        facts[name if colon else "correlation_id"] = value if colon else name
    return word, facts


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""
