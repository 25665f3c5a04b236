"""What the line does beside its events: tasks of its loop, questions to the house in threads, acts that need not succeed."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ivr.lines.asterisk.ari import Ari, AriProblem
from ivr.lines.asterisk.carried import Carried, first

log = logging.getLogger(__name__)

T = TypeVar("T")

AGAIN = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  #: seconds between two tries to hang up
AT_ONCE = 16  #: questions to the house at the same time


class Work:
    """Of one event loop."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari
        self._house = ThreadPoolExecutor(AT_ONCE, "asterisk")
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, ask: Callable[..., T], *args: object) -> T:
        """The house, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._house, ask, *args)

    async def insist(self, ask: Callable[..., object], *args: object) -> None:
        """What must be written down, also where the house cannot do it just now."""
        for wait in AGAIN:
            try:
                await self.ask(ask, *args)
            except Exception as problem:  # noqa: BLE001  # its words may hold a number
                log.warning("a call is not written down yet: %s", words(problem))
                await asyncio.sleep(wait)
            else:
                return
        log.error("a call that could not be taken is not even written down")

    async def let_go(self, one: Carried, reason: str = "normal") -> None:
        """Nobody stays on a silent line because Asterisk does not answer us just now."""
        for wait in AGAIN:
            try:
                await self._ari.hang_up(one.caller, reason)
            except AriProblem as problem:
                log.warning("call %s is not hung up yet: %s", one.call, words(problem))
            else:
                return
            await first(one.gone, limit=wait)
            if one.gone.is_set():
                return

    async def attempt(self, act: Coroutine[Any, Any, None]) -> None:
        """What need not succeed."""
        try:
            await act
        except AriProblem as problem:
            log.warning("Asterisk: %s", words(problem))

    def begin(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._house.shutdown(wait=False)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            log.error("a call on Asterisk's line failed: %s", type(problem).__name__)


def words(problem: Exception) -> str:
    """Of other problems only the kind: their words may hold a number."""
    kind = type(problem).__name__
    return f"{kind} {problem}" if isinstance(problem, AriProblem) else kind
