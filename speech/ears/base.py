"""What every engine does."""

from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from enum import IntEnum
from typing import Protocol

from speech.audio import Sound
from speech.commands import LATER, Words

NOTHING = Words(text="", confidence=None, engine="none")
WAITS = Words(text="", confidence=None, engine=LATER)


class BadModel(Exception):
    """The model cannot be used; the message says why, and how to mend it."""


class Turn(IntEnum):
    """Who is heard first."""

    WANTED = 0  #: a caller waits for it on the line
    LATE = 1  #: a caller was told that it comes later
    BEGUN = 2  #: begun early, perhaps in vain
    SECOND = 3  #: a second ear, in the background


class Recogniser(Protocol):
    """Built with the path of its model as the only argument; one request at a time.

    `takes_hot_words = True` on the class: `transcribe` takes `hot`, words of the community, as well.
    """

    name: str  #: as it will stand beside the words, such as "whisper-base"

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        """`sound` at 8000 Hz; `short`: an answer of one or two words. May take seconds, may raise."""
        ...


class Following(Protocol):
    """One speaker, followed word by word. Used by one thread at a time."""

    def hear(self, sound: Sound) -> str:
        """The next samples at 8000 Hz -> all words so far."""
        ...

    def finish(self, length: float, *, short: bool) -> Words:
        """The words that begin within the first `length` seconds. Nothing is asked of it afterwards."""
        ...


class Follower(Protocol):
    """An engine that hears while people speak, many at once; built like a Recogniser. Its methods may raise."""

    name: str

    def follow(self, language: str, *, short: bool) -> Following: ...


def settle(future: Future[Words], words: Words) -> bool:
    """Whoever comes first has the word; False where somebody did."""
    with suppress(InvalidStateError):
        future.set_result(words)
        return True
    return False


def settled(words: Words) -> Future[Words]:
    future: Future[Words] = Future()
    future.set_result(words)
    return future
