"""From the telephone's 8000 Hz to the recognisers' 16000 Hz as a stream: any number of samples in, twice as many out."""

import numpy as np
from numpy.typing import NDArray

from speech.audio import Sound

_TAPS = 32  #: on either side: so many samples at 8000 Hz is the delay, 4 ms
_BETA = (
    7.0  # Kaiser window: mirror images above 4.3 kHz are 70 dB down, 3.7 kHz and below is untouched
)


def _half_way() -> NDArray[np.float32]:
    """Weights that give the sample half-way between two: a sinc under a Kaiser window (a half-band filter)."""
    at = np.arange(-_TAPS, _TAPS) + 0.5
    window = np.i0(_BETA * np.sqrt(1 - (at / _TAPS) ** 2)) / np.i0(_BETA)
    weights = np.sinc(at) * window
    return np.asarray(weights / weights.sum(), dtype=np.float32)


_WEIGHTS = _half_way()


class Upsampler:
    """One for every stream of sound."""

    delay = _TAPS / 8000  #: seconds

    def __init__(self) -> None:
        self._tail = np.zeros(2 * _TAPS - 1, dtype=np.int16)

    def double(self, sound: Sound) -> NDArray[np.int16]:
        """int16 at 8000 Hz -> int16 at 16000 Hz, `delay` late; every second sample is one that came in, unchanged."""
        known = np.concatenate([self._tail, sound])
        self._tail = known[len(sound) :]
        doubled = np.empty(2 * len(sound), dtype=np.int16)
        doubled[0::2] = known[_TAPS - 1 : _TAPS - 1 + len(sound)]
        if len(sound):
            between = np.convolve(known.astype(np.float32), _WEIGHTS, mode="valid")
            doubled[1::2] = np.clip(np.rint(between), -32768, 32767)
        return doubled
