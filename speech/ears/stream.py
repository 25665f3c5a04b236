"""One speaker who is followed: everything they said, and how far it has been heard."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from speech.audio import RATE, Sound
from speech.commands import Words
from speech.ears.base import Turn

BYTES = 2  #: a sample
_GUILTY = 2  #: deaths of a process while it heard this speaker: no third try
_ENOUGH = 6  #: deaths while others were heard


@dataclass(eq=False, slots=True)
class Stream:
    number: int
    recording: str
    language: str
    short: bool
    turn: Turn
    fed: float  #: monotonic seconds, when it was last spoken or asked for
    sound: bytearray = field(default_factory=bytearray, repr=False)  #: kept, for a fresh process
    sent: int = 0  #: bytes that the process has been given
    opened: bool = False
    heard: int = 0  #: bytes that it has heard
    partial: str = ""
    length: float | None = None  #: seconds whose words are wanted, once they are
    asked: bool = False  #: the process has been told so
    dropped: bool = False
    failed: bool = False  #: nothing will be heard of it any more
    deaths: int = 0
    at_deaths: int = 0  #: of them those at which it was being heard
    words: Future[Words] = field(default_factory=Future)

    def fits(self, sound: Sound, language: str) -> bool:
        """Is it the same sound, as far as both go?"""
        both = min(len(self.sound) // BYTES, len(sound))
        said = np.frombuffer(self.sound, dtype=np.int16, count=both) if both else sound[:0]
        return self.language == language and np.array_equal(said, sound[:both])

    def want(self, sound: Sound, *, short: bool) -> None:
        """The words of `sound`: what has not been fed of it yet is added."""
        self.sound += sound[len(self.sound) // BYTES :].tobytes()
        self.length, self.short, self.turn = len(sound) / RATE, short, Turn.WANTED

    def lost(self, *, guilty: bool) -> bool:
        """Its process has died: begin again with the next; True where that would be once too often."""
        self.sent = self.heard = 0
        self.opened = self.asked = False
        self.deaths += 1
        self.at_deaths += guilty
        return self.at_deaths >= _GUILTY or self.deaths >= _ENOUGH

    def orders(self) -> tuple[list[dict[str, Any]], bytes]:
        """What the process must be told now, with the sound that belongs to it."""
        orders: list[dict[str, Any]] = []
        sound = b""
        if self.failed:
            return orders, sound
        if not self.opened:
            self.opened = True
            opening = {"language": self.language, "short": self.short, "turn": self.turn}
            orders.append({"do": "open", "of": self.number, **opening})
        upto = len(self.sound)
        if self.length is not None:
            upto = min(upto, round(self.length * RATE) * BYTES)
        if upto > self.sent:
            sound, self.sent = bytes(self.sound[self.sent : upto]), upto
            orders.append({"do": "hear", "of": self.number, "bytes": len(sound)})
        if self.length is not None and not self.asked:
            self.asked = True
            asking = {"length": self.length, "short": self.short, "turn": self.turn}
            orders.append({"do": "finish", "of": self.number, **asking})
        return orders, sound

    @property
    def seconds(self) -> float:
        return len(self.sound) / BYTES / RATE

    @property
    def unheard(self) -> float:
        """Seconds."""
        return (len(self.sound) - self.heard) / BYTES / RATE
