"""The pieces of many texts at once, for learning: the numbers of ``grams.weighed``, counted once and weighed for any choice of rows.

Needs scipy; guessing does not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from routing.grams import grams

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Weights:
    """The pieces that are looked at, as columns of the table, and the idf of each."""

    columns: Places
    idf: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PieceTable:
    """``counts``: texts x pieces, the pieces in the order of their names."""

    names: tuple[str, ...]
    counts: csr_matrix

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]]) -> "PieceTable":
        """Of (words, language)."""
        rows = [Counter(grams(words, language)) for words, language in texts]
        names = tuple(sorted({piece for row in rows for piece in row}))
        place = {piece: at for at, piece in enumerate(names)}
        ends = np.cumsum([0, *map(len, rows)])
        places = [place[piece] for row in rows for piece in row]
        often = [float(count) for row in rows for count in row.values()]
        return cls(names, csr_matrix((often, places, ends), (len(rows), len(names))))

    def weights(self, rows: Sequence[int], fewest: int) -> Weights:
        """Of the pieces that at least so many of these texts have."""
        often = np.asarray((self.counts[rows] > 0).sum(axis=0)).ravel()
        columns = np.flatnonzero(often >= fewest)
        return Weights(columns, np.log((1 + len(rows)) / (1 + often[columns])) + 1)

    def weighed(self, rows: Sequence[int], weights: Weights) -> csr_matrix:
        """(1 + ln count) x idf, each row of length 1."""
        chosen = self.counts[rows][:, weights.columns].tocsr()
        chosen.data = 1 + np.log(chosen.data)
        chosen = chosen @ diags(weights.idf)
        length = np.sqrt(np.asarray(chosen.multiply(chosen).sum(axis=1)).ravel())
        return (diags(1 / np.where(length > 0, length, 1)) @ chosen).tocsr()

    def known(self, weights: Weights) -> dict[str, tuple[int, float]]:
        """Piece -> its place and idf, as ``grams.weighed`` wants it."""
        names = (self.names[column] for column in weights.columns)
        return {
            name: (at, float(idf))
            for at, (name, idf) in enumerate(zip(names, weights.idf, strict=True))
        }
