"""What is wrong with a sound, judged by itself: too long in one breath, too quiet, off the house level, clipped."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, Sound
from speech.mouth.sound import LOUDNESS, active_rms

LONGEST = 8.0  #: s of speech without a pause: more than an old ear keeps
PAUSE = 0.25  #: s that count as one
ASTRAY = 2.5  #: dB from the house level
QUIET = -26.0  #: dBFS of active speech as it is played
SAME = 0.9995  #: of the highest sample: what is that high is part of a flat top
FLAT = 4  #: samples in a row at the top; a voice's own peaks are round
TOPS = 3  #: flat tops that are no accident
STILL = 35.0  #: dB below active speech, at least, is a pause
STEP = 80  #: samples in 10 ms


def sound_faults(sound: Sound) -> list[tuple[str, str]]:
    """(kind, sentence) of a sound as it is played: int16 at 8 kHz."""
    loud = active_rms(sound / 32768.0)
    if len(sound) < STEP or loud <= 10 ** (-60 / 20):
        return [("empty", "there is nothing to hear in it")]
    level = 20 * float(np.log10(loud))
    faults = []
    if level < QUIET:
        faults.append(("quiet", f"its speech is at {level:.0f} dBFS instead of {LOUDNESS:.0f}"))
    elif abs(level - LOUDNESS) > ASTRAY:
        faults.append(("level", f"its speech is at {level:.1f} dBFS instead of {LOUDNESS:.0f}"))
    longest = longest_stretch(sound)
    if longest > LONGEST:
        faults.append(("long", f"{longest:.1f} s without a pause; {LONGEST:g} is the most"))
    return faults


def longest_stretch(sound: Sound) -> float:
    """Seconds from the start of speech to the first pause of PAUSE s, or from pause to pause, the longest."""
    steps = sound[: sound.size // STEP * STEP].reshape(-1, STEP) / 32768.0
    power = np.mean(steps**2, axis=1)
    spoken = np.flatnonzero(power > active_rms(sound / 32768.0) ** 2 * 10 ** (-STILL / 10))
    if not spoken.size:
        return 0.0
    breaks = np.flatnonzero(np.diff(spoken) * STEP / RATE > PAUSE)
    edges = [-1, *breaks.tolist(), spoken.size - 1]
    return max(float(spoken[b] - spoken[a + 1] + 1) for a, b in pairwise(edges)) * STEP / RATE


def is_clipped(samples: NDArray[np.float64]) -> bool:
    """Floats of +-1, one channel: flat tops, at whatever height somebody turned them down to."""
    height = np.abs(samples)
    top = float(height.max(initial=0.0))
    if top < 0.1:
        return False
    flat = np.concatenate([[0], (height >= top * SAME).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(flat))
    return int(np.count_nonzero(edges[1::2] - edges[::2] >= FLAT)) >= TOPS
