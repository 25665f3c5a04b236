"""Texts told with the hotline's own Kokoro (speech/mouth/kokoro.py), in a manner of one's own: pauses, lead and tail.

The same machine gives the same bytes for the same text. What it needs is what `hotline models install voice-zh` leaves.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project itself

from hotline.settings import Settings
from speech.mouth.kokoro import RATE, Kokoro, Wave
from speech.mouth.neural import NAME

SENTENCE_ENDS, CLAUSE_ENDS = "。！？；", "，：、"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a text is said."""

    voice: str = "zm_yunxi"
    speed: float = 0.9
    pause: float = 0.4  #: s after a sentence
    clause: float = 0.0  #: s after a comma or colon; 0 leaves them to the model
    lead: float = 0.1  #: s of silence before
    tail: float = 0.2  #: and after


class Teller(Kokoro):
    """Hanzi and punctuation only: a recipe must not depend on how numbers are read."""

    def tell(
        self, text: str, manner: Manner, sounds: Callable[[str], str] = lambda heard: heard
    ) -> Wave:
        """`[p=1500]` is a pause of 1.5 s; `sounds` may change the phonemes. Not levelled."""
        if re.search(r"[A-Za-z0-9]", re.sub(r"\[p=\d+\]", "", text)):
            raise ValueError(f"write letters and numbers in hanzi: {text}")
        pieces = [silence(manner.lead)]
        for clause, pause in clauses(text, manner):
            if re.search(r"\w", clause):
                phonemes = sounds(self.phonemes(clause, manner.voice))
                pieces.append(self.utter(phonemes, manner.voice, manner.speed))
            pieces.append(silence(pause))
        return np.concatenate([*pieces[:-1], silence(manner.tail)])


def installed() -> Path:
    """The folder of the neural voice. Raises FileNotFoundError."""
    folder = Settings.read(os.environ).models / NAME
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing: hotline models install voice-zh")
    return folder


def clauses(text: str, manner: Manner) -> Iterator[tuple[str, float]]:
    """Pieces said in one breath, and the pause after each."""
    said = ""
    for piece in re.split(rf"(\[p=\d+\]|[{SENTENCE_ENDS}{CLAUSE_ENDS}\n])", text):
        asked = re.fullmatch(r"\[p=(\d+)\]", piece)
        if asked:
            yield said, int(asked.group(1)) / 1000
            said = ""
            continue
        said += piece.replace("\n", "。")
        ends = piece and piece in SENTENCE_ENDS + "\n"
        if ends or (piece and piece in CLAUSE_ENDS and manner.clause and len(said) > 1):
            yield said, manner.pause if ends else manner.clause
            said = ""
    if said:
        yield said, 0.0


def silence(seconds: float) -> Wave:
    return np.zeros(int(seconds * RATE))
