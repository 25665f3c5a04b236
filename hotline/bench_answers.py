"""How short spoken answers are read: yes, no, solved, once more, a person, a row of digits, and what is none of these.

A wrong yes closes a ticket and a wrong digit rings a stranger, so wrong readings count apart from missing ones.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hotline.manifest import read_manifest
from ivr.answers import choose, spoken_digits, wants_again, wants_person
from ivr.asking import YES_OR_NO
from ivr.callback import VERDICTS
from speech.audio import FRAME, Sound, read_sound, silence
from speech.commands import Words
from speech.ears.base import Recogniser
from speech.ears.choose import choose as choose_engine
from speech.ears.worker import build
from speech.patience import SHORT, Happening, Listener
from speech.voice import CallerVoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One row of the manifest and what became of it; `means` and `read` are "" for nothing."""

    file: str
    said: str
    question: str  #: "answer" (yes or no), "verdict", "number"
    means: str
    read: str
    words: Words

    @property
    def kind(self) -> str:
        if self.question == "number":
            return f"{len(self.means)} digits"
        return self.means or "other"

    @property
    def outcome(self) -> str:
        if self.read == self.means:
            return "right"
        return "wrong" if self.read else "nothing"


def answers(models: Path, folder: Path, tell: Callable[[str], None]) -> list[Answer]:
    """Play every answer of ``folder`` to the engine of its language, as patience cuts it out of the line. Raises BadManifest, NotASound."""
    rows = read_manifest(folder, ("file", "transcript", "question", "means"))
    ears: dict[str, Recogniser] = {}
    found = []
    for number, row in enumerate(rows):
        tell(f"{row['file']}, {number + 1} of {len(rows)}")
        engine = choose_engine(row["lang"], models)
        if engine.model not in ears:
            ears[engine.model] = build(engine.maker, engine.model)
        said = _answered(read_sound(folder / row["file"]))
        words = Words(text="")
        if said is not None:
            words = ears[engine.model].transcribe(said, row["lang"], short=True)
        found.append(
            Answer(
                file=row["file"], said=row["transcript"], question=row["question"],
                means=row["means"], read=read(row["question"], words.text), words=words,
            )
        )  # fmt: skip
    return found


def _answered(sound: Sound) -> Sound | None:
    """What the line would give the ears; None where it heard nobody."""
    listener = Listener(SHORT, CallerVoice())
    line = np.concatenate([sound, silence(SHORT.first_word)])
    for at in range(0, len(line) - FRAME + 1, FRAME):
        listener.feed(line[at : at + FRAME])
        if listener.over is not None:
            break
    return None if listener.over is Happening.NOTHING else line[listener.said]


def read(question: str, words: str) -> str:
    """What a dialogue takes it for: "yes", "no", "solved", "again", "person", digits, or "" for nothing."""
    if wants_person(words):
        return "person"
    if wants_again(words):
        return "again"
    if question == "number":
        return spoken_digits(words)
    if question == "verdict":
        return choose(words, VERDICTS) or ""
    said = choose(words, {form: yes for form, yes in YES_OR_NO.items() if not form.isdigit()})
    return "" if said is None else "yes" if said else "no"


def figures(found: Sequence[Answer]) -> dict[str, Any]:
    """Shares of right, wrong and nothing, over all answers that have a meaning and over those that have none; then each kind."""
    asked = [one for one in found if one.means and one.question != "number"]
    digits = [one for one in found if one.question == "number"]
    others = [one for one in found if not one.means]
    kinds = sorted({one.kind for one in found})
    return {
        "answers": _shares(asked),
        "digits": _shares(digits),
        "others": _shares(others),
        "kinds": {kind: _shares([one for one in found if one.kind == kind]) for kind in kinds},
        "wrong": [
            f"{one.file} {one.said} -> {one.words.text}" for one in found if one.outcome == "wrong"
        ],
    }


def _shares(found: Sequence[Answer]) -> dict[str, float]:
    counted = Counter(one.outcome for one in found)
    shares = {
        name: round(counted[name] / max(1, len(found)), 4) for name in ("right", "wrong", "nothing")
    }
    return {"files": len(found), **shares}
