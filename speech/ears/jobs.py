"""Recordings that wait for one engine, and whose turn it is: a table without a lock, a thread or a process."""

from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from speech.audio import Sound, seconds
from speech.commands import Words
from speech.ears.base import Turn

_SHORTEST = (
    10.0  # seconds: shorter recordings cost as much (Whisper: 0.7 s and more for every window)
)
_NEWEST = 0.3  # weight of the newest in the mean of what hearing costs


@dataclass(eq=False, slots=True)
class Job:
    recording: str
    sound: Sound = field(repr=False)
    language: str
    short: bool
    turn: Turn
    dropped: bool = False
    failed: bool = False
    words: Future[Words] = field(default_factory=Future)

    def fits(self, sound: Sound, language: str, *, short: bool) -> bool:
        same = self.language == language and self.short == short and not self.failed
        return same and np.array_equal(self.sound, sound)

    @property
    def size(self) -> float:
        """Seconds it counts for, when hearing is paid for."""
        return max(_SHORTEST, seconds(self.sound))


class Jobs:
    def __init__(self, kept: float) -> None:
        """`kept`: seconds of sound that may wait."""
        self.cost: float | None = (
            None  #: seconds that a second of sound takes; None before the first
        )
        self.at_work: Job | None = None
        self._kept = kept
        self._known: dict[str, Job] = {}  # by recording; what was begun stays after it is done
        self._queue: list[Job] = []

    def __len__(self) -> int:
        """How many wait."""
        return len(self._queue)

    def take_over(
        self, recording: str, sound: Sound, language: str, turn: Turn, *, short: bool
    ) -> Job | None:
        """What was begun, or asked for before, for the very same sound."""
        job = self._known.get(recording)
        if job is None or not job.fits(sound, language, short=short):
            return None
        job.turn = min(job.turn, turn)
        if job.words.done() and turn is not Turn.BEGUN:
            del self._known[recording]
        return job

    def add(self, job: Job) -> bool:
        """False where there is no room."""
        kept = sum(seconds(one.sound) for one in self._queue)
        if kept + seconds(job.sound) > self._kept:
            return False
        self._known[job.recording] = job
        self._queue.append(job)
        return True

    def drop(self, recording: str, *, even_late: bool = False) -> Job | None:
        """The job nobody wants any more; None for one that somebody was told comes later."""
        job = self._known.get(recording)
        if job is None or (job.turn is Turn.LATE and not even_late):
            return None
        job.dropped = True
        del self._known[recording]
        if job in self._queue:
            self._queue.remove(job)
        return job

    def put_off(self, recording: str) -> None:
        """Whoever waited for it waits no longer: others go first."""
        if recording in self._known:
            self._known[recording].turn = Turn.LATE

    def ahead(self, recording: str) -> float:
        """Seconds until its words can be expected; 0 while nothing is known of the engine, and while it is heard."""
        own = self._known.get(recording)
        if own is None or self.cost is None or own is self.at_work:
            return 0.0
        first = [one for one in self._queue if one is not own and one.turn is Turn.WANTED]
        if self.at_work is not None:
            first.append(self.at_work)
        return self.cost * sum(one.size for one in [own, *first])

    def next(self) -> Job:
        """The first of those whose turn it is; there must be one."""
        job = min(self._queue, key=lambda one: one.turn)
        self._queue.remove(job)
        self.at_work = job
        return job

    def done(self, job: Job) -> None:
        self.at_work = None
        if self._known.get(job.recording) is job and job.turn is not Turn.BEGUN:
            del self._known[job.recording]

    def learn(self, job: Job, took: float) -> None:
        cost = took / job.size
        self.cost = cost if self.cost is None else self.cost + _NEWEST * (cost - self.cost)

    def end_all(self) -> list[Job]:
        """All that wait, who now wait in vain."""
        waiting, self._queue = self._queue, []
        return waiting

    def hold_up(self) -> Job | None:
        """The job at work, if nobody wants its words and somebody waits behind it."""
        job = self.at_work
        waited_for = any(one.turn is Turn.WANTED for one in self._queue)
        return job if job is not None and job.dropped and waited_for else None
