"""What spoils a telephone line, made by arithmetic for measuring: noises of loudness 1, throats, clicks, faults.

Nothing here is a recording. Levels and lengths are estimates of what telephones and rooms do.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE

Wave = NDArray[np.float64]
Dice = np.random.Generator


def shaped(length: int, dice: Dice, low: float, high: float) -> Wave:
    """Noise between two pitches in Hz that falls 3 dB an octave; loudness (RMS) 1."""
    size = max(length, RATE)
    pitch = np.fft.rfftfreq(size, 1 / RATE)
    bands = np.fft.rfft(dice.standard_normal(size)) / np.sqrt(np.maximum(pitch, 50.0))
    return even(np.fft.irfft(np.where((pitch >= low) & (pitch <= high), bands, 0), size)[:length])


def even(sound: Wave) -> Wave:
    """The same with a loudness of 1."""
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-12), dtype=np.float64)


def hum(length: int, dice: Dice) -> Wave:
    """Mains: 50 Hz with its odd and some even harmonics, and a little hiss."""
    at = np.arange(length) / RATE
    parts = [
        np.sin(2 * np.pi * 50 * k * at + dice.uniform(0, 6)) / k for k in (1, 2, 3, 5, 7, 9, 11, 13)
    ]
    return even(np.sum(parts, axis=0) + 0.03 * shaped(length, dice, 300, 3400))


def comfort(length: int, dice: Dice) -> Wave:
    """Comfort noise as a gateway makes it in a silence (G.711 Appendix II): steady, its colour drawn anew now and then."""
    step = RATE // 2
    pieces = [shaped(step, dice, 100, dice.uniform(1500, 3600)) for _ in range(-(-length // step))]
    return even(np.concatenate(pieces)[:length])


def street(length: int, dice: Dice) -> Wave:
    """Rumble and hiss that come and go as cars pass."""
    at = np.arange(length) / RATE
    swell = 1 + 0.6 * np.sin(2 * np.pi * dice.uniform(0.1, 0.25) * at + dice.uniform(0, 6))
    return even(shaped(length, dice, 60, 3000) * swell)


def music(length: int, dice: Dice) -> Wave:
    """Hold music: four notes a second over a chord, with overtones that die away."""
    at = np.arange(length) / RATE
    melody = np.zeros(length)
    scale = 220 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16]) / 12)
    for start in range(0, length, RATE // 4):
        here = slice(start, min(length, start + RATE // 2))
        since = at[here] - start / RATE
        pitch = dice.choice(scale)
        for k in (1, 2, 3, 4):
            melody[here] += np.sin(2 * np.pi * k * pitch * since) * np.exp(-4 * since) / k
    chord = np.sum([np.sin(2 * np.pi * pitch * at) for pitch in scale[[0, 2, 3]]], axis=0)
    return even(melody + 0.15 * chord)


def tones(length: int, dice: Dice) -> Wave:
    """Keys heard in band, a fax calling (1100 Hz), a fax answering (2100 Hz), an engaged tone (450 Hz), or a beep."""
    at = np.arange(length) / RATE
    low, high = dice.choice([697, 770, 852, 941]), dice.choice([1209, 1336, 1477])
    keys = (np.sin(2 * np.pi * low * at) + np.sin(2 * np.pi * high * at)) * (at % 0.5 < 0.15)
    fax = np.sin(2 * np.pi * 1100 * at) * (at % 3.5 < 0.5)
    answer = np.sin(2 * np.pi * 2100 * at) * (at % 5 < 3.3)
    engaged = np.sin(2 * np.pi * 450 * at) * (at % 0.7 < 0.35)
    beep = np.sin(2 * np.pi * 1000 * at) * (at % 6 < 0.8)
    return even([keys, fax, answer, engaged, beep][dice.integers(5)])


def television(others: Sequence[Wave]) -> Callable[[int, Dice], Wave]:
    """One to three of the other recordings over one another, without end."""

    def noise(length: int, dice: Dice) -> Wave:
        chosen = dice.choice(len(others), min(len(others), int(dice.integers(1, 4))), replace=False)
        voices = [np.roll(others[one], int(dice.integers(len(others[one])))) for one in chosen]
        return even(np.sum([np.resize(even(voice), length) for voice in voices], axis=0))

    return noise


def breath(dice: Dice) -> Wave:
    """In and out, once: about 2.5 s, highest value 1."""
    parts = []
    for length, loud in ((dice.uniform(0.8, 1.3), 0.7), (dice.uniform(1.1, 1.8), 1.0)):
        size = int(length * RATE)
        swell = np.sin(np.linspace(0, np.pi, size)) ** 1.5
        parts += [shaped(size, dice, 350, 2600) * swell * loud, np.zeros(int(0.3 * RATE))]
    return _peak(np.concatenate(parts))


def cough(dice: Dice) -> Wave:
    """Two or three bursts with a voiced part, half a second apart; highest value 1."""
    sound = np.zeros(int(2.2 * RATE))
    for number in range(int(dice.integers(2, 4))):
        size = int(dice.uniform(0.22, 0.38) * RATE)
        at = np.arange(size) / RATE
        burst = shaped(size, dice, 300, 3200) * np.exp(-at * dice.uniform(9, 14))
        throat = np.sign(np.sin(2 * np.pi * dice.uniform(150, 240) * at))
        start = int((0.5 * number + dice.uniform(0, 0.1)) * RATE)
        sound[start : start + size] += burst * np.minimum(1, at / 0.004)
        sound[start : start + size] += 0.5 * throat * np.exp(-((at - 0.12) ** 2) / 0.004)
    return _peak(sound)


def clicks(dice: Dice) -> Wave:
    """A receiver is moved, a relay switches: ten clicks of 2-8 ms within 3 s; highest value 1."""
    sound = np.zeros(3 * RATE)
    for start in dice.integers(0, 3 * RATE - 100, 10):
        size = int(dice.uniform(0.002, 0.008) * RATE)
        sound[start : start + size] = dice.uniform(-1, 1, size) * np.linspace(1, 0, size)
    return _peak(sound)


def _peak(sound: Wave) -> Wave:
    return np.asarray(sound / (np.abs(sound).max() + 1e-12), dtype=np.float64)


def offset(sound: Wave, dice: Dice) -> Wave:
    """A constant 3-12 % of full scale beside the sound: a badly balanced card."""
    return sound + float(dice.choice([-1.0, 1.0]) * dice.uniform(0.03, 0.12))


def clipped(sound: Wave, dice: Dice) -> Wave:
    """Overdriven: all above a quarter to a half of the loudest is cut flat."""
    top = np.abs(sound).max() * dice.uniform(0.25, 0.5)
    return np.clip(sound, -top, top)


def holes(sound: Wave, dice: Dice) -> Wave:
    """One to three packets of 20 ms lost, four times in a hundred packets."""
    left = sound.copy()
    for start in np.flatnonzero(dice.random(len(sound) // 160) < 0.04) * 160:
        left[start : start + 160 * int(dice.integers(1, 4))] = 0.0
    return left
