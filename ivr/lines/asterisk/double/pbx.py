"""The channels and bridges of the double, and what is told about them."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType

from ivr.lines.asterisk.double.channel import Channel
from ivr.lines.asterisk.double.media import MediaChannel
from ivr.lines.asterisk.double.people import HANGS_UP, UNREACHED, Somebody
from ivr.lines.asterisk.double.rules import DIALLED, No, sound_options
from ivr.lines.simulated_provider import Behaviour, ByNumber, Script, Turn

log = logging.getLogger(__name__)

FRAME = 0.020  #: seconds


class DoublePbx:
    """``live``: where the one entry of its websocket_client.conf leads, called ``client``."""

    def __init__(
        self,
        live: str,
        *,
        script: Script | None = None,
        client: str = "hotline",
        speed: float = 1.0,
        patience: float | None = None,
    ) -> None:
        """``patience``: seconds a telephone rings that nobody answers, else what is asked for."""
        self.channels: dict[str, Channel] = {}
        self.bridges: set[str] = set()
        self.dialled: list[str] = []  #: numbers, in the order they were dialled
        self.complaints: list[str] = []
        self.tell: Callable[[dict[str, Any]], bool] = lambda _event: False  #: False: nobody listens
        self._live = live
        self._client = client
        self._script = script or ByNumber()
        self._frame = FRAME / speed
        self._patience = patience
        self._tasks: set[asyncio.Task[None]] = set()
        self._times: dict[str, int] = {}

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def rings_in(self, person: Somebody, number: str, app: str = "hotline") -> Channel:
        """Somebody rings: their channel enters the application."""
        id_ = f"{int(time.time())}.{len(self.channels)}{time.monotonic_ns() % 10_000}"
        one = self.channels[id_] = Channel(id_, f"PJSIP/trunk-{id_}", "Ring", number, person=person)
        self._enter(one, app, "")
        return one

    # --- what ARI asks for

    def originate(self, id_: str, said: dict[str, Any]) -> Channel:
        """Raises ``No``."""
        if id_ in self.channels:
            raise No(409, "Channel with given unique ID already exists")
        technology, _, data = str(said["endpoint"]).partition("/")
        app, args = str(said.get("app", "")), str(said.get("appArgs", ""))
        if technology == "WebSocket":
            name, options = sound_options(data)
            as_json = options.get("f", "plain-text") == "json"
            sound = MediaChannel(id_, name, as_json=as_json)
            one = self.channels[id_] = Channel(id_, f"WebSocket/{name}/0x1", sound=sound)
            self._spawn(self._bring(one, options.get("v", ""), app, args))
            return one
        found = DIALLED.fullmatch(str(said["endpoint"]))
        if not found:
            raise No(500, "Allocation failed")
        return self._dial(id_, found[1], app, args, float(said.get("timeout", 30)))

    def answer(self, id_: str) -> None:
        one = self.channel(id_)
        if not one.app:
            raise No(409, "Channel not in a Stasis application")
        one.state = "Up"
        self._tells("ChannelStateChange", one)

    def hang_up(self, id_: str, cause: int = 16) -> None:
        one = self.channels.pop(id_, None)
        if one is None:
            raise No(404, "Channel not found")
        one.cause, one.bridge = cause, ""
        if one.app:
            self._tells("StasisEnd", one)
        self._tells("ChannelDestroyed", one, cause=cause, cause_txt="")
        one.over.set()

    def join(self, bridge: str, ids: list[str]) -> None:
        if bridge not in self.bridges:
            raise No(404, "Bridge not found")
        for id_ in ids:
            if id_ not in self.channels:
                raise No(400, "Channel not found")
            if not self.channels[id_].app:
                raise No(422, "Channel not in Stasis application")
        for id_ in ids:
            self.channels[id_].bridge = bridge

    def leave(self, bridge: str, ids: list[str]) -> None:
        if bridge not in self.bridges:
            raise No(404, "Bridge not found")
        for id_ in ids:
            if id_ not in self.channels or self.channels[id_].bridge != bridge:
                raise No(422, "Channel not in this bridge")
            self.channels[id_].bridge = ""

    def end_bridge(self, bridge: str) -> None:
        if bridge not in self.bridges:
            raise No(404, "Bridge not found")
        self.bridges.discard(bridge)
        for one in self.channels.values():
            one.bridge = "" if one.bridge == bridge else one.bridge

    def channel(self, id_: str) -> Channel:
        if id_ not in self.channels:
            raise No(404, "Channel not found")
        return self.channels[id_]

    def members(self, bridge: str) -> list[Channel]:
        return [one for one in self.channels.values() if bridge and one.bridge == bridge]

    # --- people

    def _dial(self, id_: str, number: str, app: str, args: str, timeout: float) -> Channel:
        times = self._times.get(number, 0)
        self._times[number] = times + 1
        turn = self._script.turn(number, times)
        if turn.behaviour is Behaviour.DOWN:
            raise No(500, "Allocation failed")
        self.dialled.append(number)
        one = self.channels[id_] = Channel(id_, f"PJSIP/trunk-{id_}", "Ringing", number)
        self._spawn(self._rings(one, turn, app, args, timeout))
        if turn.behaviour is Behaviour.UNSURE:
            raise No(503, "the double says nothing of a call that it has begun")
        return one

    async def _rings(self, one: Channel, turn: Turn, app: str, args: str, until: float) -> None:
        cause = UNREACHED.get(turn.behaviour)
        long = turn.behaviour in {Behaviour.NO_ANSWER, Behaviour.LOST}
        wait = (until if self._patience is None else self._patience) if long else 10 * self._frame
        await asyncio.sleep(wait)
        if one.id not in self.channels:
            return
        if cause is not None:
            self.hang_up(one.id, cause)
            return
        one.state, one.person = "Up", Somebody.at_home(turn)
        self._tells("ChannelStateChange", one)
        self._enter(one, app, args)

    # --- sound

    async def _bring(self, one: Channel, query: str, app: str, args: str) -> None:
        """As websocket_client.conf says; who is not let in leaves a channel that could not be dialled."""
        assert one.sound is not None
        if one.sound.start() and one.name.split("/")[1] != self._client:
            self.hang_up(one.id, 3)
            return
        address = f"{self._live}?{query.replace(',', '&')}" if query else self._live
        try:
            async with ClientSession() as session, session.ws_connect(address, protocols=("media",)) as socket:  # fmt: skip
                await socket.send_str(one.sound.start())
                one.state = "Up"
                self._enter(one, app, args)
                await self._carry(one, one.sound, socket)
        except (ClientError, OSError):
            log.info("a channel of sound was not let in")
        if one.id in self.channels:
            self.hang_up(one.id, 3 if one.state == "Down" else 16)

    async def _carry(
        self, one: Channel, sound: MediaChannel, socket: ClientWebSocketResponse
    ) -> None:
        reading = asyncio.create_task(self._read(sound, socket))
        due = asyncio.get_running_loop().time()
        try:
            while not (one.over.is_set() or sound.hung_up or reading.done()):
                due += self._frame
                await asyncio.sleep(due - asyncio.get_running_loop().time())
                await self._step(one, sound, socket)
        except (ClientError, ConnectionError):
            log.info("a socket of sound broke")
        finally:
            reading.cancel()
            self.complaints += sound.complaints
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, sound: MediaChannel, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                for said in sound.take(message.data):
                    await socket.send_str(said)

    async def _step(
        self, one: Channel, sound: MediaChannel, socket: ClientWebSocketResponse
    ) -> None:
        marks = sound.marks
        frame, said = sound.tick()
        for text in said:
            await socket.send_str(text)
        others = [
            other for other in self.members(one.bridge) if other.person and other.state == "Up"
        ]
        for other in others:
            assert other.person is not None
            other.person.hears(frame)
            await socket.send_bytes(other.person.frame())
            if sound.marks > marks:
                await self._acts(other, sound, socket)

    async def _acts(
        self, other: Channel, sound: MediaChannel, socket: ClientWebSocketResponse
    ) -> None:
        assert other.person is not None
        for key in other.person.sentence_over():
            if key == HANGS_UP:
                self.hang_up(other.id)
                return
            await socket.send_str(sound.key(key))

    # --- telling

    def _enter(self, one: Channel, app: str, args: str) -> None:
        """An application that nobody listens to loses its channels."""
        one.app = app
        words = args.split(",") if args else []
        if not self._tells("StasisStart", one, args=words):
            one.app = ""
            self.hang_up(one.id)

    def _tells(self, event: str, one: Channel, **more: Any) -> bool:
        return self.tell({"type": event, "channel": one.told(), **more})

    def _spawn(self, act: Any) -> None:
        task = asyncio.get_running_loop().create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
