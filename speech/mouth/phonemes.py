"""From words to the sounds Kokoro knows: Mandarin through misaki, English through espeak-ng.

`phonemes.tsv` is the vocabulary of Kokoro-82M (hexgrad, Apache-2.0): token, code point, its name. The table from
espeak-ng to Kokoro is the one its maker publishes in misaki (hexgrad, Apache-2.0).
"""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from speech.mouth.espeak import library

TABLE = Path(__file__).with_name("phonemes.tsv")
ENGLISH = {"a": "en-us", "b": "en"}  #: first letter of a voice's name -> espeak-ng's voice
MANDARIN = "z"

_PIECES = re.compile(r"([^,.!?;:—]+)([,.!?;:—]*)")
_EVERYWHERE = (
    ("ʔˌn\u0329", "tn"), ("ʔn\u0329", "tn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("ʲo", "jo"), ("ʲə", "jə"), ("e", "A"), ("ʲ", ""), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"),
    ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("\u0303", ""),
)  # fmt: skip
_BY_ACCENT = {
    "b": (("e^ə", "ɛː"), ("iə", "ɪə"), ("ə^ʊ", "Q")),
    "a": (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", "")),
}


class NoSounds(ValueError):
    """A text of which nothing can be pronounced by this voice."""


@cache
def vocabulary() -> dict[str, int]:
    """Sound -> token."""
    rows = (line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines())
    return {chr(int(code, 16)): int(token) for token, code, _ in rows}


def tokens(phonemes: str) -> list[int]:
    """What the network reads; a sound it never learned is left out. Raises NoSounds where none is left."""
    known = vocabulary()
    found = [known[sound] for sound in phonemes if sound in known]
    if not any(sound.isalpha() for sound in phonemes if sound in known):
        raise NoSounds(f"nothing of {phonemes!r} can be said")
    return found


def english(text: str, accent: str) -> str:
    """`accent` is a key of ENGLISH; marks stay, they carry the melody."""
    espeak = library()
    espeak.voice(ENGLISH[accent])
    said = [
        f"{_as_kokoro(espeak.phonemes(words.strip()), accent)}{mark[:1]}"
        for words, mark in _PIECES.findall(text)
        if any(c.isalnum() for c in words)
    ]
    return " ".join(said)


def _as_kokoro(phonemes: str, accent: str) -> str:
    for espeak, kokoro in (*_EVERYWHERE, *_BY_ACCENT[accent]):
        phonemes = phonemes.replace(espeak, kokoro)
    phonemes = re.sub(r"(\S)\u0329", r"ᵊ\1", phonemes).replace("\u0329", "").replace("o", "ɔ")
    return phonemes.replace("ɾ", "T").replace("ʔ", "t").replace("^", "")


class Mandarin:
    """How misaki reads hanzi; imported at the first use, which only the process that speaks can do."""

    def __init__(self, scratch: Path) -> None:
        """`scratch`: where jieba keeps its dictionary ready for the next start."""
        jieba = import_module("jieba")  # both lie in the model's own folder
        jieba.setLogLevel(60)
        jieba.dt.tmp_dir = str(scratch)
        self._read: Any = import_module("misaki.zh").ZHG2P()

    def __call__(self, text: str) -> str:
        said = self._read(text)
        return str(said[0] if isinstance(said, tuple) else said)
