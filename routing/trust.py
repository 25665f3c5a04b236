"""How far each witness is believed: fitted to what they say of writers who were held back, for each language by itself.

Needs scipy; guessing does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from routing.guesser import MANDARIN, Floats, Guesser, Witnesses
from routing.sayings import Saying

AT_FIRST = (1.0, 2.0, 2.0, 0.4)  #: trust, before it is fitted
WORDS = [0, 3]  #: the witnesses that need no vectors
ENOUGH = 100  #: sayings of a language that were held back, for a trust of its own

Heard = tuple[Saying, NDArray[np.float64]]  #: and what the witnesses say of it


@dataclass(frozen=True, eq=False)
class Foreign:
    """Predictions for sayings of writers that were held back: what the guesser is worth on new callers."""

    sayings: tuple[Saying, ...]
    groups: tuple[str, ...]
    shares: Floats  #: sayings x groups, probabilities


def trusting(guesser: Guesser, held: Sequence[Heard]) -> Guesser:
    """With the trust in each witness that makes the held back sayings of a language most probable."""
    for language in sorted({one.language for one, _ in held}):
        mine = [(one, rows) for one, rows in held if one.language == language]
        if language != MANDARIN and len(mine) < ENOUGH:
            continue
        rows = np.stack([rows for _, rows in mine])
        told = np.array([guesser.groups.index(one.group) for one, _ in mine])
        heard = rows.shape[1] == len(AT_FIRST)
        words = {language: _fit_trust(rows[:, WORDS] if heard else rows, told)}
        both = {language: _fit_trust(rows, told)} if heard else {}
        guesser = replace(
            guesser, trust={**guesser.trust, **both}, trust_words={**guesser.trust_words, **words}
        )
    return guesser


def _fit_trust(rows: NDArray[np.float64], told: NDArray[np.int64]) -> tuple[float, ...]:
    def surprise(trust: NDArray[np.float64]) -> float:
        scores = np.einsum("w,nwg->ng", trust, rows)
        scores -= scores.max(axis=1, keepdims=True)
        shares = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return float(-shares[np.arange(len(told)), told].mean())

    found = minimize(
        surprise, np.full(rows.shape[1], 0.5), bounds=[(0, 20)] * rows.shape[1], method="L-BFGS-B"
    )
    return tuple(round(float(one), 3) for one in found.x)


def foreign(guesser: Guesser, held: Sequence[Heard]) -> Foreign:
    scores = [
        guesser.weigh(
            Witnesses(rows, rows[0] if len(rows) == len(AT_FIRST) else None), one.language
        )
        for one, rows in held
    ]
    table = np.array(scores, dtype=np.float32).reshape(-1, len(guesser.groups))
    powers = np.exp(table - table.max(axis=1, keepdims=True, initial=-99))
    shares = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return Foreign(tuple(one for one, _ in held), guesser.groups, shares)
