"""Training a guesser: seconds for a few hundred sayings, a minute or two for all that come with the hotline.

Needs scikit-learn (L-BFGS and LIBLINEAR); guessing does not. Nothing here is ever told a text that it is measured on: the
witnesses' trust is fitted to predictions for writers whose sayings were held back.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from routing.grams import counted, weighed
from routing.guesser import Floats, Guesser
from routing.misheard import Recogniser
from routing.sayings import PHRASE, Saying
from routing.vectors import SIZE, vectors

FEWEST = 2  #: sayings that have a piece, else it is not looked at
PHRASE_WEIGHT = 0.3  #: of a word of the catalogue beside a saying
DANGER_WEIGHT = 4.0  #: of an emergency beside the many requests without any
PIECES_C = 0.6  #: less is smoother
RIDGE = 0.2  #: more is smoother; for a word of the catalogue so much more as it weighs less
AT_FIRST = (1.0, 2.0, 2.0, 0.4)  #: trust, before it is fitted

Evidence = Callable[[Saying], Mapping[str, float]]
Tell = Callable[[str, float], None]  #: what is being done, share of it


class CannotLearn(ValueError):
    """The message says what is missing."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """Sayings with what is computed of each only once."""

    sayings: tuple[Saying, ...]
    meanings: Floats | None  #: sayings x 384, None where there are no vectors
    evidence: tuple[Mapping[str, float], ...]

    @classmethod
    def of(cls, sayings: Sequence[Saying], evidence: Evidence, tell: Tell) -> "Lesson":
        """Takes a hundredth of a second for each."""
        whole = max(1, len(sayings))
        meanings = vectors(
            [one.words for one in sayings], lambda done: tell("meanings", done / whole)
        )
        return cls(tuple(sayings), meanings, tuple(evidence(one) for one in sayings))

    def part(self, chosen: Sequence[int]) -> "Lesson":
        meanings = None if self.meanings is None else self.meanings[list(chosen)]
        pick = tuple(self.sayings[at] for at in chosen)
        return Lesson(pick, meanings, tuple(self.evidence[at] for at in chosen))


@dataclass(frozen=True, eq=False)
class Foreign:
    """Predictions for sayings of writers that were held back: what the guesser is worth on new callers."""

    sayings: tuple[Saying, ...]
    groups: tuple[str, ...]
    shares: Floats  #: sayings x groups, probabilities


def learn(lesson: Lesson, folds: Sequence[frozenset[str]], tell: Tell) -> tuple[Guesser, Foreign]:
    """Train on everything; each fold of writers is held back once to fit the trust. Raises CannotLearn."""
    groups = tuple(sorted({one.group for one in lesson.sayings}))
    if len(groups) < 2:
        raise CannotLearn("There is only one kind of answer to learn: sayings of two are needed.")
    held: list[tuple[Saying, NDArray[np.float64]]] = []
    for number, fold in enumerate(folds):
        tell("writers held back", number / len(folds))
        inside = [at for at, one in enumerate(lesson.sayings) if one.writer not in fold]
        outside = [at for at, one in enumerate(lesson.sayings) if one.writer in fold]
        held += _heard(fit(lesson.part(inside), groups), lesson.part(outside))
    tell("all of them", 0.0)
    whole = fit(lesson, groups)
    if held:
        rows = np.stack([rows for _, rows in held])
        told = np.array([groups.index(one.group) for one, _ in held])
        whole = _trusting(whole, rows, told)
    tell("all of them", 1.0)
    return whole, _foreign(whole, held)


def fit(lesson: Lesson, groups: Sequence[str]) -> Guesser:
    """All but the trust."""
    sayings = lesson.sayings
    labels = sorted({one.label for one in sayings})
    weights = np.array([_weight(one) for one in sayings])
    pieces, by_pieces, bias = _fit_pieces(sayings, groups, weights)
    blank = Guesser(
        version=version_of(sayings), labels=tuple(labels), groups=tuple(groups),
        pieces=pieces, by_pieces=by_pieces, bias=bias, mean=np.zeros(SIZE, np.float32),
        known=np.zeros((0, SIZE), np.int8), votes=np.zeros((0, len(groups) + len(labels)), np.float32),
        trust=AT_FIRST, trust_words=(AT_FIRST[0], AT_FIRST[3]),
    )  # fmt: skip
    if lesson.meanings is None:
        return blank
    known = np.round(lesson.meanings * 127).astype(np.int8)
    placed = replace(blank, mean=lesson.meanings.mean(axis=0), known=known)
    return replace(placed, votes=_fit_votes(placed, sayings, weights))


def _weight(one: Saying) -> float:
    return (
        PHRASE_WEIGHT if one.writer == PHRASE else DANGER_WEIGHT if one.group == "danger" else 1.0
    )


def _fit_pieces(
    sayings: Sequence[Saying], groups: Sequence[str], weights: NDArray[np.float64]
) -> tuple[dict[str, tuple[int, float]], Floats, Floats]:
    recogniser = Recogniser(one.words for one in sayings)
    texts = [(one.words, one.language) for one in sayings]
    spoken = [at for at, one in enumerate(sayings) if one.writer != PHRASE and one.language == "zh"]
    texts += [(recogniser.write(sayings[at].words, at), "zh") for at in spoken]
    told = [groups.index(one.group) for one in sayings]
    pieces = counted(texts, FEWEST)
    rows = [weighed(words, language, pieces) for words, language in texts]
    machine = LinearSVC(C=PIECES_C).fit(
        _matrix(rows, len(pieces)),
        [*told, *(told[at] for at in spoken)],
        sample_weight=[*weights, *(weights[at] for at in spoken)],
    )
    by_pieces, bias = np.zeros((len(groups), len(pieces)), np.float32), np.full(len(groups), -9.0)
    two = len(machine.classes_) == 2
    by_pieces[machine.classes_] = (
        np.vstack([-machine.coef_, machine.coef_]) if two else machine.coef_
    )
    bias[machine.classes_] = (
        np.concatenate([-machine.intercept_, machine.intercept_]) if two else machine.intercept_
    )
    return pieces, by_pieces, bias.astype(np.float32)


def _fit_votes(placed: Guesser, sayings: Sequence[Saying], weights: NDArray[np.float64]) -> Floats:
    """Kernel ridge regression on ones and zeros; a row weighs less by a stronger ridge."""
    answers = np.zeros((len(sayings), len(placed.groups) + len(placed.labels)), np.float32)
    for at, one in enumerate(sayings):
        answers[at, placed.groups.index(one.group)] = 1
        answers[at, len(placed.groups) + placed.labels.index(one.label)] = 1
    near = placed.kernel((placed.known / 127).astype(np.float32))
    near[np.diag_indices(len(near))] += (RIDGE / weights).astype(np.float32)
    return np.asarray(solve(near, answers, assume_a="pos", overwrite_a=True), np.float32)


def _matrix(rows: Sequence[Mapping[int, float]], width: int) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    places = [place for row in rows for place in row]
    return csr_matrix(([w for row in rows for w in row.values()], places, ends), (len(rows), width))


def _heard(guesser: Guesser, lesson: Lesson) -> list[tuple[Saying, NDArray[np.float64]]]:
    """What the witnesses say of each saying."""
    meanings = lesson.meanings
    return [
        (one, guesser.witnesses(one.words, one.language, None if meanings is None else meanings[at], lesson.evidence[at]).rows)
        for at, one in enumerate(lesson.sayings)
        if one.writer != PHRASE
    ]  # fmt: skip


def _trusting(guesser: Guesser, rows: NDArray[np.float64], told: NDArray[np.int64]) -> Guesser:
    """With the trust in each witness that makes the held back sayings most probable."""
    if rows.shape[1] == len(AT_FIRST):
        words = _fit_trust(rows[:, [0, 3]], told)
        return replace(guesser, trust=_fit_trust(rows, told), trust_words=words)
    return replace(guesser, trust_words=_fit_trust(rows, told))


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


def _foreign(guesser: Guesser, held: Sequence[tuple[Saying, NDArray[np.float64]]]) -> Foreign:
    trust = guesser.trust if held and len(held[0][1]) == len(AT_FIRST) else guesser.trust_words
    scores = np.array([np.array(trust) @ rows for _, rows in held]).reshape(-1, len(guesser.groups))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-99))
    shares = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return Foreign(tuple(one for one, _ in held), guesser.groups, shares)


def version_of(sayings: Sequence[Saying]) -> str:
    """Of what was learnt from: the same sayings, the same version."""
    text = "\n".join(f"{one.label}\t{one.words}" for one in sayings)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
