"""One worker process, seen from the desk: started when needed, killed when it is late."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from speech.audio import Sound
from speech.commands import Words
from speech.ears.choose import Engine
from speech.ears.frames import Message, receive, send


class EarFailed(Exception):
    """The engine raised, died, or was killed because it took too long."""


class Child:
    """Used by one thread at a time; only `kill` may be called from another."""

    def __init__(self, engine: Engine) -> None:
        """Starts the process; `load` waits for its model. Raises OSError."""
        command = [sys.executable, "-m", "speech.ears.worker", engine.maker, engine.model]
        self.name = ""  #: as the engine calls itself; empty until it is loaded
        self.killed = False
        self._process = subprocess.Popen(  # noqa: S603  our own module, our own settings
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C is for the hotline, which then closes the desk
        )

    def load(self, limit: float) -> None:
        """Waits until the model is loaded, once. Raises EarFailed after `limit` seconds."""
        with self._within(limit):
            self.name = str(self._receive()["ready"])

    @property
    def process_id(self) -> int:
        return self._process.pid

    def ask(self, sound: Sound, language: str, *, short: bool, limit: float) -> Words:
        """Raises EarFailed; after a death or a limit the child is of no more use (`killed`)."""
        request = Message({"language": language, "short": short}, sound.tobytes())
        assert self._process.stdin is not None
        with self._within(limit):
            try:
                send(self._process.stdin, request)
            except OSError as gone:
                self.kill()
                raise EarFailed("the engine has died") from gone
            head = self._receive()
        if "problem" in head:
            raise EarFailed(head["problem"])
        return Words.of(head["words"])

    @contextmanager
    def _within(self, limit: float) -> Iterator[None]:
        """Kills the child when the limit is over: writing to its pipe may hang as well as reading."""
        late = threading.Timer(limit, self.kill)
        late.daemon = True
        late.start()
        try:
            yield
        finally:
            late.cancel()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer = receive(self._process.stdout)
        if answer is None:
            why = "was stopped, being late or unwanted" if self.killed else "has died"
            self.kill()
            raise EarFailed(f"the engine {why}")
        return answer.head

    def kill(self) -> None:
        self.killed = True
        self._process.kill()

    def close(self) -> None:
        """Kill it and give its pipes back."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
