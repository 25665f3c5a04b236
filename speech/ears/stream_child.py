"""A process that hears many speakers at once, seen from the desk: it talks by itself, and falls silent only when it is gone."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from speech.ears.child import EarDied, EarFailed, end, start
from speech.ears.choose import Engine
from speech.ears.frames import Message, receive, send
from speech.ears.limits import Limits

_LOOK = 0.5  # seconds between two looks at its pulse, a small part of any limit


class StreamChild:
    """`send` is for one thread; facts arrive on another, in order, and then `died`, once."""

    def __init__(
        self,
        engine: Engine,
        limits: Limits,
        heard: Callable[["StreamChild", dict[str, Any]], None],
        died: Callable[["StreamChild"], None],
    ) -> None:
        """Starts the process; `load` waits for its model. Raises OSError."""
        self.name = ""
        self.hangs: int | None = None  #: the speaker over whom it was killed
        self._limits = limits
        self._heard, self._died = heard, died
        self._process = start("speech.ears.stream_worker", engine)
        self._loaded = threading.Event()
        self._gone = threading.Event()
        self._problem = ""
        self._spoke = time.monotonic()
        for work in (self._listen, self._watch):
            threading.Thread(target=work, name=f"ear {engine.name}", daemon=True).start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def gone(self) -> bool:
        return self._gone.is_set()

    def load(self) -> None:
        """Waits until the model is loaded. Raises EarFailed."""
        if not self._loaded.wait(self._limits.loading):
            self._problem = "its model took too long to load"
        if self._problem:
            raise EarFailed(self._problem)
        if not self.name:
            raise EarDied("it ended while its model was loaded")

    def send(self, message: Message) -> None:
        """May wait as long as a pipe is full; a process that is gone loses what it is told."""
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            send(self._process.stdin, message)

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Kill it and wait until it is gone."""
        self.kill()
        self._gone.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(OSError, ValueError):
            while (message := receive(self._process.stdout)) is not None:
                self._spoke = time.monotonic()
                self._fact(message.head)
        end(self._process)
        self._gone.set()
        self._loaded.set()
        self._died(self)

    def _fact(self, fact: dict[str, Any]) -> None:
        if not self._loaded.is_set():
            self.name = str(fact.get("ready", ""))
            self._problem = str(fact.get("problem", ""))
            self._loaded.set()
            return
        for speaker, since in fact.get("pulse", ()):
            if since > self._limits.step:
                self.hangs = speaker
                self.kill()
        self._heard(self, fact)

    def _watch(self) -> None:
        """A process that is stopped, or whose engine holds on to Python's lock, has no pulse."""
        self._loaded.wait()
        while not self._gone.wait(_LOOK):
            if time.monotonic() - self._spoke > self._limits.pulse:
                self.kill()
