"""A process that may be killed: asked with one JSON line, answered with one, gone when its owner is."""

import json
import logging
import os
import select
import subprocess
import time
import weakref
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


class WorkerLost(Exception):
    """The process hangs, died, or answered nonsense."""


class Worker:
    """A process that answers one JSON line with another. Used by one thread at a time."""

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

    @property
    def process_id(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """From any thread: whoever waits for an answer is told that the process ended."""
        self._process.kill()

    def ask(self, ask: dict[str, Any], limit: float | None = None) -> dict[str, Any]:
        """Raises WorkerLost where no answer comes within `limit` seconds, else the worker's own limit."""
        try:
            self._pipe("stdin").write(json.dumps(ask).encode() + b"\n")
            self._pipe("stdin").flush()
            answer = json.loads(self._line(limit or self._limit))
        except (OSError, ValueError) as problem:
            raise WorkerLost(f"{type(problem).__name__}: {problem}") from problem
        if not isinstance(answer, dict):
            raise WorkerLost(f"the answer was {answer!r}")
        return answer

    def _line(self, limit: float) -> bytes:
        said = b""
        source = self._pipe("stdout").fileno()
        until = time.monotonic() + limit
        while not said.endswith(b"\n"):
            if not select.select([source], [], [], max(0.0, until - time.monotonic()))[0]:
                raise WorkerLost(f"no answer in {limit:g} s")
            more = os.read(source, 65536)
            if not more:
                raise WorkerLost(f"it ended with status {self._process.wait()}")
            said += more
        return said

    def _pipe(self, name: str) -> Any:
        return getattr(self._process, name)


class Kept:
    """A worker kept between sentences, made anew after it was dropped or this process was forked."""

    def __init__(
        self, command: tuple[str, ...], limit: float, *, loading: float | None = None
    ) -> None:
        """`loading`: seconds a fresh one may take to answer {}, where it has something to load."""
        self._command = command
        self._limit = limit
        self._loading = loading
        self._worker: Worker | None = None

    @property
    def process_id(self) -> int | None:
        """Of the process that speaks, where there is one; measuring asks for it."""
        return self._worker.process_id if self._worker else None

    def ask(self, ask: dict[str, Any], limit: float | None = None) -> dict[str, Any]:
        """Raises WorkerLost, OSError; it should be dropped then."""
        return self._running().ask(ask, limit)

    def kill(self) -> None:
        """From any thread; whoever waits for an answer is told."""
        if (worker := self._worker) is not None:
            worker.kill()

    def drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _running(self) -> Worker:
        if self._worker is None or self._worker.owner != os.getpid():
            worker = self._worker = Worker(self._command, self._limit)
            if self._loading is not None:
                worker.ask({}, self._loading)
        return self._worker


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:
                log.debug("the voice process was gone already")
    process.wait()
