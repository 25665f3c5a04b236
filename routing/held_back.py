"""What kernel ridge regression would say of sayings that it had not been taught, without teaching it again for each writer.

With G the inverse of the nearness (ridge included) and Y the answers, the prediction for a set of rows left out is
Y - inv(G of these rows) @ (G @ Y): one inverse serves all writers (the block form of the leave-one-out identity,
Rifkin and Lippert 2007).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotri

Floats = NDArray[np.float32]
STRIP = 2048  #: rows that are mirrored at a time


def scores_without(near: Floats, answers: Floats, left_out: Sequence[Sequence[int]]) -> Floats:
    """Sayings x answers, each row as if its set had been left out; ``near`` is overwritten."""
    inverse = _inverse(near)
    spoken = inverse @ answers
    scores = answers.copy()
    for rows in left_out:
        scores[rows] -= np.linalg.solve(inverse[np.ix_(rows, rows)], spoken[rows])
    return scores


def _inverse(near: Floats) -> Floats:
    """Of a symmetric positive definite matrix, in its own place."""
    factor, broken = spotrf(near.T, lower=1, overwrite_a=1)
    if broken:
        raise np.linalg.LinAlgError("the sayings' nearness has no inverse")
    inverse, _ = spotri(factor, lower=1, overwrite_c=1)
    for start in range(0, len(inverse), STRIP):
        end = start + STRIP
        corner = np.tril(inverse[start:end, start:end])
        inverse[start:end, start:end] = corner + np.tril(corner, -1).T
        inverse[start:end, end:] = inverse[end:, start:end].T
    return np.asarray(inverse)
