"""What a line says: sound that is ready, and the pieces of it that are still being made."""

import logging
from collections.abc import Iterator
from concurrent.futures import Executor, Future

from speech.audio import FRAME, QUIET, Sound, ulaw_encode

log = logging.getLogger(__name__)

SILENCE = bytes([QUIET]) * FRAME


class Speech:
    """20 ms after 20 ms, for the audio loop. Pieces are made on ``jobs`` while the one before is heard."""

    def __init__(self, jobs: Executor) -> None:
        self.last = SILENCE  #: the 20 ms that were said last
        self._jobs = jobs
        self._ready = memoryview(b"")
        self._rest: Iterator[Sound] | None = None
        self._next: Future[Sound | None] | None = None

    @property
    def over(self) -> bool:
        """Everything has been said."""
        return not self._ready and self._next is None

    @property
    def making(self) -> Future[Sound | None] | None:
        """The piece that is awaited; None while there is something to say, or nothing."""
        return None if self._ready else self._next

    def say(self, first: Sound, rest: Iterator[Sound]) -> None:
        """After what is being said now."""
        self._ready = memoryview(bytes(self._ready) + ulaw_encode(first))
        self._rest = rest
        self._make_next()

    def play(self, sound: Sound) -> None:
        """Instead of what is being said now."""
        self.stop()
        self._ready = memoryview(ulaw_encode(sound))

    def stop(self) -> None:
        self._ready, self._rest, self._next = memoryview(b""), None, None

    def frame(self) -> bytes:
        """The next 20 ms, mu-law."""
        if self._next is not None and len(self._ready) < FRAME and self._next.done():
            self._take(self._next)
        piece, self._ready = bytes(self._ready[:FRAME]), self._ready[FRAME:]
        self.last = piece + SILENCE[len(piece) :]
        return self.last

    def _take(self, made: "Future[Sound | None]") -> None:
        self._next = None
        problem = made.exception()
        if problem is not None:
            log.error("a sentence was broken off: no voice could go on", exc_info=problem)
        elif (sound := made.result()) is not None:
            self._ready = memoryview(bytes(self._ready) + ulaw_encode(sound))
            self._make_next()

    def _make_next(self) -> None:
        rest = self._rest
        if rest is not None:
            self._next = self._jobs.submit(lambda: next(rest, None))
