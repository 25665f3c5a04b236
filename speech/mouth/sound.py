"""Arithmetic on spoken sound for the telephone: band and level.

A `Wave` is floats of +-1 at 8 kHz; everybody else has int16.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from speech.audio import FRAME, RATE, Sound, from_floats

Wave = NDArray[np.float64]

LOUDNESS = -20.0  #: dBFS of active speech, pauses not counted
PEAK = -3.0  #: dBFS, never passed
LOWEST, HIGHEST = 200.0, 3500.0  #: Hz; nothing above helps on a line or an old ear


def for_the_line(sound: Sound) -> Sound:
    """Speech cut to the band of the telephone and brought to the house level."""
    return from_floats(level(band(sound / 32768.0)), RATE)


def band(wave: Wave, taps: int = 257) -> Wave:
    """Keep LOWEST..HIGHEST: difference of two windowed sinc low-passes."""
    if not wave.size:
        return wave
    size = 1 << (wave.size + taps - 1).bit_length()
    kept = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(_filter(taps), size), size)
    return np.asarray(kept[taps // 2 : taps // 2 + wave.size])


@cache
def _filter(taps: int) -> Wave:
    n = np.arange(taps) - (taps - 1) / 2
    low, high = (2 * f / RATE * np.sinc(2 * f / RATE * n) for f in (LOWEST, HIGHEST))
    weights: Wave = (high - low) * np.blackman(taps)
    return weights


def active_rms(wave: Wave, within: float = 30.0) -> float:
    """RMS of the frames within so many dB of the loudest: pauses do not count."""
    if wave.size < FRAME:
        return float(np.sqrt(np.mean(wave**2))) if wave.size else 0.0
    power = np.mean(wave[: wave.size // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1)
    return float(np.sqrt(power[power >= power.max() * 10 ** (-within / 10)].mean()))


def level(wave: Wave) -> Wave:
    """Active speech at LOUDNESS; peaks that would pass PEAK are bent softly under it."""
    loudness = active_rms(wave)
    if loudness <= 0:
        return wave
    louder = wave * (10 ** (LOUDNESS / 20) / loudness)
    ceiling = 10 ** (PEAK / 20)
    knee = 0.7 * ceiling
    over = np.abs(louder) > knee
    bent = knee + (ceiling - knee) * np.tanh((np.abs(louder[over]) - knee) / (ceiling - knee))
    louder[over] = np.sign(louder[over]) * bent
    return louder
