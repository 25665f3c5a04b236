"""Whose voice is it? What is known of the caller and of their room, carried from one answer of a call to the next."""

from collections import deque

from speech.audio import ulaw_decode
from speech.voice import CallerVoice

TRUSTED = 1  #: answers without a voice after which what we heard of the room is still believed
LATELY = 30  #: frames, 0.6 s, within which
MEANT = (
    21  #: frames of voice, 0.42 s, show that somebody means to interrupt; a cough has up to 0.36
)
BEFORE = 60  #: frames, 1.2 s, that are heard again then: their first word came before we were sure


class Overhearing:
    """One detector a call: how loud the caller speaks and what their room sounds like is learned once.

    Where nobody was heard, what we believe of the caller's loudness may be wrong; where that happened twice, so may be
    what we believe of their room: rather take a television for the caller than never hear a caller.
    """

    def __init__(self) -> None:
        self.voice = CallerVoice()
        self._unheard = 0
        self._into: deque[bool] = deque(maxlen=LATELY)
        self._lately: deque[bytes] = deque(maxlen=BEFORE)

    def frame(self, heard: bytes, said: bytes) -> None:
        """20 ms of mu-law each way while nobody is asked anything."""
        self._lately.append(heard)
        if self._unheard <= TRUSTED:
            self._into.append(self.voice.overhear(ulaw_decode(heard), ulaw_decode(said)))

    @property
    def interrupted(self) -> bool:
        """Does the caller talk into what we say, and mean it? A line that hears itself never does."""
        return sum(self._into) >= MEANT and not self.voice.echoes

    def lately(self) -> list[bytes]:
        """What was heard just now, to be listened to once more."""
        frames = list(self._lately)
        self._lately.clear()
        self._into.clear()
        return frames

    def answered(self, *, heard: bool) -> None:
        """An answer is over; was anybody heard in it, or a key pressed?"""
        self._unheard = 0 if heard else self._unheard + 1
        if not heard:
            self.voice = CallerVoice()
