"""The far end of a socket, for stories about live lines: a telephone that speaks Twilio's Media Streams, or as our own page does.

It runs in step with the session, without waiting: each 20 ms of the session are 20 ms here.
"""

import asyncio
import base64
import json
from collections.abc import MutableMapping
from concurrent.futures import wait
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hotline.reception import admit, answer_phone
from ivr.lines.browser.stream import BrowserStream
from ivr.lines.dialect import Dialect
from ivr.lines.sockets import Socket
from ivr.lines.switchboard import Switchboard
from ivr.lines.tokens import issue
from ivr.lines.twilio.streams import TwilioStream
from ivr.speaking import SILENCE
from speech.audio import FRAME, Sound, ulaw_encode
from tests.house import NUMBER

STREAM = "MZ" + "0" * 32


@dataclass
class Telephone:
    """Somebody with a telephone: what they do when a sentence of ours has been played to its end."""

    dialect: ClassVar[type[Dialect]] = TwilioStream
    script: list[Any] = field(default_factory=list)  #: a sound, keys, or something to call
    keys: str = ""  #: pressed when the script is over
    into: dict[int, Sound] = field(default_factory=dict)  #: said 1 s into the n-th sentence of ours
    heard: list[dict[str, Any]] = field(default_factory=list)
    played: bytes = b""
    closed: int | None = None
    ticks: int = 0
    silent_after: int | None = None  #: frames after which nothing comes any more
    numbered: bool = True  #: does every piece of sound say where its place is?

    def __post_init__(self) -> None:
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out.put_nowait({"type": "websocket.connect"})
        self._speaking = b""
        self._frames = 0
        self._left = -1
        self._place = 0

    # --- the side of the caller

    def says(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self._out.put_nowait({"type": "websocket.receive", "text": text})

    def starts(self, token: str) -> None:
        self.says({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        self.says(
            {
                "event": "start",
                "sequenceNumber": "1",
                "streamSid": STREAM,
                "start": {
                    "streamSid": STREAM,
                    "callSid": "CA" + "0" * 32,
                    "customParameters": {"token": token},
                    "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                },
            }
        )

    def speaks(self, sound: Sound) -> None:
        self._speaking += ulaw_encode(sound)

    def presses(self, digit: str) -> None:
        self.says({"event": "dtmf", "streamSid": STREAM, "dtmf": {"digit": digit}})

    def hangs_up(self) -> None:
        self.says({"event": "stop", "streamSid": STREAM})

    def breaks(self) -> None:
        self._out.put_nowait({"type": "websocket.disconnect", "code": 1006})

    def media(self, sound: bytes, at: int | None) -> None:
        place = {} if at is None else {"timestamp": str(at)}
        payload = base64.b64encode(sound).decode()
        self.says({"event": "media", "media": {"track": "inbound", "payload": payload, **place}})

    @property
    def dead(self) -> bool:
        return self.silent_after is not None and self.ticks > self.silent_after

    def breaks_in(self, seconds: float) -> None:
        self._left = round(seconds * 50)

    def tick(self) -> None:
        self.ticks += 1
        if self.dead:
            return
        self._left -= 1
        if self._left == 0:
            self.breaks()
        piece, self._speaking = self._speaking[:FRAME], self._speaking[FRAME:]
        self.media(piece + SILENCE[len(piece) :], self._place if self.numbered else None)
        self._place += 20

    def acts(self) -> None:
        """What they do after a sentence."""
        what = self.script.pop(0) if self.script else self.keys
        if callable(what):
            what(self)
        elif isinstance(what, str):
            for digit in what:
                self.presses(digit)
        elif what is not None:
            self.speaks(what)

    def sent(self) -> list[dict[str, Any]]:
        """What they have said and nobody has read."""
        return [self._out.get_nowait() for _ in range(self._out.qsize())]

    # --- the socket, as the server sees it

    async def receive(self) -> dict[str, Any]:
        return await self._out.get()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        if message["type"] != "websocket.send" or self.dead:
            return
        said = json.loads(message["text"])
        self.heard.append(said)
        if said["event"] == "media":
            self._plays(base64.b64decode(said["media"]["payload"]))
        if said["event"] == "mark":
            self._frames = 0
            self.says({"event": "mark", "streamSid": STREAM, "mark": said["mark"]})
            self.acts()

    def _plays(self, sound: bytes) -> None:
        self.played += sound
        self._frames += 1
        if (
            self._frames == 50
            and (said := self.into.pop(self.events.count("mark"), None)) is not None
        ):
            self.speaks(said)

    @property
    def events(self) -> list[str]:
        """What was sent to them, in order."""
        return [one["event"] for one in self.heard]


class Page(Telephone):
    """The same person at the page of the browser phone."""

    dialect = BrowserStream

    def starts(self, token: str) -> None:
        self.says({"event": "start", "token": token})

    def says(self, message: Any) -> None:
        if isinstance(message, dict):
            flat = message.get("dtmf") or message.get("mark") or message
            message = {"event": message["event"], **flat}
        super().says(message)

    def media(self, sound: bytes, at: int | None) -> None:
        self._out.put_nowait({"type": "websocket.receive", "bytes": sound})

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if sound := message.get("bytes"):
            media = {"payload": base64.b64encode(sound).decode()}
            message = {**message} | {"text": json.dumps({"event": "media", "media": media})}
        elif '"mark"' in message.get("text", ""):
            name = json.loads(message["text"])["name"]
            message = {**message} | {"text": json.dumps({"event": "mark", "mark": {"name": name}})}
        await super().send(message)


class InStep:
    """A clock for sessions: no waiting, but for what the hotline thinks about."""

    def __init__(self, *phones: Telephone) -> None:
        self.phones = phones
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def wait(self, call: Any, seconds: float) -> None:
        self.time += seconds
        for phone in self.phones:
            phone.tick()
        if call.awaited is not None:
            await asyncio.to_thread(wait, [call.awaited])
        for _ in range(3):
            await asyncio.sleep(0)


def token_for(house: Any, number: str = NUMBER, line: str = "twilio") -> tuple[str, str]:
    """A call that begins, and a token that admits a socket to it."""
    conversation = answer_phone(house, line=line, number=number)
    with house.database.write() as session:
        return conversation.call, issue(session, conversation.call, house.now())


def carry(house: Any, phone: Telephone, *, hold: bool = False, limit: float = 120) -> None:
    """One socket from its first message to its end."""

    async def main() -> None:
        board = Switchboard(lambda token, line: admit(house, token, line), InStep(phone))
        socket = Socket({"path": "/lines/twilio/live"}, phone.receive, phone.send)
        async with asyncio.timeout(limit):
            await board.carry(socket, phone.dialect(), hold=hold)
        board.close()

    asyncio.run(main())
