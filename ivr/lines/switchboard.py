"""Sockets come in here, show a token, and become live calls."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from ivr.backstage import Connect
from ivr.conversation import Conversation
from ivr.lines.dialect import Dialect, Nonsense, Started
from ivr.lines.session import Clock, RealTime, Session
from ivr.lines.sockets import REFUSED, Socket
from ivr.live import LiveCall
from ivr.overhearing import Overhearing

log = logging.getLogger(__name__)

PATIENCE = 10.0  #: seconds to say which call it is
PREFACE = 50  #: messages that may come before that
AT_ONCE = 64  #: calls whose last recordings are written at the same time


class Switchboard:
    """The live calls of this process."""

    def __init__(
        self,
        admit: Callable[[str, str], Conversation | None],
        clock: Clock | None = None,
        room: Callable[[], Overhearing] = Overhearing,
    ) -> None:
        """``admit`` takes a token and the name of a line; None: there is no call for it."""
        self._room = room
        self._clock = clock or RealTime()
        self.live: dict[str, Session] = {}
        self._admit = admit
        self._threads = ThreadPoolExecutor(AT_ONCE, "switchboard")

    async def carry(
        self,
        socket: Socket,
        dialect: Dialect,
        *,
        connect: Callable[[Conversation], Connect] = lambda _call: lambda _to: False,
        hold: bool = False,
        beside: Callable[[LiveCall], Awaitable[None]] | None = None,
    ) -> None:
        """One socket from its first message to its end. ``hold``: see ``Session``; ``beside`` goes on as long as the call."""
        await socket.accept()
        conversation = await self._conversation(socket, dialect)
        if conversation is None:
            await socket.close(REFUSED)
            return
        call = LiveCall(conversation, connect=connect(conversation), room=self._room())
        session = Session(socket, dialect, call, self._clock, hold=hold)
        self.live[conversation.call] = session
        aside = asyncio.ensure_future(beside(call)) if beside else None
        try:
            await session.run(self._threads)
        finally:
            del self.live[conversation.call]
            if aside:
                aside.cancel()
                await asyncio.gather(aside, return_exceptions=True)

    async def _conversation(self, socket: Socket, dialect: Dialect) -> Conversation | None:
        try:
            async with asyncio.timeout(PATIENCE):
                token = await _token(socket, dialect)
        except TimeoutError:
            token = None
        if token is None:
            log.warning("a socket of line %s never said which call it is", dialect.name)
            return None
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._admit, token, dialect.name)
        if found is None:
            log.warning("a socket of line %s had no good token", dialect.name)
        elif found.call in self.live:
            log.warning("call %s: a second socket is refused", found.call)
            return None
        return found

    def close(self) -> None:
        self._threads.shutdown()


async def _token(socket: Socket, dialect: Dialect) -> str | None:
    """What the first sensible message says; sound that comes before is nobody's yet."""
    for _ in range(PREFACE):
        message = await socket.receive()
        if message is None:
            return None
        try:
            event = dialect.decode(message)
        except Nonsense as problem:
            log.warning("a socket of line %s: %s", dialect.name, problem)
            continue
        if isinstance(event, Started):
            return event.token
    return None
