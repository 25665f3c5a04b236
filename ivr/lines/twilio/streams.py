"""The dialect of Twilio's Media Streams, both directions (``<Connect><Stream>``).

JSON messages with mu-law in base64; numbers in them are strings. What is sent back may only be
media, mark and clear: the call itself goes on with the TwiML after ``<Connect>``, once we close the socket.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from ivr.lines.dialect import (
    KEYS,
    Clear,
    Event,
    Key,
    Mark,
    Media,
    Message,
    Nonsense,
    Order,
    Play,
    Played,
    Started,
    Stopped,
)  # fmt: skip

NAME = "twilio"
LONGEST = 16_000  #: bytes of sound in one message: two seconds; Twilio sends 160


class TwilioStream:
    """One stream. Its id comes with ``start``, and must stand on everything we send."""

    name = NAME
    continuous = False  #: Twilio fills silence by itself

    def __init__(self) -> None:
        self._sid = ""
        self._media = ""

    def decode(self, message: Message) -> Event | None:
        """Raises ``Nonsense``."""
        try:
            data = json.loads(message)
            read = _READ.get(data["event"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Nonsense("a message that is no event") from None
        if data["event"] == "start":
            return self._start(data)
        try:
            return read(data) if read else None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Nonsense(f"a {data['event']} message that cannot be read") from None

    def encode(self, order: Order) -> Message | None:
        match order:
            case Play(sound=sound):
                return f'{self._media}{base64.b64encode(sound).decode("ascii")}"}}}}'
            case Mark(name=name):
                return self._message("mark", mark={"name": name})
            case Clear():
                return self._message("clear")
            case _:
                return None  # closing the socket is enough

    def _start(self, data: Mapping[str, Any]) -> Started:
        try:
            start = data["start"]
            sid, given = str(start["streamSid"]), start.get("customParameters") or {}
            form = start.get("mediaFormat") or {}
            token = str(given.get("token", ""))
        except (TypeError, KeyError, AttributeError):
            raise Nonsense("a start message that cannot be read") from None
        if form.get("encoding", "audio/x-mulaw") != "audio/x-mulaw":
            raise Nonsense("a stream in another encoding than mu-law")
        self._sid = sid
        self._media = f'{{"event":"media","streamSid":{json.dumps(sid)},"media":{{"payload":"'
        return Started(token)

    def _message(self, event: str, **more: object) -> str:
        return json.dumps({"event": event, "streamSid": self._sid, **more})


def _media(data: Mapping[str, Any]) -> Event | None:
    media = data["media"]
    if media.get("track", "inbound") != "inbound":
        return None
    try:
        sound = base64.b64decode(media["payload"], validate=True)
    except binascii.Error:
        raise Nonsense("a media message that is no base64") from None
    if len(sound) > LONGEST:
        raise Nonsense("a media message of more than two seconds")
    return Media(sound, int(media["timestamp"]) if "timestamp" in media else None)


def _key(data: Mapping[str, Any]) -> Event | None:
    digit = str(data["dtmf"]["digit"])
    return Key(digit) if digit in KEYS else None


_READ: Mapping[str, Callable[[Mapping[str, Any]], Event | None]] = {
    "media": _media,
    "dtmf": _key,
    "mark": lambda data: Played(str(data["mark"]["name"])),
    "stop": lambda _data: Stopped(),
}
