"""Voices that speak any text: the Protocol, and espeak-ng in a process that may be killed."""

import logging
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from speech.audio import NotASound, Sound, read_sound
from speech.mouth.clauses import clauses, sentences
from speech.mouth.pauses import Pace
from speech.mouth.process import Kept, WorkerLost
from speech.mouth.sound import for_the_line

log = logging.getLogger(__name__)

LIMIT = 5.0  #: s for one sentence; espeak-ng needs about 0.03
ESPEAK_VOICES = {"zh": "cmn", "en": "en-us"}
ESPEAK_RATE = 145  #: words a minute; 175 is the library's own
ESPEAK_PITCH = 35  #: of 100; low voices are heard longest
WORKER = (sys.executable, "-m", "speech.mouth.worker")


class Speechless(Exception):
    """No voice could say this sentence."""


class Voice(Protocol):
    """A voice that can say any text of the languages it has."""

    @property
    def name(self) -> str:
        """Tells voices and manners apart: what was said is kept under it."""

    def speaks(self, language: str) -> bool: ...

    def pieces(self, text: str, pace: Pace) -> list[str]:
        """The text in the pieces this voice says best, each of which `speak` takes."""

    def speak(self, text: str, language: str) -> Sound:
        """int16 at 8 kHz, at the house level. Raises Speechless."""

    def close(self) -> None: ...


def written(name: str, text: str, ask: Callable[[str], None]) -> Sound:
    """What a voice process leaves in the file that `ask` tells it, fitted to the line. Raises Speechless."""
    with tempfile.TemporaryDirectory(prefix="hotline-voice-") as folder:
        out = Path(folder) / "said.wav"
        ask(str(out))
        try:
            sound = for_the_line(read_sound(out))
        except NotASound as problem:
            raise Speechless(f"{name} left no sound: {problem}") from problem
    if not sound.any():
        raise Speechless(f"{name} made no sound of {text[:40]!r}")
    return sound


class Espeak:
    """espeak-ng in a worker process: kept between sentences, killed and started anew when it hangs or dies."""

    name = "espeak-ng"

    def __init__(self, command: tuple[str, ...] = WORKER, limit: float = LIMIT) -> None:
        self._kept = Kept(command, limit)
        self._lock = threading.Lock()

    def speaks(self, language: str) -> bool:
        return language in ESPEAK_VOICES

    def pieces(self, text: str, pace: Pace) -> list[str]:
        return clauses(text, fewest=1) if pace == "slow" else sentences(text)

    def speak(self, text: str, language: str) -> Sound:
        how = {"voice": ESPEAK_VOICES.get(language, "en-us"), "rate": ESPEAK_RATE}
        ask = {"text": text, **how, "pitch": ESPEAK_PITCH}
        return written(self.name, text, lambda out: self._ask_twice({**ask, "out": out}))

    def close(self) -> None:
        with self._lock:
            self._kept.drop()

    @property
    def process_id(self) -> int | None:
        return self._kept.process_id

    def _ask_twice(self, ask: dict[str, Any]) -> None:
        problem = ""
        with self._lock:
            for _ in range(2):
                try:
                    answer = self._kept.ask(ask)
                except WorkerLost as lost:
                    problem = str(lost)
                    log.warning("the voice process is started anew: %s", problem)
                    self._kept.drop()
                    continue
                if answer.get("frames", 0) > 0:
                    return
                problem = str(answer.get("error", "an empty sound"))
        raise Speechless(f"espeak-ng could not say {ask['text'][:40]!r}: {problem}")
