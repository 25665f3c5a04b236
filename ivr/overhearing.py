"""Whose voice is it? What is known of the caller and of their room, carried from one answer of a call to the next."""

from speech.audio import ulaw_decode
from speech.voice import CallerVoice

TRUSTED = 1  #: answers without a voice after which what we heard of the room is still believed


class Overhearing:
    """One detector a call: how loud the caller speaks and what their room sounds like is learned once.

    Where nobody was heard, what we believe of the caller's loudness may be wrong; where that happened twice, so may be
    what we believe of their room: rather take a television for the caller than never hear a caller.
    """

    def __init__(self) -> None:
        self.voice = CallerVoice()
        self._unheard = 0

    def frame(self, heard: bytes, said: bytes) -> None:
        """20 ms of mu-law each way while nobody is asked anything."""
        if self._unheard <= TRUSTED:
            self.voice.overhear(ulaw_decode(heard), ulaw_decode(said))

    def answered(self, *, heard: bool) -> None:
        """An answer is over; was anybody heard in it, or a key pressed?"""
        self._unheard = 0 if heard else self._unheard + 1
        if not heard:
            self.voice = CallerVoice()
