"""Prepare sentences with a neural voice: a folder of ID.wav and index.tsv that the mouth plays without any synthesis.

A file is whole or not there, and index.tsv names no file before it is: whoever breaks off loses one sentence.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from speech.audio import RATE, Sound, silence
from speech.mouth.clauses import clauses, ending, sentences
from speech.mouth.neural import SPEED, Neural
from speech.mouth.pauses import Pace, placed
from speech.mouth.prepared import read_index
from speech.mouth.spoken import spoken

INDEX, MADE, MANNERS = "index.tsv", "rendered.tsv", "manners.tsv"
LEAD = 0.05  #: s; the voice brings as much again
END = {"zh": "。", "en": "."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a prompt is said; `manners.tsv` has id, voice, speed, clause for those said in another manner."""

    voice: str
    speed: float = SPEED
    by_clause: bool = False  #: a voice that swallows commas is given one clause at a time
    pace: Pace = "normal"

    def __str__(self) -> str:
        return f"{self.voice}\t{self.speed:g}\t{'clauses' if self.by_clause else 'sentences'}\t{self.pace}"


def render(
    wanted: Iterable[tuple[str, str]],
    folder: Path,
    manner_of: Callable[[str], Manner],
    say: Callable[[str, Manner], Sound],
    *,
    again: bool = False,
) -> Iterator[tuple[str, bool]]:
    """Yields each id, and whether it was made anew: those whose text or manner changed, or `again`.

    `wanted`: id and text. Rows of the folder that are not wanted stay. Raises Speechless, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {ident: text for text, ident in read_index(folder).items()}
    made = dict(_rows(folder / MADE))
    for ident, text in wanted:
        manner, out = manner_of(ident), folder / f"{ident}.wav"
        ready = out.is_file() and texts.get(ident) == text and made.get(ident) == str(manner)
        if ready and not again:
            yield ident, False
            continue
        sound = say(text, manner)
        if texts.pop(ident, None) is not None:
            _write(
                folder / INDEX, texts
            )  # until the new sound is there no text leads to the old one
        save(out, sound)
        texts[ident], made[ident] = text, str(manner)
        _write(folder / INDEX, texts)
        _write(folder / MADE, made)
        yield ident, True


def speak(neural: Neural, text: str, language: str, manner: Manner) -> Sound:
    """One sentence as it is prepared; a name or a number on its own is said as the end of a sentence."""
    said = spoken(text, language)
    said = said if ending(said) != "none" else f"{said}{END[language]}"
    apart = manner.by_clause or manner.pace == "slow"
    pieces = clauses(said) if apart else sentences(said)
    sounds = [silence(LEAD)]
    for number, piece in enumerate(pieces, 1):
        sound = neural.say(piece, manner.voice, manner.speed)
        sounds.append(placed(sound, piece, manner.pace, last=number == len(pieces)))
    return np.concatenate(sounds)


def read_manners(folder: Path, usual: Manner) -> Callable[[str], Manner]:
    """What is said in another manner than the usual one, by id. Raises ValueError for a bad row."""
    special = {
        ident: Manner(voice=voice, speed=float(speed), by_clause=float(clause) > 0, pace=usual.pace)
        for ident, row in _rows(folder / MANNERS)
        for voice, speed, clause in [row.split("\t")]
    }
    return lambda ident: special.get(ident, usual)


def save(out: Path, sound: Sound) -> None:
    """8 kHz G.711 mu-law; the file appears when it is whole."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=".", suffix=".wav")
    os.close(handle)
    try:
        soundfile.write(name, sound, RATE, subtype="ULAW", format="WAV")
        Path(name).chmod(0o644)
        Path(name).replace(out)
    finally:
        Path(name).unlink(missing_ok=True)


def _rows(path: Path) -> list[tuple[str, str]]:
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    parted = [line.partition("\t") for line in lines if line.strip() and line[0] != "#"]
    return [(ident, rest) for ident, _, rest in parted]


def _write(path: Path, rows: dict[str, str]) -> None:
    half = path.with_name(f".{path.name}")
    half.write_text("".join(f"{ident}\t{rest}\n" for ident, rest in rows.items()), "utf-8")
    half.replace(path)


def chosen(wanted: Iterable[tuple[str, str]], only: str) -> list[tuple[str, str]]:
    """Those whose id matches a regular expression. Raises re.error."""
    pattern = re.compile(only)
    return [(ident, text) for ident, text in wanted if pattern.search(ident)]
