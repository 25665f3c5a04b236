"""Whoever talks through the double: they do the next thing when a sentence of ours has been heard to its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.lines.simulated_provider import Behaviour, Turn
from ivr.speaking import SILENCE
from speech.audio import FRAME, Sound, ulaw_encode

LOUD = 0x60  #: mu-law bytes whose low seven bits are below this are no silence
HANGS_UP = "x"  #: among the keys

#: Q.850 causes of those who are not reached
UNREACHED: Mapping[Behaviour, int] = {
    Behaviour.BUSY: 17,
    Behaviour.NO_ANSWER: 19,
    Behaviour.LOST: 19,
    Behaviour.REFUSED: 21,
    Behaviour.BAD_NUMBER: 1,
}


@dataclass
class Somebody:
    """``script``: sounds to say and keys to press, one after each sentence; then ``keys``; "x" hangs up."""

    script: list[Sound | str] = field(default_factory=list)
    keys: str = ""
    heard: bytearray = field(default_factory=bytearray)  #: mu-law, from the answer on
    _speaking: bytes = b""

    @classmethod
    def at_home(cls, turn: Turn) -> "Somebody":
        """Who answers a dial as the script of a simulated company says."""
        if turn.behaviour is Behaviour.HANGS_UP:
            return cls(keys=HANGS_UP)
        return cls(script=list(turn.keys), keys="")

    def sentence_over(self) -> str:
        """The keys they press now."""
        what = self.script.pop(0) if self.script else self.keys
        if isinstance(what, str):
            return what
        self._speaking += ulaw_encode(what)
        return ""

    def frame(self) -> bytes:
        """The 20 ms they say."""
        piece, self._speaking = self._speaking[:FRAME], self._speaking[FRAME:]
        return piece + SILENCE[len(piece) :]

    def hears(self, frame: bytes) -> None:
        self.heard += frame

    @property
    def heard_anything(self) -> bool:
        return any(byte & 0x7F < LOUD for byte in self.heard)
