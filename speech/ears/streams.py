"""All speakers whom one engine follows: a table without a lock, a thread or a process. What it ends is told by its owner."""

import logging
from collections import deque
from concurrent.futures import Future
from typing import Any

from speech.audio import Sound, seconds
from speech.commands import Words
from speech.ears.base import NOTHING, Turn, settled
from speech.ears.frames import Message
from speech.ears.limits import Limits
from speech.ears.stream import Stream

log = logging.getLogger(__name__)


class Streams:
    """`now` is in seconds of any clock that only goes forward."""

    def __init__(self, engine: str, limits: Limits) -> None:
        self.ended: deque[tuple[Future[Words], Words]] = deque()  #: who must be told what
        self.cost = 0.0  #: seconds that a second of sound takes, all cores together
        self._engine = engine
        self._limits = limits
        self._open: dict[str, Stream] = {}  # by recording
        self._closing: list[int] = []  # numbers that the process may forget
        self._at_work: set[int] = set()
        self._number = 0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def closing(self) -> bool:
        """Must the process be told to forget somebody?"""
        return bool(self._closing)

    def get(self, recording: str) -> Stream | None:
        return self._open.get(recording)

    # --- asked for by calls

    def hear(self, now: float, recording: str, sound: Sound, language: str, *, short: bool) -> None:
        """What goes beyond the longest is left to the recording."""
        stream = self._open.get(recording)
        if stream is None and not self._full():
            stream = self._new(now, recording, language, Turn.WANTED, short=short)
        if stream is None or stream.length is not None:
            return
        stream.fed, stream.dropped = now, False
        if stream.seconds < self._limits.longest and not stream.failed:
            stream.sound += sound.tobytes()

    def begin(
        self, now: float, recording: str, sound: Sound, language: str, *, short: bool
    ) -> None:
        """Nothing new for somebody who is followed already."""
        stream = self._open.get(recording)
        if stream is None or not (stream.failed or stream.fits(sound, language)):
            self.end(recording)
            self._whole(now, recording, sound, language, short=short)

    def words(
        self, now: float, recording: str, sound: Sound, language: str, *, short: bool
    ) -> Future[Words]:
        """From what was followed, where that is this sound; else all of it is to be heard now."""
        stream = self._open.get(recording)
        if stream is not None and stream.failed:
            self.end(recording)
            return settled(NOTHING)
        if stream is None or not stream.fits(sound, language):
            self.end(recording)
            stream = self._whole(now, recording, sound, language, short=short)
        if stream is None:
            log.warning("no room for %s: it has its recording only", recording)
            return settled(NOTHING)
        stream.want(sound, short=short)
        return stream.words

    def drop(self, now: float, recording: str) -> None:
        """Whoever goes on speaking at once is still followed; who was told "later" keeps that promise."""
        stream = self._open.get(recording)
        if stream is None or stream.turn is Turn.LATE:
            return
        stream.dropped, stream.fed = True, now
        if stream.length is not None or stream.turn is Turn.BEGUN:
            self.end(recording)

    def put_off(self, recording: str, turn: Turn) -> None:
        """Whoever waited for its words waits no longer: others go first."""
        stream = self._open.get(recording)
        if stream is not None and stream.length is not None:
            stream.turn, stream.asked = turn, False

    def ahead(self, recording: str) -> float:
        """Seconds until its words can be expected: all of its own sound, and of others' what takes turns with it."""
        own = self._open.get(recording)
        if own is None:
            return 0.0
        others = (one for one in self._open.values() if one is not own and not one.turn)
        return self.cost * (own.unheard + sum(min(one.unheard, own.unheard) for one in others))

    def sweep(self, now: float) -> None:
        """Ends what was dropped and not taken up again, and what was forgotten."""
        for stream in list(self._open.values()):
            limit = self._limits.afterglow if stream.dropped else self._limits.forgotten
            if stream.length is None and now - stream.fed > limit:
                self.end(stream.recording)

    # --- what the process must be told, and what it says

    def orders(self) -> Message | None:
        """Everything that is new since the last time."""
        orders: list[dict[str, Any]] = [{"do": "close", "of": one} for one in self._closing]
        sounds = []
        self._closing.clear()
        for stream in self._open.values():
            more, sound = stream.orders()
            orders += more
            sounds.append(sound)
        return Message({"do": orders}, b"".join(sounds)) if orders else None

    def fact(self, fact: dict[str, Any]) -> None:
        if "pulse" in fact:
            self.cost = fact["cost"]
        elif "at" in fact:
            self._at_work.add(fact["at"])
        else:
            self._outcome(fact, fact["heard"] if "heard" in fact else fact["of"])

    def _outcome(self, fact: dict[str, Any], number: int) -> None:
        self._at_work.discard(number)
        stream = next((one for one in self._open.values() if one.number == number), None)
        if stream is None:
            return
        if "heard" in fact:
            stream.heard += fact["bytes"]
            stream.partial = fact.get("partial", stream.partial)
            return
        stream.opened = False  # it is forgotten there already
        if "words" in fact:
            self.end(stream.recording, Words.of(fact["words"]))
        else:
            log.warning("%s, %s: %s", self._engine, stream.recording, fact["problem"])
            self._fail(stream)

    def died(self, hangs: int | None) -> None:
        """Everybody begins again with a fresh process, but who was being heard at two deaths, or `hangs`."""
        guilty, self._at_work = self._at_work, set()
        self._closing.clear()
        if self._open:
            log.warning("%s has died; %d begin again", self._engine, len(self._open))
        for stream in list(self._open.values()):
            if stream.lost(guilty=stream.number in guilty) or stream.number == hangs:
                log.warning("%s cannot hear %s", self._engine, stream.recording)
                self._fail(stream)

    def give_up(self) -> None:
        """There is nobody to hear them: whoever waits for words gets none."""
        for stream in list(self._open.values()):
            if stream.length is not None:
                log.warning("%s gave no words for %s", self._engine, stream.recording)
                self.end(stream.recording)

    def end(self, recording: str, words: Words = NOTHING) -> None:
        stream = self._open.pop(recording, None)
        if stream is not None:
            if stream.opened:
                self._closing.append(stream.number)
            self.ended.append((stream.words, words))

    def end_all(self) -> None:
        for recording in list(self._open):
            self.end(recording)

    def _fail(self, stream: Stream) -> None:
        """There will be no words; whoever still speaks is not followed any further."""
        if stream.length is not None:
            self.end(stream.recording)
        else:
            stream.failed = True
            stream.sound.clear()

    def _whole(
        self, now: float, recording: str, sound: Sound, language: str, *, short: bool
    ) -> Stream | None:
        if self._full(seconds(sound)):
            return None
        stream = self._new(now, recording, language, Turn.BEGUN, short=short)
        stream.sound += sound.tobytes()
        return stream

    def _new(self, now: float, recording: str, language: str, turn: Turn, *, short: bool) -> Stream:
        self._number += 1
        stream = Stream(self._number, recording, language, short, turn, now)
        self._open[recording] = stream
        return stream

    def _full(self, more: float = 0.0) -> bool:
        return sum(one.seconds for one in self._open.values()) + more > self._limits.kept
