"""The guesser that came with the hotline, or the one that a community has taught."""

import logging
from functools import cache
from importlib import resources
from pathlib import Path

from routing.guesser import Guesser

log = logging.getLogger(__name__)

NEEDS = "needs"  #: whose matter it is
DANGER = "danger"  #: whether somebody may be in danger


@cache
def shipped(name: str) -> Guesser:
    return Guesser.load((resources.files("routing") / "trained" / f"{name}.npz").read_bytes())


def own(home: Path, name: str) -> Path:
    """Where a guesser of one's own lies."""
    return home / "routing" / f"{name}.npz"


def guesser(home: Path, name: str) -> Guesser:
    """One's own; a damaged one is passed over, with a line in the log."""
    file = own(home, name)
    if file.is_file():
        try:
            return Guesser.load(file.read_bytes())
        except (OSError, ValueError) as problem:
            log.warning("%s is passed over: %s", file, problem)
    return shipped(name)
