"""The mouth of the hotline: any text as telephone sound, from the best voice that has it.

Order: a recording by a person, a prepared sentence, then the voices that say any text (a neural one where somebody
added it, espeak-ng last).
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from speech.audio import Sound, silence
from speech.mouth.cache import SpokenCache
from speech.mouth.prepared import PreparedVoices
from speech.mouth.sound import paced
from speech.mouth.voices import Espeak, Speechless, Voice

Pace = Literal["normal", "slow"]

LONGEST = 200  #: characters given to a voice at once
BREATH = 0.25  #: s between two of them, and what a text without a single sayable character becomes
SENTENCES = re.compile(r"[^。！？；!?;\n]*[。！？；!?;\n]*")


class Mouth:
    def __init__(
        self,
        voices: Sequence[Path],
        overrides: Path,
        cache: Path,
        *,
        speakers: Sequence[Voice] | None = None,
    ) -> None:
        """`voices`: prepared folders; `speakers`: voices for any other text, best first (None: espeak-ng)."""
        self._prepared = PreparedVoices(list(voices), overrides)
        self._cache = SpokenCache(cache)
        self._espeak = Espeak() if speakers is None else None
        self._speakers: list[Voice] = [self._espeak] if self._espeak else list(speakers or ())

    def say(
        self, text: str, language: str = "zh", pace: Pace = "normal", *, keep: bool = True
    ) -> Sound:
        """int16 at 8 kHz; empty only for an empty text. Raises Speechless where no voice can say it.

        `keep=False` for what must not lie on the disk in the clear, such as a resident's name.
        """
        text = text.strip()
        if not text:
            return silence(0)
        ready = self._prepared.find(text)
        if ready is not None:
            return paced(ready, pace)
        return self._speak(text, language, pace, keep=keep)

    def is_prepared(self, text: str) -> bool:
        """Whether a sentence needs no synthesis; `doctor` asks it of every fixed text."""
        return self._prepared.knows(text.strip())

    def close(self) -> None:
        if self._espeak:
            self._espeak.close()

    def _speak(self, text: str, language: str, pace: Pace, *, keep: bool) -> Sound:
        parts = sayable(text)
        if not parts:
            return silence(BREATH)
        problems = [f"no voice speaks {language!r}"]
        for speaker in self._speakers:
            if not speaker.speaks(language):
                continue
            voice = f"{speaker.name}/{language}"
            said = self._cache.read(text, voice, pace)
            if said is not None:
                return said
            try:
                said = paced(_joined([speaker.speak(part, language) for part in parts]), pace)
            except Speechless as problem:
                problems.append(str(problem))
                continue
            if keep:
                self._cache.keep(text, voice, pace, said)
            return said
        raise Speechless(problems[-1])


def sayable(text: str) -> list[str]:
    r"""Sentences of at most LONGEST characters that hold a letter or a number; control signs and emoji are left out.

    >>> sayable("您好👋。\x00。请讲")
    ['您好。。', '请讲']
    """
    clean = "".join(_kept(c) for c in unicodedata.normalize("NFC", text))
    sentences = [s.strip() for s in SENTENCES.findall(clean)]
    parts = [s[i : i + LONGEST] for s in sentences for i in range(0, len(s), LONGEST)]
    return [part for part in parts if any(c.isalnum() for c in part)]


def _kept(character: str) -> str:
    if character.isspace():
        return "\n" if character == "\n" else " "
    return (
        ""
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"}
        else character
    )


def _joined(sounds: list[Sound]) -> Sound:
    pieces = [piece for sound in sounds for piece in (sound, silence(BREATH))]
    return np.concatenate(pieces[:-1])
