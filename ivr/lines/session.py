"""One live call on one socket: 20 ms in, 20 ms out, whatever the line's dialect."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Protocol

from ivr.lines.dialect import (
    Clear,
    Dialect,
    HangUp,
    Key,
    Mark,
    Media,
    Nonsense,
    Play,
    Played,
    Started,
    Stopped,
)  # fmt: skip
from ivr.lines.jitter import Jitter
from ivr.lines.sockets import AWAY, Socket
from ivr.live import LiveCall
from ivr.speaking import SILENCE

log = logging.getLogger(__name__)

TICK = 0.020  #: seconds
GIVE_UP = 1.0  #: seconds we may be late and still make up for it
NOBODY = 30.0  #: seconds without any message after which nobody is there
RUBBISH = 100  #: messages that mean nothing before we hang up
UNPLAYED = 150  #: frames that a mark may take to come back


class Clock(Protocol):
    """Time as it passes for a session; tests bring a faster one."""

    def now(self) -> float: ...
    async def wait(self, call: LiveCall, seconds: float) -> None: ...


class RealTime:
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def wait(self, call: LiveCall, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Session:
    """Carries a ``LiveCall`` over a socket until one of them is over."""

    def __init__(
        self,
        socket: Socket,
        dialect: Dialect,
        call: LiveCall,
        clock: Clock,
        *,
        hold: bool = False,
    ) -> None:
        """``hold``: a socket that breaks ends no call, for another manner carries it on."""
        self._clock = clock
        self._socket = socket
        self._dialect = dialect
        self._call = call
        self._hold = hold
        self._jitter = Jitter()
        self._stopped = False
        self._rubbish = 0
        self._heard_at = 0.0
        self._cuts = 0
        self._mark = 0  # the last one sent
        self._due = 0  # frames until it is taken for played
        self._saying = False

    async def run(self, threads: Executor) -> None:
        """Whatever happens, the call is over afterwards and all of it is on the disk."""
        self._heard_at = self._clock.now()
        reading = asyncio.create_task(self._read())
        try:
            await self._pace()
        except Exception:
            log.exception("call %s: the line failed", self._call.conversation.call)
        finally:
            reading.cancel()
            self._end()
            loop = asyncio.get_running_loop()
            await asyncio.shield(loop.run_in_executor(threads, self._call.finish))
            await self._socket.send(self._dialect.encode(HangUp()) if not self._call.left else None)
            await self._socket.close()

    def _end(self) -> None:
        broken = not self._stopped and self._socket.gone and self._socket.code != AWAY
        if broken and self._hold:
            log.warning("call %s: its socket broke", self._call.conversation.call)
            self._call.let_go()
        else:
            self._call.hang_up()

    # --- what comes in

    async def _read(self) -> None:
        """As fast as it comes; the audio loop is never blocked by it."""
        while (message := await self._socket.receive()) is not None:
            self._heard_at = self._clock.now()
            try:
                self._take(message)
            except Nonsense as problem:
                self._rubbish += 1
                if self._rubbish == 1:
                    log.warning("call %s: %s", self._call.conversation.call, problem)

    def _take(self, message: str | bytes) -> None:
        match self._dialect.decode(message):
            case Media(sound=sound, at=at):
                self._jitter.put(sound, at)
            case Key(digit=digit):
                self._call.key(digit)
            case Played(mark=mark) if mark == str(self._mark):
                self._call.heard_out = True
            case Stopped():
                self._stopped = True
            case Started():
                raise Nonsense("a stream starts twice")
            case _:
                pass

    # --- what goes out

    async def _pace(self) -> None:
        clock = self._clock
        due = clock.now()
        while not self._over(clock.now()):
            due += TICK
            late = clock.now() - due
            if late < 0:
                await clock.wait(self._call, -late)
            elif late > GIVE_UP:
                due = clock.now()
            for _ in range(1 + self._jitter.more):
                await self._step(self._socket.send)

    def _over(self, now: float) -> bool:
        if now - self._heard_at > NOBODY:
            log.warning("call %s: nobody is there any more", self._call.conversation.call)
            return True
        if self._rubbish > RUBBISH:
            log.warning("call %s: nothing but rubbish", self._call.conversation.call)
            return True
        return self._call.over or self._stopped or self._socket.gone

    async def _step(self, send: Callable[[str | bytes | None], Awaitable[None]]) -> None:
        call, encode = self._call, self._dialect.encode
        sound = call.frame(self._jitter.take() or SILENCE)
        if call.cuts != self._cuts:
            self._cuts, self._saying, call.heard_out = call.cuts, False, True
            await send(encode(Clear()))
        if call.speaking or sound is not SILENCE:
            self._saying = True
            await send(encode(Play(sound)))
        elif self._dialect.continuous:
            await send(encode(Play(SILENCE)))
        if self._saying and not call.speaking:
            await self._said_all(send)
        elif not call.heard_out:
            self._due -= 1
            call.heard_out = self._due <= 0

    async def _said_all(self, send: Callable[[str | bytes | None], Awaitable[None]]) -> None:
        """Ask to be told when the last word has been heard."""
        self._saying = False
        self._mark += 1
        mark = self._dialect.encode(Mark(str(self._mark)))
        if mark is not None:
            self._call.heard_out, self._due = False, UNPLAYED
            await send(mark)
