"""Where a text may be parted: sentences and clauses, without what no voice can say."""

import re
import unicodedata
from typing import Literal

LONGEST = 200  #: characters given to a voice at once
FEWEST = 6  #: letters or hanzi of a clause that is said on its own; 对， belongs to what follows
SENTENCE_ENDS = "。！？；!?;\n…"
CLAUSE_ENDS = "，：、,:—"
#: a mark and what closes with it; a full stop, comma or colon between digits or letters (3.5, 12:30) ends nothing
_SENTENCE = re.compile(
    rf"(?:[^{SENTENCE_ENDS}.]|\.(?=\w))*(?:[{SENTENCE_ENDS}.][”’」』）)\"'\s]*)*"
)
_CLAUSE = re.compile(r"(?:[^，：、,:—]|[,:](?=\d))*(?:[，：、,:—][”’」』）)\"'\s]*)*")

Ending = Literal["sentence", "clause", "none"]


def clean(text: str) -> str:
    """Without control signs, emoji, lone surrogates and signs that turn the direction of writing."""
    return "".join(_kept(c) for c in unicodedata.normalize("NFC", text))


def sentences(text: str) -> list[str]:
    r"""Sentences of at most LONGEST characters that hold a letter or a number.

    >>> sentences("您好👋。\x00。请讲")
    ['您好。。', '请讲']
    """
    whole = [s.strip() for s in _SENTENCE.findall(clean(text))]
    return [part for s in whole for part in _short(s) if _sayable(part)]


def clauses(text: str, fewest: int = FEWEST) -> list[str]:
    """Sentences parted again at commas and colons, where at least `fewest` letters stand before and after.

    >>> clauses("对，请按一。您家里的电梯，今天上午已经修好了。")
    ['对，请按一。', '您家里的电梯，', '今天上午已经修好了。']
    """
    return [
        clause
        for sentence in sentences(text)
        for clause in _joined(_CLAUSE.findall(sentence), fewest)
    ]


def ending(piece: str) -> Ending:
    """What the last mark of a piece says: a sentence is over, a clause is, or neither."""
    last = piece.rstrip("”’」』）)\"' ")[-1:]
    if last and last in f"{SENTENCE_ENDS}.":
        return "sentence"
    return "clause" if last and last in CLAUSE_ENDS else "none"


def without_end(piece: str) -> str:
    """Without its last marks."""
    return piece.rstrip(f"{SENTENCE_ENDS}{CLAUSE_ENDS}.”’」』）)\"' ")


def _joined(pieces: list[str], fewest: int) -> list[str]:
    """Short ones go with the next, a short last one with the one before."""
    out: list[str] = []
    open_ = ""
    for piece in pieces:
        open_ += piece
        if _length(open_) >= fewest:
            out.append(open_)
            open_ = ""
    if open_ and out:
        out[-1] += open_
    elif open_:
        out.append(open_)
    return [piece.strip() for piece in out if _sayable(piece)]


def _length(text: str) -> int:
    return sum(c.isalnum() for c in text)


def _short(sentence: str) -> list[str]:
    """Parted at clause ends, then spaces, then anywhere, so that no part is longer than LONGEST."""
    parts: list[str] = []
    while len(sentence) > LONGEST:
        head = sentence[:LONGEST]
        cut = max((head.rfind(mark) + 1 for mark in CLAUSE_ENDS), default=0)
        cut = cut or head.rfind(" ") + 1 or LONGEST
        parts.append(sentence[:cut].strip())
        sentence = sentence[cut:]
    return [*parts, sentence.strip()]


def _sayable(part: str) -> bool:
    return any(c.isalnum() for c in part)


def _kept(character: str) -> str:
    if character.isspace():
        return "\n" if character == "\n" else " "
    unsayable = {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"}
    return "" if unicodedata.category(character) in unsayable else character
