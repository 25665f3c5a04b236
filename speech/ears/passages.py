"""The passages of a recording in which somebody speaks, for engines that make words up out of silence.

A passage that is complete stays the same when the recording grows, so an engine may remember what it heard in it.
"""

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, Sound
from speech.nearness import Nearness
from speech.voice import WINDOW, Network

LONGEST = 28 * RATE  #: Whisper looks at 30 s

_BEFORE = 3 * RATE // 2 // WINDOW  # windows, 1.5 s: the detector may be late for a first word
_AFTER = RATE // 2 // WINDOW
_TOGETHER = _BEFORE + _AFTER + RATE // 2 // WINDOW  # a shorter silence is left as it is
_SPEAKS = 4  # windows of voice, 0.13 s, that are more than a click
_OFFSET = 200  # of 32768
_SEARCH = (
    6 * RATE // WINDOW
)  # endless speech is parted at the softest place of its last six seconds


def centred(sound: Sound) -> Sound:
    """Without the constant voltage that a bad line adds. It is taken in steps, so that a sound that grows stays the same."""
    offset = round(float(np.mean(sound)) / _OFFSET) * _OFFSET if len(sound) else 0
    if not offset:
        return sound
    return np.clip(sound.astype(np.int32) - offset, -32768, 32767).astype(np.int16)


def passages(sound: Sound) -> list[Sound]:
    """Each at most 28 s long, with silences of more than 2.5 s shortened to 2 s. Empty where nobody speaks."""
    whole = sound[: len(sound) // WINDOW * WINDOW]
    windows = whole.astype(np.float32) / np.float32(32768)
    if not len(windows):
        return []
    found: list[list[Sound]] = []
    for start, end in _spans(_voiced(windows)):
        for part in _parted(sound[start * WINDOW : end * WINDOW]):
            if not found or sum(map(len, found[-1])) + len(part) > LONGEST:
                found.append([])
            found[-1].append(part)
    return [np.concatenate(parts) for parts in found]


def _voiced(windows: NDArray[np.float32]) -> NDArray[np.bool_]:
    nearness, likelihoods = Nearness(), Network().hear(windows)
    pairs = zip(windows.reshape(-1, WINDOW), likelihoods, strict=True)
    return np.array([nearness.caller(window, float(likelihood)) for window, likelihood in pairs])


def _spans(voiced: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one past the last window of every stretch of speech, with its edges."""
    at = np.flatnonzero(voiced)
    stretches = np.split(at, np.flatnonzero(np.diff(at) > _TOGETHER) + 1)
    return [
        (max(0, int(stretch[0]) - _BEFORE), min(len(voiced), int(stretch[-1]) + 1 + _AFTER))
        for stretch in stretches
        if len(stretch) >= _SPEAKS
    ]


def _parted(sound: Sound) -> list[Sound]:
    parts = []
    while len(sound) > LONGEST:
        last = sound[LONGEST - _SEARCH * WINDOW : LONGEST].astype(np.float64)
        softest = int(np.argmin(np.square(last).reshape(-1, WINDOW).sum(axis=1)))
        cut = LONGEST - (_SEARCH - softest) * WINDOW
        parts.append(sound[:cut])
        sound = sound[cut:]
    return [*parts, sound]
