"""Kokoro as a voice of the hotline: a process that may be killed, one clause at a time, several calls in turn."""

import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speech.audio import NotASound, Sound, read_sound
from speech.mouth.clauses import clauses
from speech.mouth.pauses import Pace
from speech.mouth.process import Worker, WorkerLost
from speech.mouth.sound import for_the_line
from speech.mouth.voices import Speechless

log = logging.getLogger(__name__)

NAME = "kokoro-82m"  #: of the model, its folder and this voice
WEIGHTS = "kokoro-v1.0.int8.onnx"
#: understood best over a telephone: contrib/render_voice/README.md (Mandarin), docs/voices.md (English)
USUAL = {"zh": "zm_yunxi", "en": "bm_george"}
SPEED = 0.9  #: for old ears; 1 is the network's own
LOADING = 40.0  #: s a loaded machine may need until the weights are there
LIMIT = 12.0  #: s for one clause, the wait for other calls' clauses included
REST = 60.0  #: s without another try after the process failed twice
LANGUAGES = {"zh": ("z",), "en": ("a", "b")}  #: first letters of voices


class Neural:
    """Raises Speechless soon where it cannot; the next voice then says the clause."""

    def __init__(
        self,
        folder: Path,
        voices: dict[str, str] | None = None,
        speed: float = SPEED,
        *,
        command: tuple[str, ...] | None = None,
        limit: float = LIMIT,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`voices`: language -> one of the folder's voices, in place of USUAL."""
        self._voices = {**USUAL, **(voices or {})}
        self._speed = speed
        threads = str(max(1, (os.cpu_count() or 1) // 2))
        self._command = command or (
            sys.executable, "-m", "speech.mouth.reader", str(folder), threads
        )  # fmt: skip
        self._limit = limit
        self._now = now
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._failures = 0
        self._rests_until = 0.0
        self._closed = False

    @property
    def name(self) -> str:
        spoken = "+".join(self._voices[language] for language in sorted(self._voices))
        return f"{NAME}:{spoken}@{self._speed:g}"

    def speaks(self, language: str) -> bool:
        return language in LANGUAGES

    def pieces(self, text: str, pace: Pace) -> list[str]:
        """Clauses, at any pace; one of a few syllables goes with the next, for alone it is misheard."""
        return clauses(text)

    def warm(self) -> None:
        """Load the weights now, so that the first call does not wait. Raises Speechless."""
        self._ask({}, LOADING)

    def speak(self, text: str, language: str) -> Sound:
        return self.say(text, self._voices[language], self._speed)

    def say(self, text: str, voice: str, speed: float) -> Sound:
        """The same by any voice of the folder. Raises Speechless."""
        with tempfile.TemporaryDirectory(prefix="hotline-voice-") as folder:
            out = Path(folder) / "said.wav"
            self._ask({"text": text, "voice": voice, "speed": speed, "out": str(out)}, self._limit)
            try:
                sound = for_the_line(read_sound(out))
            except NotASound as problem:
                raise Speechless(f"{NAME} left no sound: {problem}") from problem
        if not sound.any():
            raise Speechless(f"{NAME} made no sound of {text[:40]!r}")
        return sound

    def close(self) -> None:
        """Also in the middle of a clause, or while the weights are loaded."""
        self._closed = True
        if (worker := self._worker) is not None:
            worker.kill()
        with self._lock:
            self._drop()

    @property
    def process_id(self) -> int | None:
        """Of the process that speaks, where there is one; measuring asks for it."""
        return self._worker.process_id if self._worker else None

    def _ask(self, ask: dict[str, Any], limit: float) -> None:
        if not self._lock.acquire(timeout=limit):
            raise Speechless(f"{NAME} is busy with other calls")
        try:
            self._ask_alone(ask, limit)
        finally:
            self._lock.release()

    def _ask_alone(self, ask: dict[str, Any], limit: float) -> None:
        if self._closed:
            raise Speechless(f"{NAME} is closed")
        if self._now() < self._rests_until:
            raise Speechless(f"{NAME} failed a moment ago and rests")
        try:
            answer = self._running().ask(ask, limit)
        except (WorkerLost, OSError) as lost:
            self._failed(lost)
            raise Speechless(f"{NAME} failed: {lost}") from lost
        self._failures = 0
        if ask and answer.get("frames", 0) <= 0:
            raise Speechless(f"{NAME}: {answer.get('error', 'an empty sound')}")

    def _failed(self, lost: Exception) -> None:
        log.warning("the voice process of %s is started anew: %s", NAME, lost)
        self._drop()
        self._failures += 1
        if self._failures >= 2:
            self._failures, self._rests_until = 0, self._now() + REST

    def _running(self) -> Worker:
        if self._worker is None or self._worker.owner != os.getpid():
            worker = self._worker = Worker(self._command, self._limit)
            worker.ask({}, LOADING)
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None
