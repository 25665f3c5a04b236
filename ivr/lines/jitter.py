"""Sound as it comes from a network: late, early, doubled, four times too fast; frame by frame as we want it."""

import heapq
import logging

from speech.audio import FRAME, RATE

log = logging.getLogger(__name__)

MS = RATE // 1000  #: bytes in a millisecond
PATIENCE = 3  #: frames that a hole is waited for: 60 ms
BEHIND = 10  #: frames in store from which on we hear faster
MOST = 7  #: frames more than one that are heard at once
LIMIT = 5 * RATE  #: bytes that are kept; whoever sends faster than eight times loses the oldest


class Jitter:
    """Put in what comes, take a frame every 20 ms. The same 8 kHz mu-law throughout."""

    def __init__(self) -> None:
        self._early: list[tuple[int, bytes]] = []  # after a hole, in the order of their places
        self._ready = bytearray()
        self._next: int | None = None  # the place, in ms, of what comes after `_ready`
        self._holes = 0
        self._warned = False

    def put(self, sound: bytes, at: int | None = None) -> None:
        """``at``: milliseconds from the beginning; without it sound comes in order."""
        if at is None:
            self._ready += sound
        elif self._next is None or at >= self._next - FRAME // MS // 2:
            heapq.heappush(self._early, (at, sound))
            self._join()
        if len(self._ready) > LIMIT or len(self._early) > LIMIT // FRAME:
            self._drop()

    def take(self) -> bytes | None:
        """The next 20 ms; None while they have not come."""
        if self._early and len(self._ready) < FRAME:
            self._holes += 1
            if self._holes > PATIENCE:
                self._next = self._early[0][0]
                self._join()
        if len(self._ready) < FRAME:
            return None
        frame = bytes(self._ready[:FRAME])
        del self._ready[:FRAME]
        return frame

    @property
    def more(self) -> int:
        """How many frames should be taken besides the one that is due, because sound came too fast."""
        return min(MOST, len(self._ready) // FRAME // BEHIND)

    def _join(self) -> None:
        """Move what has its place now."""
        while self._early and (self._next is None or self._early[0][0] < self._next + FRAME // MS):
            at, sound = heapq.heappop(self._early)
            self._ready += sound
            self._next = at + len(sound) // MS
            self._holes = 0

    def _drop(self) -> None:
        if not self._warned:
            log.warning("sound comes much faster than anybody speaks; some of it is dropped")
        self._warned = True
        del self._ready[: max(0, len(self._ready) - LIMIT)]
        del self._early[LIMIT // FRAME :]
