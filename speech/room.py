"""Who talks behind the caller: learned while the line itself speaks, when a caller listens.

A television talks on through our prompts; a caller says 喂 now and then; a line that hears itself repeats our own melody.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

FAINT = -58.0  #: dB of full scale: nobody speaks into a telephone so softly
LIKELY = 0.15  #: old and band-limited voices reach 0.3 to 0.9, breath 0.07, hum and street 0.02
LOUDEST = (
    -30.0
)  #: dB: whoever is louder holds the telephone, even if they talk all through our prompt
_REMEMBERED = 375  # windows of 32 ms, 12 s
_ENOUGH = 94  # windows, 3 s, that say something about a room
_OFTEN = 0.4  # of the time somebody speaks where a television runs
_ABOVE = 6.0  # dB a caller is above what is behind them
_LULL = 18.0  # dB above what is heard in the lulls: in a quiet room anybody counts
_ECHO = 0.5  # correlation of two loudnesses that are the same melody
_LATEST = 16  # windows, 0.5 s, that an echo may come late


class Room:
    """Levels in dB of full scale, window by window."""

    def __init__(self) -> None:
        self._windows: deque[tuple[float, float, float]] = deque(maxlen=_REMEMBERED)
        self._gate: float | None = None

    def note(self, level: float, likelihood: float, played: float) -> None:
        """`likelihood`: that somebody speaks; `played`: how loud the line itself is just then."""
        self._windows.append((level, likelihood, played))
        self._gate = None

    @property
    def gate(self) -> float:
        """What is softer is not the caller; FAINT where nobody talks behind them."""
        if self._gate is None:
            self._gate = self._found()
        return self._gate

    @property
    def echoes(self) -> bool:
        """Is what is heard what was played?"""
        if len(self._windows) < _ENOUGH:
            return False
        level, _, played = np.array(self._windows).T
        return echoed(level, played)

    def _found(self) -> float:
        if len(self._windows) < _ENOUGH:
            return FAINT
        level, likelihood, played = np.array(self._windows).T
        voices = level[(likelihood >= LIKELY) & (level > FAINT)]
        if len(voices) < _OFTEN * len(level) or echoed(level, played):
            return FAINT
        behind, lull = float(np.percentile(voices, 70)), float(np.percentile(level, 30))
        return max(FAINT, min(behind + _ABOVE, lull + _LULL, LOUDEST))


def echoed(level: NDArray[np.float64], played: NDArray[np.float64]) -> bool:
    """Does what is heard rise and fall as what is played did, up to half a second before?"""
    if np.ptp(played) == 0 or np.ptp(level) == 0:
        return False
    size = len(level) - _LATEST
    heard = level[_LATEST:]
    return any(
        np.corrcoef(heard, played[late : late + size])[0, 1] > _ECHO
        for late in range(_LATEST + 1)
        if np.ptp(played[late : late + size])
    )
