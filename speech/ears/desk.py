"""The desk that takes recordings to be recognised, and remembers what was begun early.

Nothing here raises into a call: where an engine is missing, breaks or is late, the answer is no words, from "none".
"""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import RLock

from speech.audio import Sound
from speech.commands import Words
from speech.ears.attendant import Attendant, Job, Limits
from speech.ears.base import NOTHING
from speech.ears.choose import NONE, Engine, choose


class EarDesk:
    """Safe to use from any thread. Every language has its engine, every engine its own process, started when first needed."""

    def __init__(
        self,
        models: Path,
        *,
        chooser: Callable[[str, Path], Engine] = choose,
        limits: Limits | None = None,
    ) -> None:
        self._models = models
        self._chooser = chooser
        self._limits = limits or Limits()
        self._attendants: dict[Engine, Attendant] = {}
        self._jobs: dict[str, tuple[Attendant, Job]] = {}  # by recording; one at a time each
        self._lock = RLock()  # a job that is forgotten settles at once, and settling releases it

    def engine(self, language: str) -> Engine:
        """Who would hear this language now; its name is "none" where nothing is installed."""
        return self._chooser(language, self._models)

    def warm(self, language: str) -> None:
        """Load the model in the background, before the first call needs it."""
        engine = self.engine(language)
        if engine != NONE:
            with self._lock:
                self._attendant(engine).warm()

    def begin(self, recording: str, sound: Sound, language: str, *, short: bool = False) -> None:
        """Start early, in a silence: `words` for the very same sound will take over what was done."""
        self._job(recording, sound, language, short=short, wanted=False)

    def hear(self, recording: str, sound: Sound, language: str, *, short: bool = False) -> None:
        """What was just said, in order; an engine that hears whole recordings waits for `words`."""

    def later(self, recording: str) -> Future[Words] | None:
        """The words of a recording that nobody could listen to in time."""
        return None

    def second(self, recording: str, sound: Sound, language: str) -> Future[Words] | None:
        """What another engine makes of it; None where there is no other."""
        return None

    def drop(self, recording: str) -> None:
        """The speaker went on or has gone: what was begun is worthless."""
        with self._lock:
            attendant, job = self._jobs.pop(recording, (None, None))
        if attendant is not None and job is not None:
            attendant.forget(job)

    def words(
        self, recording: str, sound: Sound, language: str, *, short: bool = False
    ) -> Future[Words]:
        """Its result never raises; no words from engine "none" where the engine is missing, late or broken."""
        words = self._job(recording, sound, language, short=short, wanted=True)
        words.add_done_callback(lambda _: self._release(recording, words))
        return words

    def close(self) -> None:
        """End every process; whoever still waits gets no words."""
        with self._lock:
            attendants = list(self._attendants.values())
        for attendant in attendants:
            attendant.close()

    def _job(
        self, recording: str, sound: Sound, language: str, *, short: bool, wanted: bool
    ) -> Future[Words]:
        with self._lock:
            attendant, job = self._jobs.get(recording, (None, None))
            if attendant and job and job.fits(sound, language, short=short):
                if wanted:
                    attendant.want(job)
                return job.words
            if attendant and job:
                attendant.forget(job)
            return self._new_job(Job(recording, sound.copy(), language, short, wanted))

    def _release(self, recording: str, words: Future[Words]) -> None:
        with self._lock:
            _, job = self._jobs.get(recording, (None, None))
            if job is not None and job.words is words:
                del self._jobs[recording]

    def _new_job(self, job: Job) -> Future[Words]:
        engine = self.engine(job.language)
        if engine == NONE or not len(job.sound):
            job.settle(NOTHING)
            return job.words
        attendant = self._attendant(engine)
        self._jobs[job.recording] = (attendant, job)
        attendant.add(job)
        return job.words

    def _attendant(self, engine: Engine) -> Attendant:
        if engine not in self._attendants:
            self._attendants[engine] = Attendant(engine, self._limits)
        return self._attendants[engine]
