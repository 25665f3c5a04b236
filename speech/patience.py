"""When has somebody finished? Pure bookkeeping of frames: no clock, no sound device, no thread.

Old people pause at the ends of clauses, and being cut off is their loudest complaint. So silence is waited out twice:
after `more` seconds the line says softly that it is listening, and only `again` seconds later the story is over.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from speech.audio import FRAME, RATE, Sound


class VoiceDetector(Protocol):
    def is_voice(self, frame: Sound) -> bool:
        """Does this frame of 160 samples belong to somebody who speaks into this telephone?"""
        ...


class Happening(StrEnum):
    STARTED = "started"  #: the first word
    PAUSED = "paused"  #: a short silence after speech: recognition may begin early
    RESUMED = "resumed"  #: speech again: what was begun is worthless
    MORE = "more"  #: a long silence: say "I am listening, is there more?"
    ENDED = "ended"  #: a long silence after that as well
    NOTHING = "nothing"  #: no first word in time
    LIMIT = "limit"  #: spoken for as long as anybody may


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. `first_word`, `more` and `again` are estimates for callers of 65 and older, who pause for 3-6 s."""

    first_word: float = 10.0
    pause: float = 0.8
    more: float | None = 4.5  #: None: no soft question, the silence of `again` ends it
    again: float = 4.0
    longest: float = 300.0
    enough: float = 0.42  #: voice within 0.6 s that makes a first word; a cough has up to 0.36
    enough_again: float = 0.16  #: the same once somebody has spoken: rather wait than cut

    def slower(self, factor: float) -> "Patience":
        """For residents who need more time."""
        return replace(
            self,
            first_word=self.first_word * factor,
            more=None if self.more is None else self.more * factor,
            again=self.again * factor,
        )


STORY = Patience()
SHORT = Patience(first_word=8.0, pause=0.5, more=None, again=1.2, longest=20.0, enough=0.2)

_WINDOW = 30  # frames: evidence of voice is gathered over 0.6 s
_BEFORE = round(1.5 * RATE)  # a first word may be over before the detector is sure
_SPARE = 0.1  # seconds that the margin after the last word is shorter than `pause`, so early work stays valid


def _frames(length: float) -> int:
    return round(length * RATE / FRAME)


class Listener:
    """Feed it every frame of one answer. What it reports is final after ENDED, NOTHING or LIMIT."""

    def __init__(self, patience: Patience, voice: VoiceDetector) -> None:
        self.patience = patience
        self._voice = voice
        self._recent: list[int] = []  # frames with voice, not older than the window
        self._frame = 0
        self._hint: int | None = (
            None  # the first frame of what may have been a word, before STARTED
        )
        self._quiet = 0  # frames of silence since the last voice, or since the question of `more`
        self._speech: tuple[int, int] | None = None  # first and one past the last frame of voice
        self._reached: Happening | None = None  # what the present silence has led to
        self.over: Happening | None = None

    @property
    def speech_start(self) -> int | None:
        """Samples from the start of listening; None before the first word."""
        return None if self._speech is None else self._speech[0] * FRAME

    @property
    def speech_end(self) -> int | None:
        """One past the last sample with voice; None before the first word."""
        return None if self._speech is None else self._speech[1] * FRAME

    @property
    def said(self) -> slice:
        """The samples to recognise: all speech with a margin. The same at PAUSED and at ENDED if nothing came between."""
        if self._speech is None:
            return slice(0, 0)
        first, last = self._speech
        after = round((self.patience.pause - _SPARE) * RATE)
        return slice(max(0, first * FRAME - _BEFORE), last * FRAME + after)

    def feed(self, frame: Sound, *, speaking: bool = False) -> Happening | None:
        """The next 20 ms; `speaking`: the line is playing, so silence is not the caller's.

        Raises ValueError for a frame of another length: time is counted in frames.
        """
        if len(frame) != FRAME:
            raise ValueError(f"a frame has {FRAME} samples (20 ms), not {len(frame)}")
        if self.over is not None:
            return None
        voiced = self._voice.is_voice(frame)
        self._frame += 1
        if voiced:
            self._recent.append(self._frame)
        self._recent = [at for at in self._recent if at > self._frame - _WINDOW]
        if self._hint is None and len(self._recent) >= _frames(self.patience.enough_again):
            self._hint = self._recent[0] - 1
        happening = (
            self._heard() if voiced and self._believed() else self._silent(speaking=speaking)
        )
        if self._frame >= _frames(self.patience.longest) and happening is None:
            happening = Happening.LIMIT
        if happening in {Happening.ENDED, Happening.NOTHING, Happening.LIMIT}:
            self.over = happening
        return happening

    def _believed(self) -> bool:
        patience = self.patience
        needed = patience.enough if self._speech is None else patience.enough_again
        return len(self._recent) >= _frames(needed)

    def _heard(self) -> Happening | None:
        begun = self._speech
        first = self._recent[0] - 1 if self._hint is None else self._hint
        self._speech = (begun[0] if begun else first, self._frame)
        resumed, self._reached, self._quiet = self._reached is not None, None, 0
        if begun is None:
            return Happening.STARTED
        return Happening.RESUMED if resumed else None

    def _silent(self, *, speaking: bool) -> Happening | None:
        if speaking:
            return None
        self._quiet += 1
        if self._speech is None:
            return Happening.NOTHING if self._quiet >= _frames(self.patience.first_word) else None
        happening = self._next()
        if happening is not None:
            self._reached = happening
        if happening is Happening.MORE:
            self._quiet = 0
        return happening

    def _next(self) -> Happening | None:
        """What the silence of `_quiet` frames leads to, if it does so now."""
        patience, quiet = self.patience, self._quiet
        if self._reached is None:
            return Happening.PAUSED if quiet >= _frames(patience.pause) else None
        if self._reached is Happening.PAUSED and patience.more is not None:
            return Happening.MORE if quiet >= _frames(patience.more) else None
        return Happening.ENDED if quiet >= _frames(patience.again) else None
