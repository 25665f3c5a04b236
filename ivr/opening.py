"""The beginning of a recording, by which somebody knows what it is about: cut where they draw breath."""

import numpy as np

from speech.audio import FRAME, RATE, Sound

BREATH = 5  #: frames of 20 ms that are looked at together


def opening(sound: Sound, seconds: float) -> Sound:
    """About so much of it, ending at the quietest moment a quarter before or after that."""
    if len(sound) <= seconds * 1.25 * RATE:
        return sound
    first, last = (round(seconds * share * RATE / FRAME) for share in (0.75, 1.25))
    frames = sound[: last * FRAME].reshape(-1, FRAME).astype(np.float64)
    loud = np.convolve((frames**2).mean(axis=1), np.ones(BREATH), "same")[
        first : last - BREATH // 2
    ]
    return sound[: (first + int(loud.argmin())) * FRAME]
