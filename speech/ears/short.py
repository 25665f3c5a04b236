"""A short answer through a closed list of phrases, beside the free ear: never trusted on its own.

A closed list forces any sound into one of its phrases and calls it certain (a cough became "no" with 1.0). So its answer
counts only where the free ear heard something as short in the same moment, and then without any confidence: whoever asked
must confirm it, by a key or by reading it back.
"""

import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from speech.commands import WordTime

_DATA = Path(__file__).with_name("answers.toml")
_MOST = 2  # words of the free ear; a single word of a phrase may be heard as two


@cache
def _table(name: str) -> dict[str, list[str]]:
    table: dict[str, list[str]] = tomllib.loads(_DATA.read_text(encoding="utf-8"))[name]
    return table


def phrases(language: str, knows: Callable[[str], bool]) -> list[str]:
    """Answers of which a model knows every word; empty for a language that has no list."""
    known = _table("answers").get(language, [])
    return [phrase for phrase in known if all(knows(word) for word in phrase.split())]


def speaks(language: str, knows: Callable[[str], bool]) -> bool:
    """Does a model with this vocabulary speak the language? True also where we cannot tell."""
    everyday = _table("everyday").get(language, [])
    return not everyday or any(knows(word) for word in everyday)


def accepted(
    free: Sequence[WordTime], closed: Sequence[WordTime], known: Sequence[str]
) -> Sequence[WordTime]:
    """`closed` where it may stand for what was said, else `free`; which one can be told by identity."""
    said, forced = (" ".join(word.text for word in words) for words in (free, closed))
    if said in known or forced not in known or not 0 < len(free) <= _MOST:
        return free
    together = min(free[-1].end, closed[-1].end) - max(free[0].start, closed[0].start)
    return closed if together > 0 else free
