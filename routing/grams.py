"""What a text is made of, for learning: pieces of its characters and of its confusable sounds.

Characters tell most; sounds survive a recogniser that writes 养老紧 for 养老金. Measured on citizen messages: characters
alone lose 3.5 points of 86 at 30 % noise, with sounds 1.9 of 89.
"""

import math
from collections import Counter
from collections.abc import Mapping

from routing.pinyin import tokens

CHARACTERS = (1, 2)  #: lengths of pieces of characters
SOUNDS = (1, 2, 3)  #: and of toneless, blurred syllables
LONGEST = 1500  #: characters of a text that are looked at: a story is told in fewer


def grams(words: str, language: str = "zh") -> list[str]:
    """Pieces in no order that matters: ``c`` before characters, ``p`` before sounds."""
    said = tokens(words[:LONGEST], language)
    characters, sounds = [one.text for one in said], [one.sound for one in said]
    found = ["c" + "".join(piece) for n in CHARACTERS for piece in _runs(characters, n)]
    return found + ["p" + " ".join(piece) for n in SOUNDS for piece in _runs(sounds, n)]


def weighed(words: str, language: str, known: Mapping[str, tuple[int, float]]) -> dict[int, float]:
    """Place -> weight of the known pieces: (1 + ln count) x idf, of length 1 (tf-idf, Salton and Buckley 1988)."""
    counted = Counter(piece for piece in grams(words, language) if piece in known)
    found = {
        known[piece][0]: (1 + math.log(count)) * known[piece][1] for piece, count in counted.items()
    }
    length = math.sqrt(sum(weight * weight for weight in found.values()))
    return {place: weight / length for place, weight in found.items()} if length else {}


def _runs(pieces: list[str], n: int) -> list[list[str]]:
    return [pieces[at : at + n] for at in range(len(pieces) - n + 1)]
