"""Sound as the telephone carries it: int16 at 8000 Hz, mono, in frames of 20 ms, G.711 mu-law on the wire."""

import math
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Sound = NDArray[np.int16]

RATE = 8000  #: samples a second, everywhere but inside an engine
FRAME = 160  #: samples in 20 ms, the smallest piece a line carries
QUIET = 0xFF  #: the mu-law byte of a sample of zero

_BIAS = 132  # G.711 (ITU-T 1988): added to the magnitude before it is cut into eight segments
_CLIP = 32635


class NotASound(Exception):
    """The file cannot be heard; the message says why, in a sentence for a person."""


def _decoding_table() -> Sound:
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoding_table() -> NDArray[np.uint8]:
    """One byte for each of the 65536 values of int16, indexed by the value taken as uint16."""
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(value), _CLIP) + _BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    step = (magnitude >> (segment + 3)) & 0x0F
    sign = np.where(value < 0, 0x80, 0)
    code: NDArray[np.uint8] = (~(sign | (segment << 4) | step) & 0xFF).astype(np.uint8)
    return code


_DECODED = _decoding_table()
_ENCODED = _encoding_table()


def ulaw_encode(sound: Sound) -> bytes:
    """G.711 mu-law, one byte a sample."""
    return _ENCODED[np.ascontiguousarray(sound, dtype=np.int16).view(np.uint16)].tobytes()


def ulaw_decode(data: bytes) -> Sound:
    """The int16 samples of G.711 mu-law bytes."""
    return _DECODED[np.frombuffer(data, dtype=np.uint8)]


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
    """Any WAV (or other file libsndfile reads) as int16, 8000 Hz, mono. Raises NotASound."""
    if not path.is_file():
        raise NotASound(f"There is no sound file at {path}.")
    if not path.stat().st_size:
        raise NotASound(f"{path.name} is empty: there is nothing in it to hear.")
    try:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, OSError, ValueError) as problem:
        raise NotASound(f"{path.name} is not a sound file that can be read.") from problem
    if not len(samples):
        raise NotASound(f"{path.name} has no sound in it: it may have been cut off.")
    return from_floats(_one_channel(np.nan_to_num(samples, posinf=1.0, neginf=-1.0)), rate)


def _one_channel(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of all channels; the loudest of them where they cancel each other out."""
    mixed: NDArray[np.float64] = samples.mean(axis=1)
    power = np.mean(samples**2, axis=0)
    loudest: NDArray[np.float64] = samples[:, int(power.argmax())]
    return mixed if np.mean(mixed**2) > 0.1 * power.max() / samples.shape[1] else loudest


def write_wav(path: Path, sound: Sound) -> None:
    """16-bit, 8000 Hz, mono."""
    soundfile.write(path, sound, RATE, subtype="PCM_16", format="WAV")
