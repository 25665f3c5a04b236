"""A recording as it is made: frames in from the audio loop, sealed seconds out on a thread of their own."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np

from speech.audio import RATE, Sound, ulaw_decode
from store.shelf import NoRoom, RecordingWriter

log = logging.getLogger(__name__)


class Register(Protocol):
    def __call__(self, recorder: "Recorder", *, ended: bool) -> None: ...


class Recorder:
    """``feed`` never blocks; each full second is written, synced and counted by the tape thread."""

    def __init__(self, id_: str, key: str, register: Register, writer: RecordingWriter) -> None:
        self.id = id_
        self.key = key
        self.speech: tuple[float | None, float | None] = (None, None)  #: seconds, from and to
        self._register = register
        self._writer = writer
        self._bytes = bytearray()
        self._handed = 0  # bytes already given to the tape
        self._tape: ThreadPoolExecutor | None = None
        self._warned = False

    @property
    def seconds(self) -> float:
        return len(self._bytes) / RATE

    @property
    def sound(self) -> Sound:
        """All of it so far."""
        return ulaw_decode(bytes(self._bytes)) if self._bytes else np.zeros(0, dtype=np.int16)

    def start(self, tape: ThreadPoolExecutor) -> None:
        self._tape = tape
        tape.submit(self._quietly, lambda: self._register(self, ended=False))

    def feed(self, frame: bytes) -> None:
        self._bytes += frame
        if len(self._bytes) - self._handed >= RATE:
            self._hand_on()

    def close(self) -> "Future[None]":
        """Done when the last byte is on the disk and the row says so."""
        assert self._tape is not None
        self._hand_on()
        return self._tape.submit(self._finish)

    def save(self) -> bool:
        """Try again to write what found no room; True once all of it is kept. Not for the audio loop."""
        self._quietly(self._writer.close)
        self._quietly(lambda: self._register(self, ended=True))
        return self.kept

    @property
    def kept(self) -> bool:
        """Is every second of it on the disk?"""
        return self._writer.closed

    def _hand_on(self) -> None:
        assert self._tape is not None
        chunk = bytes(self._bytes[self._handed :])
        self._handed = len(self._bytes)
        self._tape.submit(self._quietly, lambda: self._writer.write(chunk))

    def _finish(self) -> None:
        self.save()

    def _quietly(self, write: Callable[[], object]) -> None:
        """The caller must not hear of a full disk; the writer keeps what it could not write and tries again."""
        try:
            write()
        except NoRoom as problem:
            if not self._warned:
                log.warning("%s; it waits in memory", problem)
            self._warned = True
        except Exception:
            log.exception("recording %s could not be registered", self.id)
