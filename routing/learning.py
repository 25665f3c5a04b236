"""Training a guesser: seconds for a few hundred sayings, minutes for all that come with the hotline.

Needs scikit-learn (L-BFGS and LIBLINEAR); guessing does not. Nothing here is ever told what a text is that it is measured on:
the witnesses' trust is fitted to predictions for writers whose sayings were held back.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from sklearn.svm import LinearSVC

from routing.guesser import MANDARIN, Floats, Guesser
from routing.held_back import scores_without
from routing.misheard import Recogniser
from routing.piece_table import PieceTable, Weights
from routing.sayings import PHRASE, Saying
from routing.trust import AT_FIRST, WORDS, Foreign, Heard, foreign, trusting
from routing.vectors import SIZE, vectors

FEWEST = 2  #: sayings that have a piece, else it is not looked at
PHRASE_WEIGHT = 0.3  #: of a word of the catalogue beside a saying
DANGER_WEIGHT = 4.0  #: of an emergency beside the many requests without any
PIECES_C = 0.6  #: less is smoother
RIDGE = 0.2  #: more is smoother; for a word of the catalogue so much more as it weighs less

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


def learn(lesson: Lesson, folds: Sequence[frozenset[str]], tell: Tell) -> tuple[Guesser, Foreign]:
    """Train on everything; each fold of writers is held back once to fit the trust. Raises CannotLearn."""
    groups = tuple(sorted({one.group for one in lesson.sayings}))
    if len(groups) < 2:
        raise CannotLearn("There is only one kind of answer to learn: sayings of two are needed.")
    tell("all of them", 0.0)
    spoken = Spoken.of(lesson.sayings)
    whole = fit(lesson, groups, spoken)
    tell("all of them", 1.0)
    held = _held_back(whole, lesson, spoken, folds, tell)
    whole = trusting(whole, held)
    return whole, foreign(whole, held)


def fit(lesson: Lesson, groups: Sequence[str], spoken: "Spoken | None" = None) -> Guesser:
    """All but the trust."""
    sayings = lesson.sayings
    labels = sorted({one.label for one in sayings})
    weights = np.array([_weight(one) for one in sayings])
    machine = _fit_pieces(spoken or Spoken.of(sayings), range(len(sayings)), sayings, groups)
    blank = Guesser(
        version=version_of(sayings), labels=tuple(labels), groups=tuple(groups),
        pieces=machine.pieces(), by_pieces=machine.by_pieces, bias=machine.bias, mean=np.zeros(SIZE, np.float32),
        known=np.zeros((0, SIZE), np.int8), votes=np.zeros((0, len(groups) + len(labels)), np.float32),
        trust={MANDARIN: AT_FIRST}, trust_words={MANDARIN: tuple(AT_FIRST[at] for at in WORDS)},
    )  # fmt: skip
    if lesson.meanings is None:
        return blank
    known = np.round(lesson.meanings * 127).astype(np.int8)
    placed = replace(blank, mean=lesson.meanings.mean(axis=0), known=known)
    near = _nearness(placed, weights)
    votes = solve(near, _answers(placed, sayings), assume_a="pos", overwrite_a=True)
    return replace(placed, votes=np.asarray(votes, np.float32))


def _weight(one: Saying) -> float:
    return (
        PHRASE_WEIGHT if one.writer == PHRASE else DANGER_WEIGHT if one.group == "danger" else 1.0
    )


@dataclass(frozen=True, eq=False)
class Spoken:
    """The sayings as they were written, and after them a misheard copy of each in Mandarin."""

    table: PieceTable
    copy_of: Mapping[int, int]  #: saying -> row of its copy

    @classmethod
    def of(cls, sayings: Sequence[Saying]) -> "Spoken":
        recogniser = Recogniser(one.words for one in sayings)
        copied = [
            at for at, one in enumerate(sayings) if one.writer != PHRASE and one.language == "zh"
        ]
        texts = [(one.words, one.language) for one in sayings]
        texts += [(recogniser.write(sayings[at].words, at), "zh") for at in copied]
        copy_of = {at: len(sayings) + number for number, at in enumerate(copied)}
        return cls(PieceTable.of(texts), copy_of)


@dataclass(frozen=True, eq=False)
class Machine:
    """What the pieces tell: a linear support vector machine for each group."""

    table: PieceTable
    weights: Weights
    by_pieces: Floats  #: groups x pieces
    bias: Floats  #: groups

    def pieces(self) -> dict[str, tuple[int, float]]:
        return self.table.known(self.weights)

    def decide(self, rows: Sequence[int]) -> Floats:
        """Rows x groups."""
        decided = self.table.weighed(rows, self.weights) @ self.by_pieces.T + self.bias
        return np.asarray(decided, dtype=np.float32)


def _fit_pieces(
    spoken: Spoken, chosen: Sequence[int], sayings: Sequence[Saying], groups: Sequence[str]
) -> Machine:
    copied = [at for at in chosen if at in spoken.copy_of]
    rows = [*chosen, *(spoken.copy_of[at] for at in copied)]
    whose = [sayings[at] for at in (*chosen, *copied)]
    weights = spoken.table.weights(rows, FEWEST)
    machine = LinearSVC(C=PIECES_C).fit(
        spoken.table.weighed(rows, weights),
        [groups.index(one.group) for one in whose],
        sample_weight=[_weight(one) for one in whose],
    )
    by_pieces = np.zeros((len(groups), len(weights.columns)), np.float32)
    bias = np.full(len(groups), -9.0, np.float32)
    two = len(machine.classes_) == 2
    found, start = machine.coef_, machine.intercept_
    by_pieces[machine.classes_] = np.vstack([-found, found]) if two else found
    bias[machine.classes_] = np.concatenate([-start, start]) if two else start
    return Machine(spoken.table, weights, by_pieces, bias)


def _nearness(placed: Guesser, weights: NDArray[np.float64]) -> Floats:
    """Of all known sayings, with the ridge; a row weighs less by a stronger ridge."""
    near = placed.kernel((placed.known / 127).astype(np.float32))
    near[np.diag_indices(len(near))] += (RIDGE / weights).astype(np.float32)
    return near


def _answers(placed: Guesser, sayings: Sequence[Saying]) -> Floats:
    """Ones and zeros: sayings x (groups, then labels)."""
    answers = np.zeros((len(sayings), len(placed.groups) + len(placed.labels)), np.float32)
    for at, one in enumerate(sayings):
        answers[at, placed.groups.index(one.group)] = 1
        answers[at, len(placed.groups) + placed.labels.index(one.label)] = 1
    return answers


def _held_back(
    whole: Guesser, lesson: Lesson, spoken: Spoken, folds: Sequence[frozenset[str]], tell: Tell
) -> list[Heard]:
    """What the witnesses say of each saying when its writer is held back."""
    sayings = lesson.sayings
    outside = [[at for at, one in enumerate(sayings) if one.writer in fold] for fold in folds]
    scores = None
    if folds and len(whole.known):
        near = _nearness(whole, np.array([_weight(one) for one in sayings]))
        scores = scores_without(near, _answers(whole, sayings), outside)
    held: list[Heard] = []
    for number, (fold, chosen) in enumerate(zip(folds, outside, strict=True)):
        tell("writers held back", number / len(folds))
        inside = [at for at, one in enumerate(sayings) if one.writer not in fold]
        decided = _fit_pieces(spoken, inside, sayings, whole.groups).decide(chosen)
        for row, at in enumerate(chosen):
            mine = None if scores is None else scores[at]
            held.append((sayings[at], whole.heard(decided[row], mine, lesson.evidence[at]).rows))
    tell("writers held back", 1.0)
    return held


def version_of(sayings: Sequence[Saying]) -> str:
    """Of what was learnt from: the same sayings, the same version."""
    text = "\n".join(f"{one.label}\t{one.words}" for one in sayings)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
