"""The shelf of recordings: sound kept second by second as it arrives, sealed and synced.

A file is a row of sealed seconds of mu-law sound (8 kHz, so 8000 bytes each); only the last may be
shorter. Each seal is bound to the recording and to the place of its second in it, so that seconds
can be neither exchanged nor moved. After a crash everything but the second being written is there.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from store.keyfile import KeyProblem
from store.seal import Keyring, SealBroken

SECOND = 8000  #: bytes of sound, mu-law at 8 kHz
SEALED_SECOND = SECOND + 29  #: key version, nonce and tag added
SILENCE = b"\xff" * SECOND  #: zero, in mu-law
ID = re.compile(r"[0-9a-f]{32}")


class NoRoom(Exception):
    """The sound could not be written (disk full, folder gone); it is kept in memory meanwhile."""


class Damaged(Exception):
    """Some seconds cannot be read; ``sound`` is everything else, with silence in their place."""

    def __init__(self, recording_id: str, seconds: list[int], sound: bytes) -> None:
        super().__init__(f"recording {recording_id}: {len(seconds)} seconds cannot be read")
        self.seconds = seconds
        self.sound = sound


class RecordingShelf:
    """All recordings of the house, in ``folder/ab/ID.rec``."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self.folder = folder
        self._keyring = keyring

    def file(self, recording_id: str) -> Path:
        if not ID.fullmatch(recording_id):
            raise ValueError(f"no recording id: {recording_id!r}")
        return self.folder / recording_id[:2] / f"{recording_id}.rec"

    def exists(self, recording_id: str) -> bool:
        return self.file(recording_id).exists()

    def writer(self, recording_id: str) -> "RecordingWriter":
        """A writer for a new recording; raises ``FileExistsError``, a recording is written once."""
        file = self.file(recording_id)
        if file.exists():
            raise FileExistsError(file)
        return RecordingWriter(file, recording_id, self._keyring)

    def keep(self, recording_id: str, sound: bytes) -> float:
        """Write a whole recording (mu-law); returns seconds."""
        writer = self.writer(recording_id)
        writer.write(sound)
        return writer.close()

    def read(self, recording_id: str) -> bytes:
        """The sound (mu-law); a last second torn by a crash is left out.

        Raises ``FileNotFoundError``; ``Damaged`` for a bad second before the last; ``KeyProblem``.
        """
        seconds = list(self._seconds(recording_id))
        if seconds and seconds[-1] is None:
            seconds.pop()
        sound = b"".join(SILENCE if second is None else second for second in seconds)
        if bad := [place for place, second in enumerate(seconds) if second is None]:
            raise Damaged(recording_id, bad, sound)
        return sound

    def seconds(self, recording_id: str) -> float:
        """How long it is; only the last second is read. 0.0 where there is no such recording."""
        file = self.file(recording_id)
        if not file.exists():
            return 0.0
        whole, rest = divmod(file.stat().st_size, SEALED_SECOND)
        last = whole if rest else whole - 1
        if last < 0:
            return 0.0
        with file.open("rb") as sound:
            sound.seek(last * SEALED_SECOND)
            return last + len(self._opened(sound.read(), recording_id, last) or b"") / SECOND

    def _seconds(self, recording_id: str) -> Iterator[bytes | None]:
        with self.file(recording_id).open("rb") as sound:
            place = 0
            while sealed := sound.read(SEALED_SECOND):
                yield self._opened(sealed, recording_id, place)
                place += 1

    def _opened(self, sealed: bytes, recording_id: str, place: int) -> bytes | None:
        try:
            return self._keyring.open(sealed, about(recording_id, place))
        except SealBroken:
            return None
        except KeyProblem:
            # Zeros after a power cut look like an unknown key version, and are only a torn second.
            if sealed[0] == 0:
                return None
            raise


class RecordingWriter:
    """Keeps one recording as it arrives. Writing syncs once a second: not for the audio loop's thread."""

    def __init__(self, file: Path, recording_id: str, keyring: Keyring) -> None:
        self._file = file
        self._id = recording_id
        self._keyring = keyring
        self._waiting = bytearray()
        self._kept = 0  #: bytes of sound on the disk
        self._place = 0
        self._descriptor: int | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Is all of it on the disk?"""
        return self._closed

    @property
    def seconds(self) -> float:
        """How much came in so far, on the disk or waiting."""
        return (self._kept + len(self._waiting)) / SECOND

    def write(self, sound: bytes) -> None:
        """Take sound (mu-law, any length); each full second goes to the disk.

        Raises ``NoRoom``: then it is kept in memory and tried again with the next write.
        """
        if self._closed:
            raise ValueError(f"recording {self._id} is closed")
        self._waiting += sound
        while len(self._waiting) >= SECOND:
            self._put_away(SECOND)

    def close(self) -> float:
        """Put the rest away, return seconds; after ``NoRoom`` it can be called again."""
        if not self._closed:
            self.write(b"")
            if self._waiting or self._descriptor is None:
                self._put_away(len(self._waiting))
            if self._descriptor is not None:
                os.close(self._descriptor)
            self._closed = True
        return self.seconds

    def _put_away(self, size: int) -> None:
        sealed = self._keyring.seal(bytes(self._waiting[:size]), about(self._id, self._place))
        try:
            if self._descriptor is None:
                self._descriptor = _new_file(self._file)
            # At its own place, so that what a full disk left of an earlier try is written over.
            _write_at(self._descriptor, sealed if size else b"", self._place * SEALED_SECOND)
            os.fsync(self._descriptor)
        except OSError as no:
            raise NoRoom(f"recording {self._id} cannot be written: {no.strerror}") from no
        del self._waiting[:size]
        self._kept += size
        self._place += 1


def about(recording_id: str, place: int) -> str:
    """What a second is bound to: the recording, and its place in it."""
    return f"recording {recording_id} {place}"


def _new_file(file: Path) -> int:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    sync_folder(file.parent)
    return descriptor


def _write_at(descriptor: int, data: bytes, offset: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, offset)
        data, offset = data[written:], offset + written


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
