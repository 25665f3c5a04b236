"""Sound as the telephone carries it: int16 at 8000 Hz, mono, in frames of 20 ms, G.711 on the wire."""

import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, FileIO
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from speech.g711 import Sound, alaw_decode, alaw_encode, ulaw_decode, ulaw_encode

__all__ = [
    "FRAME", "QUIET", "RATE", "NotASound", "Sound", "alaw_decode", "alaw_encode", "from_floats", "level", "read_sound",
    "seconds", "silence", "to_16k", "ulaw_decode", "ulaw_encode", "write_wav",
]  # fmt: skip

RATE = 8000  #: samples a second, everywhere but inside an engine
FRAME = 160  #: samples in 20 ms, the smallest piece a line carries
QUIET = 0xFF  #: the mu-law byte of a sample of zero


class NotASound(Exception):
    """The file cannot be heard; the message says why, in a sentence for a person."""


def seconds(sound: Sound) -> float:
    return len(sound) / RATE


def silence(length: float) -> Sound:
    """`length` seconds of nothing."""
    return np.zeros(round(length * RATE), dtype=np.int16)


def level(sound: Sound) -> float:
    """RMS in dB of full scale; -100 for nothing at all."""
    if not len(sound):
        return -100.0
    power = float(np.mean(np.square(sound.astype(np.float64)))) / 32768.0**2
    return max(-100.0, 10 * math.log10(power + 1e-12))


def from_floats(samples: NDArray[np.floating], rate: int) -> Sound:
    """Any rate, floats of +-1, mono -> int16 at 8000 Hz."""
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE)
    whole = np.nan_to_num(np.asarray(samples, dtype=np.float64), posinf=1.0, neginf=-1.0)
    return np.clip(np.round(whole * 32768), -32768, 32767).astype(np.int16)


def to_16k(sound: Sound) -> NDArray[np.float32]:
    """What recognisers want: floats of +-1 at 16000 Hz."""
    floats = sound.astype(np.float32) / 32768
    return np.asarray(soxr.resample(floats, RATE, 2 * RATE), dtype=np.float32)


def read_sound(path: Path) -> Sound:
    """Any WAV, whatever its header says of its length, or other file libsndfile reads (FLAC, OGG, MP3, AIFF, W64 ...).

    int16, 8000 Hz, mono. Raises NotASound. Read in pieces: an hour takes 60 MB, whatever its rate.
    """
    if path.is_dir():
        raise NotASound(f"{path} is a folder: name one sound file in it.")
    if not path.is_file():
        raise NotASound(f"There is no sound file at {path}.")
    try:
        with _opened(path) as file:
            pieces = list(_at_line_rate(file))
    except PermissionError as problem:
        raise NotASound(f"{path.name} may not be read: chmod u+r would allow it.") from problem
    except (soundfile.SoundFileError, OSError, ValueError, TypeError) as problem:
        raise NotASound(
            f"{path.name} is not a sound file that can be read: save it again as WAV, 16 bit, mono."
        ) from problem
    sound = np.concatenate([*pieces, silence(0)])
    if not len(sound):
        raise NotASound(f"{path.name} has no sound in it: it was cut off. Record or copy it again.")
    return sound


class _Endless(FileIO):
    """A WAV whose header was written before anybody knew how long it would be: the length of its sound says "to the end"."""

    def __init__(self, path: Path, at: int) -> None:
        super().__init__(path)
        self._at = at

    def readinto(self, buffer: object) -> int:
        start, view = self.tell(), memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count = super().readinto(view) or 0
        for place in range(max(start, self._at), min(start + count, self._at + 4)):
            view[place - start] = 0xFF
        return count


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise NotASound(f"{path.name} is empty: there is nothing in it to hear.")
    at = _unwritten_length(head)
    if at is None:
        with soundfile.SoundFile(path) as sound:
            yield sound
    else:
        with _Endless(path, at) as whole, soundfile.SoundFile(whole) as sound:
            yield sound


def _unwritten_length(head: bytes) -> int | None:
    """Where a WAV says that its sound has no bytes at all although bytes follow; None for any other file."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    file = BytesIO(head)
    file.seek(12)
    while len(chunk := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", chunk)
        if name == b"data":
            follows = file.read(4)
            named = len(follows) < 4 or follows in {b"LIST", b"id3 ", b"bext", b"JUNK", b"fact"}
            return None if size or named else file.tell() - len(follows) - 4
        file.seek(size + size % 2, 1)
    return None


_PIECE = 1 << 20  # samples of all channels that are in memory at once


def _at_line_rate(file: soundfile.SoundFile) -> Iterator[Sound]:
    weights = _channels(file)
    resampler = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float32")
    for piece in _pieces(file):
        mono = piece @ weights
        yield from_floats(mono if file.samplerate == RATE else resampler.resample_chunk(mono), RATE)
    if file.samplerate != RATE:
        yield from_floats(resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True), RATE)


def _pieces(file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    while len(piece := file.read(_PIECE // file.channels, dtype="float32", always_2d=True)):
        yield np.clip(np.nan_to_num(piece, posinf=1.0, neginf=-1.0), -1.0, 1.0)


def _channels(file: soundfile.SoundFile) -> NDArray[np.float32]:
    """Weights of the channels: their mean; the loudest of them alone where they cancel each other out."""
    if file.channels == 1:
        return np.ones(1, dtype=np.float32)
    power, mixed = np.zeros(file.channels), 0.0
    for piece in _pieces(file):
        power += np.sum(np.square(piece, dtype=np.float64), axis=0)
        mixed += float(np.sum(np.square(piece.mean(axis=1), dtype=np.float64)))
    file.seek(0)
    if mixed > 0.1 * power.max() / file.channels:
        return np.full(file.channels, 1 / file.channels, dtype=np.float32)
    return np.asarray(np.arange(file.channels) == power.argmax(), dtype=np.float32)


def write_wav(path: Path, sound: Sound) -> None:
    """16-bit, 8000 Hz, mono."""
    soundfile.write(path, sound, RATE, subtype="PCM_16", format="WAV")
