"""A short name or hour said at the end of a sentence, and cut out of it: said alone, its manner is too hasty to understand."""

import re

import numpy as np
from telling import RATE, Wave, silence

STEP = RATE // 100  # 10 ms
STILL = 0.02  # of the loudest step
SHORTEST = 7  # steps; a closure inside a word is shorter
FEWEST, MOST = 13, 36  # steps a syllable, at the speeds used here
EDGE = 0.06  # s kept of the gap


def cut(said: Wave, words: str) -> Wave:
    """The end of `said`, from its longest gap after which `words` can be. Raises ValueError where there is none."""
    count = len(re.sub(r"\W", "", words))
    steps = np.sqrt(np.mean(said[: len(said) // STEP * STEP].reshape(-1, STEP) ** 2, axis=1))
    still = np.flatnonzero(np.diff(np.r_[False, steps < STILL * steps.max(), False].astype(int)))
    gaps = [
        (end - start, end)
        for start, end in still.reshape(-1, 2).tolist()
        if start > 15 and FEWEST * count <= len(steps) - end <= MOST * count + 25
    ]
    length, end = max(gaps, default=(0, 0))
    if length < SHORTEST:
        raise ValueError(f"no pause before {words}")
    kept = int(min(EDGE, length / 200) * RATE)
    return np.concatenate([silence(0.1), said[max(0, end * STEP - kept) :]])
