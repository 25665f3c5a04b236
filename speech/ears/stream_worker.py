"""The process a Follower lives in: `python -m speech.ears.stream_worker MAKER MODEL`, many speakers at once.

Messages to it are lists of orders ({"do": [...]}, sounds joined in the body); what it says is one fact each: a speaker is
being heard (`at`), has been heard so far (`heard`, `partial`), has finished (`words`, or `problem`), and every second that
it lives (`pulse`). Its hands, one for each core, take half a second of sound at a time, so nobody waits behind a long
recording; Kaldi lets go of Python's lock meanwhile. It may be killed at any moment, and ends as soon as the desk has gone.
"""

import ctypes
import os
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from speech.ears.base import Follower, Following
from speech.ears.frames import Message, receive, send
from speech.ears.worker import make, own_stdout

STEP = 3200  #: bytes, a fifth of a second: so long somebody who has finished waits for a hand
#: bytes, six seconds: who has more to be heard is catching up and lets others go first; below that all are behind alike
_BEHIND = 96000
_PULSE = 1.0  # seconds
_FORGETTING = 0.95  # of what was measured, with every pulse


@dataclass(eq=False, slots=True)
class Speaker:
    """One stream, as it is here."""

    number: int
    language: str
    short: bool
    turn: int
    waiting: bytearray = field(default_factory=bytearray)
    following: Following | None = None
    finish: dict[str, Any] | None = None
    queued: bool = False  #: in a queue, or in somebody's hands

    @property
    def rank(self) -> int:
        """In which queue it waits: somebody who waits for words, who speaks, who is behind, whose turn is later."""
        if self.turn:
            return 3
        return 2 if len(self.waiting) > _BEHIND else 1 if self.finish is None else 0


class Room:
    """Speakers, the queues they wait in, and the hands that hear them."""

    def __init__(self, follower: Follower, tell: Any, hands: int) -> None:
        self._follower = follower
        self._tell = tell
        self._hands = hands
        self._speakers: dict[int, Speaker] = {}
        self._queues: tuple[deque[Speaker], ...] = tuple(deque() for _ in range(4))
        self._at_work: dict[int, float] = {}  # speaker -> since when
        self._busy = self._sound = 0.0
        self._changed = threading.Condition()

    def open(self) -> None:
        for number in range(self._hands):
            threading.Thread(target=self._work, name=f"hand {number}", daemon=True).start()
        threading.Thread(target=self._pulse, name="pulse", daemon=True).start()

    def take(self, message: Message) -> None:
        """The orders of one message."""
        at = 0
        with self._changed:
            for order in message.head["do"]:
                self._order(order, message.body[at : at + order.get("bytes", 0)])
                at += order.get("bytes", 0)
            self._changed.notify_all()

    def _order(self, order: dict[str, Any], sound: bytes) -> None:
        number = order["of"]
        if order["do"] == "close":
            self._speakers.pop(number, None)
            return
        if order["do"] == "open":
            self._speakers[number] = Speaker(
                number, order["language"], order["short"], order["turn"]
            )
        speaker = self._speakers.get(number)
        if speaker is None:
            return  # it has failed, and the desk will hear of it
        speaker.waiting += sound
        speaker.turn = order.get("turn", speaker.turn)
        if order["do"] == "finish":
            speaker.finish = order
        self._queue(speaker)

    def _queue(self, speaker: Speaker) -> None:
        if not speaker.queued and (speaker.waiting or speaker.finish):
            speaker.queued = True
            self._queues[speaker.rank].append(speaker)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: any(self._queues))
                speaker = next(queue for queue in self._queues if queue).popleft()
                piece = bytes(speaker.waiting[:STEP])
                del speaker.waiting[:STEP]
                self._at_work[speaker.number] = begun = time.monotonic()
                last = not speaker.waiting and speaker.finish is not None
            self._tell({"at": speaker.number})
            told = self._step(speaker, piece, last=last)
            with self._changed:
                self._busy += time.monotonic() - begun
                self._sound += len(piece) / 16000
                del self._at_work[speaker.number]
                speaker.queued = False
                over = "heard" not in told or self._speakers.get(speaker.number) is not speaker
                if over:
                    self._speakers.pop(speaker.number, None)
                else:
                    self._queue(speaker)
            self._tell(told)
            if over:
                speaker.following = None  # tens of MiB that its decoder has gathered
                _trim()

    def _step(self, speaker: Speaker, piece: bytes, *, last: bool) -> dict[str, Any]:
        try:
            if speaker.following is None:
                speaker.following = self._follower.follow(speaker.language, short=speaker.short)
            said = speaker.following.hear(np.frombuffer(piece, dtype=np.int16)) if piece else None
            if not last or speaker.finish is None:
                heard = {"heard": speaker.number, "bytes": len(piece)}
                return heard if said is None else heard | {"partial": said}
            order = speaker.finish
            words = speaker.following.finish(order["length"], short=order["short"])
            return {"words": asdict(words), "of": speaker.number}
        except Exception as problem:  # noqa: BLE001  an engine may raise anything; the desk must hear of it
            return {"problem": f"{type(problem).__name__}: {problem}", "of": speaker.number}

    def _pulse(self) -> None:
        while True:
            time.sleep(_PULSE)
            with self._changed:
                now = time.monotonic()
                stuck = [[one, now - since] for one, since in self._at_work.items()]
                cost = self._busy / self._sound / self._hands if self._sound else 0.0
                self._busy *= _FORGETTING
                self._sound *= _FORGETTING
            self._tell({"pulse": stuck, "cost": cost})


def _trim() -> None:
    """What was freed goes back to the system."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)


def main() -> None:
    maker, model = sys.argv[1:3]
    answers, lock = own_stdout(), threading.Lock()

    def tell(fact: dict[str, Any]) -> None:
        try:
            with lock:
                send(answers, Message(fact))
        except OSError:
            os._exit(0)

    follower = make(maker, model, answers)
    room = Room(follower, tell, os.cpu_count() or 1)
    tell({"ready": follower.name})
    room.open()
    while (message := receive(sys.stdin.buffer)) is not None:
        room.take(message)
    os._exit(0)


if __name__ == "__main__":
    main()
