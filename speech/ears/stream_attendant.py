"""One engine that hears while people speak: all its speakers, the thread that passes their sound on, one process at a time.

What a speaker has said stays here until it has become words, so a fresh process can hear it all again.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import Any

from speech.audio import Sound, seconds
from speech.commands import Words
from speech.ears.base import NOTHING, Turn, settle, settled
from speech.ears.child import EarFailed, load
from speech.ears.choose import Engine
from speech.ears.frames import Message
from speech.ears.limits import Limits
from speech.ears.stream import Stream
from speech.ears.stream_child import StreamChild

log = logging.getLogger(__name__)

_TOGETHER = 0.1  #: seconds of sound that travel together: a message for each frame would cost more than hearing it


class StreamAttendant:
    """Its methods may be called from any thread, an audio loop too, and return at once."""

    def __init__(
        self, engine: Engine, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.engine = engine
        self._limits = limits
        self._clock = clock
        self._streams: dict[str, Stream] = {}  # by recording
        self._closing: list[int] = []  # numbers the process may forget
        self._number = 0
        self._child: StreamChild | None = None
        self._loading: StreamChild | None = None
        self._at_work: set[int] = set()
        self._ended: deque[tuple[Future[Words], Words]] = deque()
        self._cost = 0.0  # seconds for a second of sound, all cores together
        self._warm = self._urgent = self._closed = False
        self._broken: tuple[float, str] | None = None  # until when, and why
        self._changed = Condition()
        self._thread = Thread(target=self._serve, name=f"ear {engine.name}", daemon=True)
        self._thread.start()

    # --- asked for by calls

    def hear(self, recording: str, sound: Sound, language: str, *, short: bool) -> None:
        """What was just said; what goes beyond the longest is left to the recording."""
        with self._state():
            stream = self._streams.get(recording)
            if stream is None:
                stream = self._open(recording, language, Turn.WANTED, short=short)
            if stream is None or stream.length is not None:
                return
            stream.fed, stream.dropped = self._clock(), False
            if stream.seconds < self._limits.longest and not stream.failed:
                stream.sound += sound.tobytes()

    def begin(self, recording: str, sound: Sound, language: str, *, short: bool) -> None:
        """Nothing new for somebody who is followed already."""
        with self._state():
            stream = self._streams.get(recording)
            if stream is None or not (stream.failed or stream.fits(sound, language)):
                self._end(recording)
                self._whole(recording, sound, language, Turn.BEGUN, short=short)

    def words(
        self, recording: str, sound: Sound, language: str, *, short: bool, turn: Turn = Turn.WANTED
    ) -> Future[Words]:
        """From what was followed, where that is this sound; else all of it is heard now."""
        with self._state():
            stream = self._streams.get(recording)
            if stream is not None and stream.failed:
                self._end(recording)
                return settled(NOTHING)
            if stream is None or not stream.fits(sound, language):
                self._end(recording)
                stream = self._whole(recording, sound, language, turn, short=short)
                if stream is None:
                    return settled(NOTHING)
            stream.want(sound, short=short)
            stream.turn, stream.dropped = turn, False
            self._hurry()
            return stream.words

    def partial(self, recording: str) -> str:
        stream = self._streams.get(recording)
        return stream.partial if stream is not None else ""

    def drop(self, recording: str) -> None:
        """Its words are not wanted; whoever goes on speaking at once is still followed."""
        with self._state():
            stream = self._streams.get(recording)
            if stream is not None and stream.turn is not Turn.LATE:
                stream.dropped, stream.fed = True, self._clock()
                if stream.length is not None or stream.turn is Turn.BEGUN:
                    self._end(recording)

    def put_off(self, recording: str) -> None:
        """Whoever waited waits no longer: others go first."""
        with self._state():
            stream = self._streams.get(recording)
            if stream is not None and stream.length is not None:
                stream.turn, stream.asked = Turn.LATE, False
                self._hurry()

    def ahead(self, recording: str) -> float:
        """Seconds until its words can be expected, from what hearing has cost of late."""
        with self._changed:
            own = self._streams.get(recording)
            others = [one for one in self._streams.values() if one is not own and not one.turn]
            # all of one's own, but of others only what can come before it: queues are served in turns
            behind = own.unheard if own else 0.0
            return self._cost * (behind + sum(min(one.unheard, behind) for one in others))

    def warm(self) -> None:
        with self._changed:
            self._warm = True
            self._hurry()

    def close(self) -> None:
        with self._state():
            self._closed = True
            for recording in list(self._streams):
                self._end(recording)
            for child in (self._child, self._loading):
                if child is not None:
                    child.kill()
            self._hurry()
        self._thread.join(timeout=self._limits.loading)

    @property
    def process_id(self) -> int | None:
        child = self._child
        return child.process_id if child is not None else None

    # --- streams; the lock is held

    @contextmanager
    def _state(self) -> Iterator[None]:
        """Under the lock; whoever waits for words is told without it, as they may do anything."""
        with self._changed:
            yield
        while self._ended:
            with suppress(IndexError):
                settle(*self._ended.popleft())

    def _open(self, recording: str, language: str, turn: Turn, *, short: bool) -> Stream | None:
        if self._closed or self._full():
            return None
        self._number += 1
        stream = Stream(self._number, recording, language, short, turn, self._clock())
        self._streams[recording] = stream
        self._changed.notify_all()
        return stream

    def _whole(
        self, recording: str, sound: Sound, language: str, turn: Turn, *, short: bool
    ) -> Stream | None:
        if self._full(seconds(sound)):
            log.warning(
                "too much waits for %s: %s has its recording only", self.engine.name, recording
            )
            return None
        stream = self._open(recording, language, turn, short=short)
        if stream is not None:
            stream.sound += sound.tobytes()
        return stream

    def _full(self, more: float = 0.0) -> bool:
        kept = sum(one.seconds for one in self._streams.values())
        return kept + more > self._limits.kept

    def _end(self, recording: str, words: Words = NOTHING) -> None:
        stream = self._streams.pop(recording, None)
        if stream is not None:
            if stream.opened:
                self._closing.append(stream.number)
            self._ended.append((stream.words, words))

    def _fail(self, stream: Stream) -> None:
        """There will be no words; whoever still speaks is not followed any further."""
        if stream.length is not None:
            self._end(stream.recording)
        else:
            stream.failed = True
            stream.sound.clear()

    def _hurry(self) -> None:
        self._urgent = True
        self._changed.notify_all()

    # --- the thread that passes sound on

    def _serve(self) -> None:
        while self._wait():
            child = self._ready_child()
            message = self._collect(child) if child is not None else None
            if child is not None and message is not None:
                child.send(message)
        if self._child is not None:
            self._child.close()

    def _wait(self) -> bool:
        """A tenth of a second, or until somebody is in a hurry; for ever while nobody speaks. False: closed."""
        with self._state():
            self._changed.wait_for(lambda: self._closed or self._urgent or self._needed())
            self._changed.wait_for(lambda: self._closed or self._urgent, timeout=_TOGETHER)
            self._urgent = False
            self._sweep()
            return not self._closed

    def _needed(self) -> bool:
        return bool(self._streams) or (self._warm and self._child is None)

    def _sweep(self) -> None:
        """Ends what was dropped and not taken up again, and what was forgotten."""
        now = self._clock()
        for stream in list(self._streams.values()):
            limit = self._limits.afterglow if stream.dropped else self._limits.forgotten
            if stream.length is None and now - stream.fed > limit:
                self._end(stream.recording)

    def _ready_child(self) -> StreamChild | None:
        with self._state():
            if self._child is not None or self._closed or not self._needed():
                return self._child
            if self._broken is not None and self._clock() < self._broken[0]:
                self._give_up(self._broken[1])
                return None
        try:
            fresh = load(self._fresh)
        except (EarFailed, OSError) as problem:
            with self._state():
                self._broken = (self._clock() + self._limits.mending, str(problem))
                log.error("%s cannot hear: %s", self.engine.name, problem)  # noqa: TRY400  one sentence says it
                self._give_up(str(problem))
            return None
        with self._changed:
            self._broken = None
            self._child = None if fresh.gone else fresh
        return self._child

    def _fresh(self) -> StreamChild:
        fresh = StreamChild(self.engine, self._limits, self._fact, self._died)
        with self._changed:
            self._loading = fresh
            if self._closed:
                fresh.kill()
        try:
            fresh.load()
        except EarFailed:
            fresh.close()
            raise
        return fresh

    def _give_up(self, why: str) -> None:
        for stream in list(self._streams.values()):
            if stream.length is not None:
                log.info("%s gave no words for %s: %s", self.engine.name, stream.recording, why)
                self._end(stream.recording)

    def _collect(self, child: StreamChild) -> Message | None:
        with self._changed:
            if self._child is not child:
                return None
            orders: list[dict[str, Any]] = [{"do": "close", "of": one} for one in self._closing]
            sounds = []
            self._closing.clear()
            for stream in self._streams.values():
                more, sound = stream.orders()
                orders += more
                sounds.append(sound)
            return Message({"do": orders}, b"".join(sounds)) if orders else None

    # --- what the process says, on its own thread

    def _fact(self, child: StreamChild, fact: dict[str, Any]) -> None:
        with self._state():
            if "pulse" in fact:
                self._cost = fact["cost"]
            elif "at" in fact:
                self._at_work.add(fact["at"])
            else:
                self._outcome(fact)

    def _outcome(self, fact: dict[str, Any]) -> None:
        number: int = fact["heard"] if "heard" in fact else fact["of"]
        self._at_work.discard(number)
        stream = self._numbered(number)
        if stream is None:
            return
        if "heard" in fact:
            stream.heard += fact["bytes"]
            stream.partial = fact.get("partial", stream.partial)
            return
        stream.opened = False  # it is forgotten there already
        if "words" in fact:
            self._end(stream.recording, Words.of(fact["words"]))
        else:
            log.warning("%s, %s: %s", self.engine.name, stream.recording, fact["problem"])
            self._fail(stream)

    def _numbered(self, number: int) -> Stream | None:
        return next((one for one in self._streams.values() if one.number == number), None)

    def _died(self, child: StreamChild) -> None:
        """Everybody begins again with a fresh process, but who was heard at two deaths, or at a hang."""
        with self._state():
            if self._child is not child:
                return
            self._child = None
            guilty, self._at_work = self._at_work, set()
            self._closing.clear()
            if not self._closed and self._streams:
                log.warning("%s has died; %d begin again", self.engine.name, len(self._streams))
            for stream in list(self._streams.values()):
                hangs = stream.number == child.hangs
                if stream.lost(guilty=stream.number in guilty) or hangs:
                    log.warning("%s cannot hear %s", self.engine.name, stream.recording)
                    self._fail(stream)
            self._hurry()
