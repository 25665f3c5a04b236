"""One engine at work: a queue, a thread that serves it, and at most one child process at a time."""

import logging
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Thread

from speech.audio import Sound, seconds
from speech.commands import Words
from speech.ears.base import NOTHING
from speech.ears.child import Child, EarFailed
from speech.ears.choose import Engine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds. A request may take `base` + `each` times its length; loading a model has its own limit."""

    base: float = 20.0
    each: float = 2.0
    loading: float = 60.0
    tolerance: float = (
        2.0  #: so long may dropped work hold up what is wanted, then its process is replaced
    )

    def of(self, sound: Sound) -> float:
        return self.base + self.each * seconds(sound)


@dataclass(eq=False, slots=True)
class Job:
    recording: str
    sound: Sound = field(repr=False)
    language: str
    short: bool
    wanted: bool  #: somebody waits for it; else it was begun early
    dropped: bool = False
    failed: bool = False
    words: Future[Words] = field(default_factory=Future)

    def fits(self, sound: Sound, language: str, *, short: bool) -> bool:
        same = len(self.sound) == len(sound) and self.language == language and self.short == short
        return same and not self.dropped and not self.failed

    def settle(self, words: Words) -> None:
        if not self.words.done():
            self.words.set_result(words)


class Attendant:
    """Serves one engine. Its methods may be called from any thread and return at once."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._queue: list[Job] = []
        self._at_work: Job | None = None
        self._child: Child | None = None
        self._warm = self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._serve, name=f"ear {engine.name}", daemon=True)
        self._watch = Thread(target=self._replace_hold_ups, name="ear watch", daemon=True)
        self._thread.start()
        self._watch.start()

    def add(self, job: Job) -> None:
        with self._changed:
            if self._closed:
                job.settle(NOTHING)
                return
            self._queue.append(job)
            self._changed.notify_all()

    def want(self, job: Job) -> None:
        with self._changed:
            job.wanted = True
            self._changed.notify_all()

    def forget(self, job: Job) -> None:
        with self._changed:
            job.dropped = True
            if job in self._queue:
                self._queue.remove(job)
            self._changed.notify_all()
        job.settle(NOTHING)

    def warm(self) -> None:
        with self._changed:
            self._warm = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            waiting, self._queue = self._queue, []
            if self._child is not None:
                self._child.kill()
            self._changed.notify_all()
        for job in waiting:
            job.settle(NOTHING)
        self._thread.join(timeout=self._limits.loading)
        self._watch.join(timeout=self._limits.tolerance + 1)

    def _serve(self) -> None:
        while (job := self._next()) is not None or not self._closed:
            if job is None:
                with suppress(EarFailed, OSError):
                    self._ready_child()
                continue
            job.settle(self._do(job))
            with self._changed:
                self._at_work = None
                self._changed.notify_all()
        if self._child is not None:
            self._child.close()

    def _next(self) -> Job | None:
        """The next job, those wanted first; None when the child is to be warmed or the desk is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._warm or self._closed)
            if self._closed or not self._queue:
                self._warm = False
                return None
            job = next((one for one in self._queue if one.wanted), self._queue[0])
            self._queue.remove(job)
            self._at_work = job
            return job

    def _do(self, job: Job) -> Words:
        try:
            child = self._ready_child()
            limit = self._limits.of(job.sound)
            return child.ask(job.sound, job.language, short=job.short, limit=limit)
        except (EarFailed, OSError) as problem:
            job.failed = True
            if not job.dropped:
                log.warning(
                    "%s gave no words for %s: %s", self._engine.name, job.recording, problem
                )
            return NOTHING

    def _ready_child(self) -> Child:
        child = self._child
        if child is not None and not child.killed:
            return child
        if child is not None:
            child.close()
            self._child = None
        fresh = Child(self._engine)
        with self._changed:
            self._child = fresh
            if self._closed:
                fresh.kill()
        fresh.load(self._limits.loading)
        return fresh

    def _replace_hold_ups(self) -> None:
        """Kills the child where dropped work has kept somebody waiting for longer than the tolerance."""
        with self._changed:
            while not self._closed:
                self._changed.wait_for(lambda: self._closed or self._hold_up() is not None)
                job = self._hold_up()
                if job is None:
                    continue
                moved_on = partial(self._moved_on, job)
                if self._changed.wait_for(moved_on, timeout=self._limits.tolerance):
                    continue
                if self._child is not None and self._child.name:  # loading is never in vain
                    self._child.kill()
                self._changed.wait_for(moved_on)

    def _hold_up(self) -> Job | None:
        """The job at work, if nobody wants its words and somebody waits behind it."""
        job = self._at_work
        waited_for = any(one.wanted for one in self._queue)
        return job if job is not None and job.dropped and waited_for else None

    def _moved_on(self, job: Job) -> bool:
        return self._closed or self._at_work is not job
