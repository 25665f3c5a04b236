"""A trained guess: whose matter is it, or which danger, with a probability that means something.

Four witnesses are heard: pieces of the words (a linear support vector machine), what the sentence means beside all known
sayings (kernel ridge regression on sentence vectors, once for the groups and once for the finer labels), and the evidence of
the lexicon. How far each is believed was fitted to predictions on writers that none of them had seen, so what comes out is a
probability on foreign speech (stacking, Wolpert 1992).
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.grams import weighed
from routing.vectors import vector

Floats = NDArray[np.float32]

#: by language; what has none of its own is weighed as Mandarin
Trust = Mapping[str, tuple[float, ...]]
MANDARIN = "zh"

NARROW = 10.0  #: of the kernel, e to the -(narrow x squared distance): chosen on writers held back
SHARPNESS = 8.0  #: of the share that a label's score has among the labels of its group
DECIDING = 6  #: pieces that are told as the reason
_WEIGHTS = ("by_pieces", "bias", "mean", "votes")


@dataclass(frozen=True, slots=True)
class Guess:
    """``groups``: department (or kind) -> probability, likeliest first; ``labels``: the same of services."""

    groups: Mapping[str, float]
    labels: Mapping[str, float]
    why: tuple[str, ...]

    @property
    def best(self) -> str:
        return next(iter(self.groups))


@dataclass(frozen=True, eq=False, kw_only=True)
class Guesser:
    """Weights only; no saying that it was trained with can be read from it."""

    version: str
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    pieces: Mapping[str, tuple[int, float]]  #: of the words -> place, idf
    by_pieces: Floats  #: groups x pieces
    bias: Floats  #: groups
    mean: Floats  #: of all vectors
    known: NDArray[np.int8]  #: sayings x 384, vectors of length 1 in 127ths
    votes: Floats  #: sayings x (groups, then labels)
    trust: Trust  #: in the four witnesses
    trust_words: Trust  #: in pieces and lexicon, where there are no vectors

    def guess(
        self, words: str, language: str = "zh", evidence: Mapping[str, float] | None = None
    ) -> Guess:
        """``evidence``: group -> score of the lexicon."""
        meaning = vector(words) if len(self.known) else None
        seen = self.witnesses(words, language, meaning, evidence or {})
        groups = _softmax(self.weigh(seen, language))
        labels = self._within(groups, seen.labels)
        return Guess(
            groups=_ranked(self.groups, groups),
            labels=_ranked(self.labels, labels),
            why=self.deciding(words, language, int(groups.argmax())),
        )

    def witnesses(
        self, words: str, language: str, meaning: Floats | None, evidence: Mapping[str, float]
    ) -> "Witnesses":
        """What each says; each is a row over the groups."""
        pieces = weighed(words, language, self.pieces)
        decided = self.bias + sum(
            (self.by_pieces[:, place] * weight for place, weight in pieces.items()),
            start=np.zeros(len(self.groups), dtype=np.float32),
        )
        scores = None if meaning is None else self.kernel(meaning[None])[0] @ self.votes
        return self.heard(decided, scores, evidence)

    def heard(
        self, decided: Floats, scores: Floats | None, evidence: Mapping[str, float]
    ) -> "Witnesses":
        """From what the pieces decide, the scores of groups and labels by vectors, and the lexicon's evidence."""
        lexicon = np.array([evidence.get(group, 0.0) for group in self.groups]) + 0.3
        lexicon = np.log(lexicon / lexicon.sum())
        if scores is None:
            return Witnesses(np.stack([decided, lexicon]), None)
        groups, labels = scores[: len(self.groups)], scores[len(self.groups) :]
        best = np.full(len(self.groups), -1.0, np.float32)
        np.maximum.at(best, self._group_of, labels)
        return Witnesses(np.stack([decided, groups, best, lexicon]), labels)

    def kernel(self, meanings: Floats) -> Floats:
        """Nearness of each to each known saying, 0 to 1."""
        ours, known = meanings - self.mean, self._known
        apart = (ours**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * ours @ known.T
        return np.asarray(np.exp(-NARROW * np.maximum(apart, 0)), dtype=np.float32)

    def weigh(self, seen: "Witnesses", language: str) -> Floats:
        """Log odds of the groups."""
        trust = self.trust if seen.labels is not None else self.trust_words
        mine = trust.get(language) or trust[MANDARIN]
        return np.asarray(np.array(mine) @ seen.rows, dtype=np.float32)

    def deciding(self, words: str, language: str, group: int) -> tuple[str, ...]:
        """The characters of these words that spoke most for the group."""
        spoke = {
            self._texts[place][1:]: float(
                self.by_pieces[group, place] - self.by_pieces[:, place].mean()
            )
            for place in weighed(words, language, self.pieces)
            if self._texts[place][0] == "c"
        }
        best = sorted((one for one in spoke if spoke[one] > 0), key=lambda one: -spoke[one])
        return tuple(best[:DECIDING])

    @cached_property
    def _texts(self) -> list[str]:
        """The pieces by their places."""
        return sorted(self.pieces, key=lambda one: self.pieces[one][0])

    @cached_property
    def _group_of(self) -> NDArray[np.int16]:
        """Label -> group."""
        heads = [label.partition("/")[0] for label in self.labels]
        return np.array([self.groups.index(head) for head in heads], np.int16)

    @cached_property
    def _known(self) -> Floats:
        return np.asarray(self.known.astype(np.float32) / 127 - self.mean, dtype=np.float32)

    def _within(self, groups: Floats, scores: Floats | None) -> Floats:
        """Labels share what their group has."""
        if scores is None:
            return np.zeros(len(self.labels), dtype=np.float32)
        powers = np.exp(SHARPNESS * scores)
        whole = np.bincount(self._group_of, weights=powers, minlength=len(self.groups))
        return np.asarray(powers / whole[self._group_of] * groups[self._group_of], np.float32)

    def save(self) -> bytes:
        """As an .npz without any pickled object."""
        facts = {
            "version": self.version, "labels": self.labels, "groups": self.groups,
            "trust": dict(self.trust), "trust_words": dict(self.trust_words),
        }  # fmt: skip
        pieces = sorted(self.pieces, key=lambda one: self.pieces[one][0])
        texts = {"facts": json.dumps(facts), "pieces": "\n".join(pieces)}
        out = io.BytesIO()
        kept: dict[str, Any] = {
            name: np.frombuffer(text.encode(), np.uint8) for name, text in texts.items()
        }
        np.savez_compressed(
            out,
            **kept,
            idf=np.array([self.pieces[one][1] for one in pieces], np.float16),
            **{name: getattr(self, name).astype(np.float16) for name in _WEIGHTS},
            known=self.known,
        )
        return out.getvalue()

    @classmethod
    def load(cls, data: bytes) -> "Guesser":
        """Raises ValueError for anything that is not a saved guesser."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as kept:
                facts: dict[str, Any] = json.loads(kept["facts"].tobytes())
                pieces = kept["pieces"].tobytes().decode().split("\n")
                idf = kept["idf"].astype(float).tolist()
                return cls(
                    version=facts["version"],
                    labels=tuple(facts["labels"]),
                    groups=tuple(facts["groups"]),
                    trust={one: tuple(row) for one, row in facts["trust"].items()},
                    trust_words={one: tuple(row) for one, row in facts["trust_words"].items()},
                    pieces={one: (at, idf[at]) for at, one in enumerate(pieces)},
                    known=kept["known"],
                    **{name: kept[name].astype(np.float32) for name in _WEIGHTS},
                )
        except Exception as problem:
            raise ValueError(f"no trained model: {problem}") from problem


@dataclass(frozen=True, slots=True)
class Witnesses:
    """``rows``: witnesses x groups; ``labels``: scores of the labels, None where there are no vectors."""

    rows: NDArray[Any]
    labels: Floats | None


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)


def _ranked(names: Sequence[str], shares: Floats) -> dict[str, float]:
    return {names[at]: round(float(shares[at]), 4) for at in np.argsort(-shares, kind="stable")}
