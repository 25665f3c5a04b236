"""Sentences already spoken, kept on disk: a file is whole or it is made again."""

import hashlib
import logging
import tempfile
from pathlib import Path

import numpy as np

from speech.audio import Sound

log = logging.getLogger(__name__)

EDITION = "2"  #: change it when the same text should sound different
MOST = 4096  #: files; beyond it the oldest go
DIGEST = 16


class SpokenCache:
    """Raw int16 behind a digest of itself, named after what was said, by whom, and how."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder = folder
        self._most = most

    def path(self, text: str, voice: str, pace: str) -> Path:
        name = hashlib.sha256(repr((EDITION, voice, pace, text)).encode())
        return self._folder / f"{name.hexdigest()[:32]}.pcm"

    def read(self, text: str, voice: str, pace: str) -> Sound | None:
        """None where it was never said, or the file is damaged."""
        path = self.path(text, voice, pace)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            log.warning("spoken sentence %s cannot be read: %s", path, problem)
            return None
        if len(raw) <= DIGEST or raw[:DIGEST] != _digest(raw[DIGEST:]):
            log.warning("spoken sentence %s is damaged and will be made again", path)
            return None
        return np.frombuffer(raw[DIGEST:], dtype="<i2").astype(np.int16)

    def keep(self, text: str, voice: str, pace: str, sound: Sound) -> None:
        """Whole or not at all. A full disk costs time at the next call, never a sentence."""
        path = self.path(text, voice, pace)
        payload = sound.astype("<i2").tobytes()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room()
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(_digest(payload) + payload)
            Path(file.name).replace(path)
        except OSError as problem:
            log.warning("spoken sentence %s could not be kept: %s", path, problem)

    def _make_room(self) -> None:
        kept = sorted(self._folder.glob("*.pcm"), key=lambda path: path.stat().st_mtime_ns)
        for path in kept[: max(0, len(kept) - self._most + 1)]:
            path.unlink(missing_ok=True)


def _digest(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=DIGEST).digest()
