"""How well a call is heard: the line's own way through a recording beside the engine alone on the whole of it."""

from dataclasses import dataclass

import numpy as np

from speech.audio import FRAME, RATE, Sound, silence
from speech.clean import clean
from speech.ears.base import Recogniser
from speech.patience import STORY, Happening, Listener, Patience
from speech.voice import CallerVoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    started: bool
    ended: float  #: seconds from the start of the recording until the story was taken as finished
    said: slice  #: samples that went to the engine
    text: str
    errors: (
        float  #: character (English: word) error rate; 0 where nothing was said and nothing heard
    )


def units(text: str, language: str) -> list[str]:
    """What errors are counted in: characters of Simplified Chinese, words of anything else; no punctuation."""
    plain = clean(text, language).lower()
    if language == "zh":
        return [character for character in plain if character.isalnum()]
    return "".join(one if one.isalnum() or one == "'" else " " for one in plain).split()


def error_rate(heard: str, said: str, language: str) -> float:
    """Insertions, deletions and substitutions (Levenshtein) over the length of what was said."""
    left, right = units(heard, language), units(said, language)
    row = list(range(len(right) + 1))
    for number, one in enumerate(left, 1):
        above, row = row, [number]
        for at, other in enumerate(right):
            row.append(min(above[at + 1] + 1, row[-1] + 1, above[at] + (one != other)))
    return row[-1] / max(1, len(right))


def hear_call(
    ear: Recogniser, sound: Sound, said: str, language: str, patience: Patience = STORY
) -> Hearing:
    """The sound as a caller's answer, followed by silence, without the line's soft question."""
    listener = Listener(patience, CallerVoice())
    line = np.concatenate([sound, silence(patience.first_word + patience.longest / 10)])
    at = 0
    while listener.over is None and at + FRAME <= len(line):
        listener.feed(line[at : at + FRAME])
        at += FRAME
    started = listener.over is not Happening.NOTHING
    words = ear.transcribe(line[listener.said], language, short=False) if started else None
    text = words.text if words else ""
    return Hearing(
        started=started,
        ended=at / RATE,
        said=listener.said,
        text=text,
        errors=error_rate(text, said, language),
    )
