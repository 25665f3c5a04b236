"""Kokoro as a voice of the hotline: a process that may be killed, one clause at a time, several calls in turn."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speech.audio import Sound
from speech.mouth.clauses import clauses
from speech.mouth.pauses import Pace
from speech.mouth.process import Kept, WorkerLost
from speech.mouth.voices import Speechless, written

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
        command = command or (sys.executable, "-m", "speech.mouth.reader", str(folder), threads)
        self._kept = Kept(command, limit, loading=LOADING)
        self._limit = limit
        self._now = now
        self._lock = threading.Lock()
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
        ask = {"text": text, "voice": voice, "speed": speed}
        return written(NAME, text, lambda out: self._ask({**ask, "out": out}, self._limit))

    def close(self) -> None:
        """Also in the middle of a clause, or while the weights are loaded."""
        self._closed = True
        self._kept.kill()
        with self._lock:
            self._kept.drop()

    @property
    def process_id(self) -> int | None:
        return self._kept.process_id

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
            answer = self._kept.ask(ask, limit)
        except (WorkerLost, OSError) as lost:
            self._failed(lost)
            raise Speechless(f"{NAME} failed: {lost}") from lost
        self._failures = 0
        if ask and answer.get("frames", 0) <= 0:
            raise Speechless(f"{NAME}: {answer.get('error', 'an empty sound')}")

    def _failed(self, lost: Exception) -> None:
        log.warning("the voice process of %s is started anew: %s", NAME, lost)
        self._kept.drop()
        self._failures += 1
        if self._failures >= 2:
            self._failures, self._rests_until = 0, self._now() + REST
