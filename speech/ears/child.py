"""One worker process, seen from the desk: started when needed, killed when it is late."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from speech.audio import Sound
from speech.commands import Words
from speech.ears.choose import Engine
from speech.ears.frames import Message, receive, send

_TRIES = 3

Loaded = TypeVar("Loaded")


class EarFailed(Exception):
    """The engine raised, died, or was killed because it took too long."""


class EarDied(EarFailed):
    """Its process ended by itself, or by a stranger's hand: it may be tried again."""


def start(module: str, engine: Engine, *, low: bool = False) -> "subprocess.Popen[bytes]":
    """The process, with pipes to it; `low`: it gives way to everything else. Raises OSError."""
    nice = ["nice", "-n", "10"] if low and os.name == "posix" else []
    return subprocess.Popen(  # noqa: S603  our own module, our own settings
        [*nice, sys.executable, "-m", module, engine.maker, engine.model],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={
            "MALLOC_ARENA_MAX": "2",  # else every thread keeps what calls long gone have used
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        start_new_session=True,  # Ctrl-C is for the hotline, which then closes the desk
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill it and give its pipes back."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def load(fresh: Callable[[], Loaded]) -> Loaded:
    """What `fresh` makes; a process that dies while it loads says nothing against its model: it is tried again, twice.

    Raises EarFailed, OSError.
    """
    for _ in range(_TRIES - 1):
        with suppress(EarDied):
            return fresh()
    return fresh()


class Child:
    """Used by one thread at a time; only `kill` may be called from another."""

    def __init__(self, engine: Engine, *, low: bool = False) -> None:
        """Starts the process; `load` waits for its model. Raises OSError."""
        self.name = ""  #: as the engine calls itself; empty until it is loaded
        self.killed = False
        self._process = start("speech.ears.worker", engine, low=low)

    def load(self, limit: float) -> None:
        """Waits until the model is loaded, once. Raises EarFailed, also after `limit` seconds."""
        with self._within(limit):
            head = self._receive()
        if "problem" in head:
            self.kill()
            raise EarFailed(head["problem"])
        self.name = str(head["ready"])

    @property
    def process_id(self) -> int:
        return self._process.pid

    def ask(
        self,
        sound: Sound,
        language: str,
        *,
        short: bool,
        limit: float,
        hot: Sequence[str] = (),
    ) -> Words:
        """Raises EarFailed; after a death or a limit the child is of no more use (`killed`)."""
        question = Message(
            {"language": language, "short": short, "hot": list(hot)}, sound.tobytes()
        )
        assert self._process.stdin is not None
        with self._within(limit):
            try:
                send(self._process.stdin, question)
            except OSError as gone:
                raise self._gone() from gone
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
            raise self._gone()
        return answer.head

    def _gone(self) -> EarFailed:
        if self.killed:
            return EarFailed("the engine was stopped, being late or unwanted")
        self.kill()
        return EarDied("the engine has died")

    def kill(self) -> None:
        self.killed = True
        self._process.kill()

    def close(self) -> None:
        self.kill()
        end(self._process)
