"""The dialect of the page at ``/phone``.

The messages are those of Twilio's Media Streams, without its envelopes: sound goes as it is, in binary
messages of mu-law at 8 kHz (20 ms are 160 bytes, both ways); everything else is JSON:

    the page    {"event": "start", "token": "…"}      first, within ten seconds
                {"event": "dtmf", "digit": "0".."9", "*", "#"}
                {"event": "mark", "name": "3"}        everything before it has been heard, or was cleared
                {"event": "stop"}                     the red button
    we          {"event": "mark", "name": "3"}        say so when this has been heard
                {"event": "clear"}                    drop what has not been heard yet
                {"event": "caption", …}               see `ivr.lines.browser.captions`
                {"event": "stop"}                     the call is over

Silence is not sent to the page, but wanted from it: half a minute without any message, and nobody is there.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

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
    Stopped,
)  # fmt: skip

NAME = "browser"
LONGEST = 16_000  #: bytes of sound in one message: two seconds; the page sends 160
LARGEST = 1_000  #: characters of any other message


class BrowserStream:
    """One socket of the page."""

    name = NAME
    continuous = False  #: the page fills silence by itself

    def decode(self, message: Message) -> Event | None:
        """Raises ``Nonsense``."""
        if isinstance(message, bytes):
            return _media(message)
        if len(message) > LARGEST:
            raise Nonsense("a message that is too long")
        try:
            data = json.loads(message)
            return _READ[data["event"]](data)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Nonsense("a message that is no event") from None

    def encode(self, order: Order) -> Message | None:
        match order:
            case Play(sound=sound):
                return sound
            case Mark(name=name):
                return json.dumps({"event": "mark", "name": name})
            case Clear():
                return '{"event": "clear"}'
            case HangUp():
                return '{"event": "stop"}'


def _media(sound: bytes) -> Event:
    if len(sound) > LONGEST:
        raise Nonsense("sound of more than two seconds in one message")
    return Media(sound)


def _key(data: Mapping[str, Any]) -> Event:
    if data["digit"] not in KEYS:
        raise Nonsense("a key that no telephone has")
    return Key(data["digit"])


_READ: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "start": lambda data: Started(str(data["token"])),
    "dtmf": _key,
    "mark": lambda data: Played(str(data["name"])),
    "stop": lambda _data: Stopped(),
}
