"""One engine that hears while people speak: the thread that passes their sound on, and one process at a time.

What a speaker has said stays here until it has become words, so a fresh process can hear it all again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import Any

from speech.audio import Sound
from speech.commands import Words
from speech.ears.base import NOTHING, Turn, settle, settled
from speech.ears.child import EarFailed, load
from speech.ears.choose import Engine
from speech.ears.frames import Message
from speech.ears.limits import Limits
from speech.ears.stream_child import StreamChild
from speech.ears.streams import Streams

log = logging.getLogger(__name__)

_TOGETHER = 0.1  #: seconds of sound that travel together: a message for each frame would cost more than hearing it


class StreamAttendant:
    """Its methods may be called from any thread, an audio loop too, and return at once."""

    def __init__(
        self, engine: Engine, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.engine = engine
        self.streams = Streams(engine.name, limits)
        self._limits = limits
        self._clock = clock
        self._child: StreamChild | None = None
        self._loading: StreamChild | None = None
        self._broken: tuple[float, str] | None = None  # until when, and why
        self._warm = self._urgent = self._closed = self._asleep = False
        self._changed = Condition()
        self._thread = Thread(target=self._serve, name=f"ear {engine.name}", daemon=True)
        self._thread.start()

    def hear(self, recording: str, sound: Sound, language: str, *, short: bool) -> None:
        """What was just said."""
        with self._state():
            if not self._closed:
                self.streams.hear(self._clock(), recording, sound, language, short=short)

    def begin(self, recording: str, sound: Sound, language: str, *, short: bool) -> None:
        with self._state():
            if not self._closed:
                self.streams.begin(self._clock(), recording, sound, language, short=short)

    def words(
        self, recording: str, sound: Sound, language: str, *, short: bool, turn: Turn = Turn.WANTED
    ) -> Future[Words]:
        with self._state():
            if self._closed:
                return settled(NOTHING)
            words = self.streams.words(self._clock(), recording, sound, language, short=short)
            if turn is not Turn.WANTED:
                self.streams.put_off(recording, turn)
            self._urgent = True
            return words

    def partial(self, recording: str) -> str:
        stream = self.streams.get(recording)
        return stream.partial if stream is not None else ""

    def drop(self, recording: str) -> None:
        with self._state():
            self.streams.drop(self._clock(), recording)

    def put_off(self, recording: str) -> None:
        with self._state():
            self.streams.put_off(recording, Turn.LATE)
            self._urgent = True

    def ahead(self, recording: str) -> float:
        """Seconds until its words can be expected, from what hearing has cost of late."""
        with self._changed:
            return self.streams.ahead(recording)

    def warm(self) -> None:
        with self._state():
            self._warm = True

    def close(self) -> None:
        with self._state():
            self._closed = True
            self.streams.end_all()
            for child in (self._child, self._loading):
                if child is not None:
                    child.kill()
        self._thread.join(timeout=self._limits.loading)

    @property
    def process_id(self) -> int | None:
        child = self._child
        return child.process_id if child is not None else None

    @contextmanager
    def _state(self) -> Iterator[None]:
        """Under the lock; whoever waits for words is told without it, as they may do anything."""
        with self._changed:
            yield
            if self._asleep or self._urgent or self._closed:  # a frame of sound is in no hurry
                self._changed.notify_all()
        while self.streams.ended:
            with suppress(IndexError):
                settle(*self.streams.ended.popleft())

    # --- the thread that passes sound on

    def _serve(self) -> None:
        while self._wait():
            child = self._ready_child()
            message = self._news(child)
            if child is not None and message is not None:
                child.send(message)
        if self._child is not None:
            self._child.close()

    def _wait(self) -> bool:
        """A tenth of a second, or until somebody is in a hurry; for ever while nobody speaks. False: closed."""
        with self._changed:
            self._asleep = True
            self._changed.wait_for(lambda: self._closed or self._urgent or self._something())
            self._asleep = False
            self._changed.wait_for(lambda: self._closed or self._urgent, timeout=_TOGETHER)
        with self._state():
            self._urgent = False
            self.streams.sweep(self._clock())
            return not self._closed

    def _something(self) -> bool:
        return self._needed() or self.streams.closing

    def _needed(self) -> bool:
        """Is a process needed?"""
        return len(self.streams) > 0 or (self._warm and self._child is None)

    def _news(self, child: StreamChild | None) -> Message | None:
        with self._changed:
            return self.streams.orders() if child is not None and self._child is child else None

    def _ready_child(self) -> StreamChild | None:
        with self._state():
            if self._child is not None or self._closed or not self._needed():
                return self._child
            if self._broken is not None and self._clock() < self._broken[0]:
                self.streams.give_up()
                return None
        try:
            fresh = load(self._fresh)
        except (EarFailed, OSError) as problem:
            with self._state():
                self._broken = (self._clock() + self._limits.mending, str(problem))
                self.streams.give_up()
            log.error("%s cannot hear: %s", self.engine.name, problem)  # noqa: TRY400  one sentence says it
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
        except EarFailed as problem:
            fresh.close()
            if self._closed:
                raise EarFailed("nobody listens any more") from problem
            raise
        return fresh

    # --- what the process says, on its own thread

    def _fact(self, _child: StreamChild, fact: dict[str, Any]) -> None:
        with self._state():
            self.streams.fact(fact)

    def _died(self, child: StreamChild) -> None:
        with self._state():
            if self._child is child:
                self._child = None
                self.streams.died(child.hangs)
                self._urgent = True
