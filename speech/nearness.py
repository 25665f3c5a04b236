"""Is it the caller who speaks, or somebody behind them? Judged by loudness beside what is known of both."""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from speech.room import FAINT, LIKELY, LOUDEST, Room

_POSSIBLE = 0.06  # a hoarse or overdriven voice that is as loud as the caller's has been
_SMOOTH = 12  # windows a level is taken over: 0.4 s
_REMEMBERED = 600  # windows, 19 s: how loud the caller has been
_KNOWN = 25  # windows of speech, 0.8 s, before the caller's loudness says anything
_AROUND = 12  # windows before and after the caller's voice that may still be theirs
_OTHERS = 400  # windows, 13 s: how loud it is beside them
_FEW = 30  # windows, 1 s, that say something about the others
_LOOK_AGAIN = 12  # windows between two looks at all of this


class Nearness:
    """Windows of 32 ms in, yes or no out. Loudness in dB of full scale.

    A voice 20 dB below the caller's own is somebody else's. Where it is hardly ever quiet beside the caller, so is one
    that is less than 6 dB above what is heard there most of the time; but never one within 6 dB of the caller. In a
    quiet room pauses are quiet, so people may tire. Before the caller is known they are who is louder than the voices
    that were heard while we spoke. The numbers were chosen on many made lines (docs/patience.md).
    """

    def __init__(self) -> None:
        self._room = Room()
        self._overheard = False
        self._powers: deque[float] = deque(maxlen=_SMOOTH)
        self._own: deque[float] = deque(maxlen=_REMEMBERED)
        self._waiting: deque[float] = (
            deque()
        )  # levels that are the others', if the caller is not heard soon
        self._others: deque[float] = deque(maxlen=_OTHERS)
        self._theirs = 0  # windows after the caller's voice that may still be theirs
        self._gate = FAINT
        self._loud = 0.0  # the caller's own loudness; nothing is as loud before they are known
        self._since = 0

    def caller(self, window: NDArray[np.float32], likelihood: float) -> bool:
        """`window`: the next 32 ms; `likelihood`: that somebody, near or far, speaks in it."""
        if self._overheard:
            self._powers.clear()  # what dies away of our prompt is no first word
            self._overheard = False
        level = self._level(window)
        speaks = likelihood >= LIKELY and level > self._needed
        if speaks:
            self._own.append(level)
        self._since += 1
        if len(self._own) >= _KNOWN:
            self._note(level, own=speaks and level > self._loud - 6)
            if self._since >= _LOOK_AGAIN:
                self._look()
        return speaks or (likelihood >= _POSSIBLE and level > max(self._loud - 8, self._behind))

    def overhear(
        self, window: NDArray[np.float32], likelihood: float, played: NDArray[np.float32]
    ) -> bool:
        """`window` is heard while the line speaks: `played`. Does the caller talk into it?"""
        self._overheard = True
        own = 10 * math.log10(float(np.mean(np.square(played))) + 1e-12)
        level = self._level(window)
        self._room.note(level, likelihood, own)
        known = len(self._own) >= _KNOWN
        needed = max(self._behind, self._loud - 8) if known else LOUDEST
        return likelihood >= LIKELY and level > needed

    @property
    def echoes(self) -> bool:
        """Does the line hear itself?"""
        return self._room.echoes

    def _level(self, window: NDArray[np.float32]) -> float:
        self._powers.append(float(np.mean(np.square(window))))
        return 10 * math.log10(sum(self._powers) / _SMOOTH + 1e-12)

    @property
    def _needed(self) -> float:
        """Right after the caller's own voice it is theirs that dies away."""
        return min(self._behind, self._loud - 12) if self._theirs > 0 else self._behind

    @property
    def _behind(self) -> float:
        """Nobody softer is the caller, as far as is known; never more than 6 dB below a caller who is known."""
        return max(self._gate, min(self._room.gate, self._loud - 6))

    def _note(self, level: float, *, own: bool) -> None:
        """Levels that are heard well apart from the caller's voice are the others'."""
        self._waiting.append(level)
        self._theirs = _AROUND if own else self._theirs - 1
        if self._theirs > 0:
            self._waiting.clear()
        elif len(self._waiting) > _AROUND:
            self._others.append(self._waiting.popleft())

    def _look(self) -> None:
        self._since = 0
        self._loud = float(np.percentile(self._own, 90))
        self._gate = max(FAINT, self._loud - 20)
        if len(self._others) >= _FEW:
            lull, others = (float(one) for one in np.percentile(self._others, [30, 70]))
            self._gate = max(self._gate, min(others + 6, lull + 18, self._loud - 6))
