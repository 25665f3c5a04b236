"""What Whisper shows of its own sureness, in numbers that `speech.calibration` can weigh.

A second decoding (the sound 6 % faster, or without the prompt) was tried, to see whether the text stays the same: it agreed
with the errors well (correlation 0.76 on dialects), but beside the mean log probability it told nothing new.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from speech.audio import Sound, seconds
from speech.bench import error_rate, units
from speech.clean import clean
from speech.ears.decoding import Attempt, Decoder, Encoded

_UNSURE_TOKEN = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A passage, and how it was asked for."""

    passage: Sound
    encoded: Encoded
    language: str
    likely: float  #: probability that it is this language


def sureness(decoder: Decoder, asked: Question, attempt: Attempt) -> dict[str, float]:
    """`unsure`: share of tokens below 0.3; `tenth`: their first decile; `runners_up`: agreement with texts that nearly won."""
    language = asked.language
    sure = np.array(decoder.sureness(asked.encoded, language, attempt))
    near = [agreement(attempt.text, one, language) for one in attempt.others]
    return {
        "mean": attempt.mean,
        "unsure": float((sure < _UNSURE_TOKEN).mean()),
        "tenth": float(np.quantile(sure, 0.1)),
        "runners_up": sum(near) / len(near) if near else 1.0,
        "language": math.log10(max(asked.likely, 1e-3)),
        "rate": len(units(clean(attempt.text, language), language)) / seconds(asked.passage),
    }


def agreement(text: str, other: str, language: str) -> float:
    """1 for the same characters (English: words), 0 for nothing in common."""
    apart = max(error_rate(other, text, language), error_rate(text, other, language))
    return max(0.0, 1.0 - apart)


def averaged(looks: Sequence[tuple[Mapping[str, float], float]]) -> dict[str, float]:
    """One for the whole recording out of those of its passages and their lengths."""
    whole = sum(length for _, length in looks)
    return {name: sum(one[name] * length for one, length in looks) / whole for name in looks[0][0]}
