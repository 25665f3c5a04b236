"""One engine that hears whole recordings: a queue, a thread that serves it, and at most one child process at a time."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from threading import Condition, Thread

from speech.audio import Sound
from speech.commands import Words
from speech.ears.base import NOTHING, Turn, settle, settled
from speech.ears.child import Child, EarDied, EarFailed, load
from speech.ears.choose import Engine
from speech.ears.jobs import Job, Jobs
from speech.ears.limits import Limits

__all__ = ["Attendant", "Limits"]

log = logging.getLogger(__name__)


class Attendant:
    """Serves one engine. Its methods may be called from any thread and return at once."""

    def __init__(
        self,
        engine: Engine,
        limits: Limits,
        hot: Callable[[str], Sequence[str]] = lambda _language: (),
        *,
        low: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`hot`: words of the community by language; `low`: its process gives way to all others."""
        self.engine = engine
        self._limits = limits
        self._hot = hot
        self._low = low
        self._clock = clock
        self.jobs = Jobs(limits.kept)
        self._child: Child | None = None
        self._broken: tuple[float, str] | None = None  # until when, and why
        self._warm = self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._serve, name=f"ear {engine.name}", daemon=True)
        self._watch = Thread(target=self._replace_hold_ups, name="ear watch", daemon=True)
        self._thread.start()
        self._watch.start()

    # --- asked for by calls

    def hear(self, recording: str, sound: Sound, language: str, *, short: bool) -> None:
        """It hears whole recordings only."""

    def partial(self, _recording: str) -> str:
        return ""

    def begin(self, recording: str, sound: Sound, language: str, *, short: bool) -> None:
        self.words(recording, sound, language, short=short, turn=Turn.BEGUN)

    def words(
        self, recording: str, sound: Sound, language: str, *, short: bool, turn: Turn = Turn.WANTED
    ) -> Future[Words]:
        """What was begun for the very same sound is taken over."""
        with self._changed:
            known = self.jobs.take_over(recording, sound, language, turn, short=short)
            self._changed.notify_all()
        if known is not None:
            return known.words
        self.drop(recording, even_late=True)
        job = Job(recording, sound.copy(), language, short, turn)
        with self._changed:
            if self._closed or not self.jobs.add(job):
                log.warning("no room for %s: it has its recording only", recording)
                return settled(NOTHING)
            self._changed.notify_all()
        return job.words

    def drop(self, recording: str, *, even_late: bool = False) -> None:
        """Its words are not wanted, unless somebody was told that they come later."""
        with self._changed:
            job = self.jobs.drop(recording, even_late=even_late)
            self._changed.notify_all()
        if job is not None:
            settle(job.words, NOTHING)

    def put_off(self, recording: str) -> None:
        with self._changed:
            self.jobs.put_off(recording)

    def ahead(self, recording: str) -> float:
        """Seconds until its words can be expected, from what hearing has cost of late."""
        with self._changed:
            return self.jobs.ahead(recording)

    def warm(self) -> None:
        with self._changed:
            self._warm = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            waiting = self.jobs.end_all()
            if self._child is not None:
                self._child.kill()
            self._changed.notify_all()
        for job in waiting:
            settle(job.words, NOTHING)
        self._thread.join(timeout=self._limits.loading)
        self._watch.join(timeout=self._limits.tolerance + 1)

    @property
    def process_id(self) -> int | None:
        child = self._child
        return child.process_id if child is not None else None

    # --- the thread that serves the queue

    def _serve(self) -> None:
        while (job := self._next()) is not None or not self._closed:
            if job is None:
                with suppress(EarFailed, OSError):
                    self._ready_child()
                continue
            words = self._do(job)
            with self._changed:
                self.jobs.done(job)
                self._changed.notify_all()
            settle(job.words, words)
        if self._child is not None:
            self._child.close()

    def _next(self) -> Job | None:
        """The next job in its turn; None when the child is to be warmed or the desk is closed."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.jobs) or self._warm or self._closed)
            if self._closed or not len(self.jobs):
                self._warm = False
                return None
            return self.jobs.next()

    def _do(self, job: Job) -> Words:
        """A recording over which a process has died is tried once more, in a fresh one."""
        try:
            try:
                return self._ask(job)
            except EarDied:
                if job.dropped:
                    return NOTHING
                log.warning("%s has died over %s; once more", self.engine.name, job.recording)
                return self._ask(job)
        except (EarFailed, OSError) as problem:
            job.failed = True
            if not job.dropped:
                log.warning("%s gave no words for %s: %s", self.engine.name, job.recording, problem)
            return NOTHING

    def _ask(self, job: Job) -> Words:
        child = self._ready_child()
        begun = self._clock()
        words = child.ask(
            job.sound,
            job.language,
            short=job.short,
            limit=self._limits.of(job.sound),
            hot=self._hot(job.language),
        )
        self.jobs.learn(job, self._clock() - begun)
        return words

    def _ready_child(self) -> Child:
        child = self._child
        if child is not None and not child.killed:
            return child
        if child is not None:
            child.close()
            self._child = None
        if self._broken is not None and self._clock() < self._broken[0]:
            raise EarFailed(self._broken[1])
        try:
            fresh = load(self._fresh)
        except EarFailed as problem:
            if not self._closed:
                log.error("%s cannot hear: %s", self.engine.name, problem)  # noqa: TRY400  one sentence says it
            self._broken = (self._clock() + self._limits.mending, str(problem))
            raise
        self._broken = None
        return fresh

    def _fresh(self) -> Child:
        if self._child is not None:
            self._child.close()
        fresh = Child(self.engine, low=self._low)
        with self._changed:
            self._child = fresh
            if self._closed:
                fresh.kill()
        fresh.load(self._limits.loading)
        return fresh

    # --- the thread that keeps dropped work from holding up others

    def _replace_hold_ups(self) -> None:
        """Kills the child where dropped work has kept somebody waiting for longer than the tolerance."""
        with self._changed:
            while not self._closed:
                self._changed.wait_for(lambda: self._closed or self.jobs.hold_up() is not None)
                job = self.jobs.hold_up()
                if job is None:
                    continue
                moved_on = partial(self._moved_on, job)
                if self._changed.wait_for(moved_on, timeout=self._limits.tolerance):
                    continue
                if self._child is not None and self._child.name:  # loading is never in vain
                    self._child.kill()
                self._changed.wait_for(moved_on)

    def _moved_on(self, job: Job) -> bool:
        return self._closed or self.jobs.at_work is not job
