"""What a line says: sound that is ready, and the pieces of it that are still being made."""

import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from speech.audio import FRAME, QUIET

log = logging.getLogger(__name__)

SILENCE = bytes([QUIET]) * FRAME


@dataclass(frozen=True, slots=True)
class Piece:
    """Some sound, mu-law; ``open``: a voice may interrupt it."""

    sound: bytes
    open: bool = False


class Speech:
    """20 ms after 20 ms, for the audio loop. Pieces are made on ``jobs`` while the one before is heard."""

    def __init__(self, jobs: Executor) -> None:
        self.last = SILENCE  #: the 20 ms that were said last
        self._jobs = jobs
        self._ready: deque[Piece] = deque()
        self._at = 0  # bytes of the first piece that were said
        self._rest: Iterator[Piece] | None = None
        self._next: Future[Piece | None] | None = None

    @property
    def over(self) -> bool:
        """Everything has been said."""
        return not self._ready and self._next is None

    @property
    def open(self) -> bool:
        """May what is said just now be interrupted by a voice?"""
        return bool(self._ready) and self._ready[0].open

    @property
    def making(self) -> Future[Piece | None] | None:
        """The piece that is awaited; None while there is something to say, or nothing."""
        return None if self._ready else self._next

    def say(self, first: Piece, rest: Iterator[Piece]) -> None:
        """After what is being said now."""
        self._add(first)
        self._rest = rest
        self._make_next()

    def play(self, piece: Piece) -> None:
        """Instead of what is being said now."""
        self.stop()
        self._add(piece)

    def stop(self) -> bool:
        """Say no more; was there anything left to say?"""
        cut = not self.over
        self._ready.clear()
        self._at, self._rest, self._next = 0, None, None
        return cut

    def frame(self) -> bytes:
        """The next 20 ms, mu-law."""
        out = self._cut(FRAME)
        if len(out) < FRAME and self._next is not None and self._next.done():
            self._take(self._next)
            out += self._cut(FRAME - len(out))
        self.last = out + SILENCE[len(out) :] if out else SILENCE
        return self.last

    def _cut(self, length: int) -> bytes:
        out = b""
        while self._ready and len(out) < length:
            sound, end = self._ready[0].sound, self._at + length - len(out)
            out += sound[self._at : end]
            self._at = end
            if end >= len(sound):
                self._ready.popleft()
                self._at = 0
        return out

    def _add(self, piece: Piece) -> None:
        if piece.sound:
            self._ready.append(piece)

    def _take(self, made: "Future[Piece | None]") -> None:
        self._next = None
        problem = made.exception()
        if problem is not None:
            log.error("a sentence was broken off: no voice could go on", exc_info=problem)
        elif (piece := made.result()) is not None:
            self._add(piece)
            self._make_next()

    def _make_next(self) -> None:
        rest = self._rest
        if rest is not None:
            self._next = self._jobs.submit(lambda: next(rest, None))
