"""Voices that speak any text: the Protocol, and espeak-ng in a process that may be killed."""

import json
import logging
import os
import select
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any, Protocol

from speech.audio import NotASound, Sound, read_sound
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

    name: str

    def speaks(self, language: str) -> bool: ...

    def speak(self, text: str, language: str) -> Sound:
        """int16 at 8 kHz, at the house level. Raises Speechless."""


class Espeak:
    """espeak-ng in a worker process: kept between sentences, killed and started anew when it hangs or dies."""

    name = "espeak-ng"

    def __init__(self, command: tuple[str, ...] = WORKER, limit: float = LIMIT) -> None:
        self._command = command
        self._limit = limit
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def speaks(self, language: str) -> bool:
        return language in ESPEAK_VOICES

    def speak(self, text: str, language: str) -> Sound:
        with tempfile.TemporaryDirectory(prefix="hotline-voice-") as folder:
            out = Path(folder) / "said.wav"
            ask = {
                "text": text,
                "voice": ESPEAK_VOICES.get(language, "en-us"),
                "rate": ESPEAK_RATE,
                "pitch": ESPEAK_PITCH,
                "out": str(out),
            }
            with self._lock:
                self._ask_twice(ask)
            try:
                sound = for_the_line(read_sound(out))
            except NotASound as problem:
                raise Speechless(f"espeak-ng left no sound: {problem}") from problem
        if not sound.any():
            raise Speechless(f"espeak-ng made no sound of {text[:40]!r}")
        return sound

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _ask_twice(self, ask: dict[str, Any]) -> None:
        problem = ""
        for _ in range(2):
            try:
                answer = self._running().ask(ask)
            except WorkerLost as lost:
                problem = str(lost)
                log.warning("the voice process is started anew: %s", problem)
                self._drop()
                continue
            if answer.get("frames", 0) > 0:
                return
            problem = str(answer.get("error", "an empty sound"))
        raise Speechless(f"espeak-ng could not say {ask['text'][:40]!r}: {problem}")

    def _running(self) -> "_Worker":
        if self._worker is None or self._worker.owner != os.getpid():
            self._worker = _Worker(self._command, self._limit)
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class WorkerLost(Exception):
    """The process hangs, died, or answered nonsense."""


class _Worker:
    def __init__(self, command: tuple[str, ...], limit: float) -> None:
        self.owner = os.getpid()
        self._limit = limit
        home = str(Path(__file__).parents[2])
        paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self.close = weakref.finalize(self, _end, self._process)

    def ask(self, ask: dict[str, Any]) -> dict[str, Any]:
        try:
            self._pipe("stdin").write(json.dumps(ask).encode() + b"\n")
            self._pipe("stdin").flush()
            answer = json.loads(self._line())
        except (OSError, ValueError) as problem:
            raise WorkerLost(f"{type(problem).__name__}: {problem}") from problem
        if not isinstance(answer, dict):
            raise WorkerLost(f"the answer was {answer!r}")
        return answer

    def _line(self) -> bytes:
        said = b""
        source = self._pipe("stdout").fileno()
        while not said.endswith(b"\n"):
            if not select.select([source], [], [], self._limit)[0]:
                raise WorkerLost(f"no answer in {self._limit:g} s")
            more = os.read(source, 65536)
            if not more:
                raise WorkerLost(f"it ended with status {self._process.wait()}")
            said += more
        return said

    def _pipe(self, name: str) -> Any:
        return getattr(self._process, name)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:
                log.debug("the voice process was gone already")
    process.wait()
