"""What every engine does."""

from typing import Protocol

from speech.audio import Sound
from speech.commands import Words

NOTHING = Words(text="", confidence=None, engine="none")


class Recogniser(Protocol):
    """Built with the path of its model as the only argument; one request at a time.

    An engine that hears while somebody speaks may offer more beside this; the desk asks for whole recordings.
    """

    name: str  #: as it will stand beside the words, such as "whisper-base"

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        """`sound` at 8000 Hz; `short`: an answer of one or two words. May take seconds, may raise."""
        ...
