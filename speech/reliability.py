"""Is what an engine says of its sureness true? Tables of reliability, and their one figure, the expected calibration error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speech.calibration import Example, fit

_BINS = 10
_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    least: float
    most: float
    n: int
    confidence: float  #: in the mean
    right: float  #: share of right characters, in the mean


def bins(confidence: Sequence[float], right: Sequence[float]) -> list[Bin]:
    """Ten of equal width, without the empty ones."""
    sure, true = np.array(confidence, dtype=float), np.array(right, dtype=float)
    at = np.clip((sure * _BINS).astype(int), 0, _BINS - 1)
    return [
        Bin(
            least=number / _BINS,
            most=(number + 1) / _BINS,
            n=int((at == number).sum()),
            confidence=round(float(sure[at == number].mean()), 3),
            right=round(float(true[at == number].mean()), 3),
        )
        for number in sorted(set(at.tolist()))
    ]


def calibration_error(confidence: Sequence[float], right: Sequence[float]) -> float:
    """Expected calibration error (Naeini et al. 2015): distance of confidence from truth, bin by bin, weighted by their n."""
    table = bins(confidence, right)
    off = sum(one.n * abs(one.confidence - one.right) for one in table)
    return round(off / max(1, sum(one.n for one in table)), 4)


def held_back(examples: Sequence[Example], groups: Sequence[str]) -> list[float]:
    """The confidence of each by a calibration that has seen nothing of its group (a text, a voice)."""
    names = sorted(set(groups))
    if len(names) < 2:
        raise ValueError("held back from what? There is one group only")
    fold = [names.index(group) % _FOLDS for group in groups]
    found = [0.0] * len(examples)
    for number in sorted(set(fold)):
        rest = [one for one, its in zip(examples, fold, strict=True) if its != number]
        calibration = fit(rest)
        for at, its in enumerate(fold):
            if its == number:
                found[at] = calibration.of(examples[at].features)
    return found
