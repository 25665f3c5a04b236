"""Names of the community that an engine wrote with other characters of the same sound: 风林三路 -> 枫林三路.

For engines that cannot be told beforehand what people talk about, and after those that can. Narrow on purpose: a name put
where it was not said sends somebody to the wrong street.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

Sounds = Callable[
    [str], Sequence[str]
]  #: of a text of Chinese characters, one for each, alike where people or engines blur them

_FIGURES = str.maketrans("0123456789", "零一二三四五六七八九")
_RUN = re.compile(r"[\u3400-\u9fff0-9]+")
_PLAIN = 3  #: syllables of a name that is long enough by itself
_LOOSE = 4  #: and of one in which a syllable may be a little off
#: after a name of two syllables: without it 福安 may be anything
_CUE = re.compile(
    r"[路街巷里弄村苑园桥站]|小区|社区|胡同|花园|新村|[一二三四五六七八九十百零幺\d]{1,4}(?:号|栋|幢|单元|楼)"
)


@dataclass(frozen=True, slots=True)
class Replaced:
    start: int  #: in the text before any replacement
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class _Name:
    written: str
    sounds: tuple[str, ...]


class Corrector:
    """`words`: names as they are written; `common`: words that are never replaced, and never cut through."""

    def __init__(self, words: Sequence[str], sounds: Sounds, common: Collection[str] = ()) -> None:
        self._sounds = sounds
        self._common = frozenset(common) - frozenset(words)
        self._longest_common = max((len(word) for word in self._common), default=0)
        names = [self._name(word) for word in dict.fromkeys(words)]
        self._names = sorted((one for one in names if one), key=lambda one: -len(one.written))

    def correct(self, text: str) -> str:
        for one in reversed(self.replacements(text)):
            text = text[: one.start] + one.now + text[one.start + len(one.was) :]
        return text

    def replacements(self, text: str) -> list[Replaced]:
        """What `correct` would change, from left to right; longer names first where two would fit."""
        found: list[Replaced] = []
        for run in _RUN.finditer(text):
            said = run[0].translate(_FIGURES)
            found += [
                Replaced(run.start() + at, run[0][at : at + len(name.written)], name.written)
                for at, name in self._in_run(said, tuple(self._sounds(said)))
            ]
        return [one for one in sorted(found, key=lambda one: one.start) if one.was != one.now]

    def _name(self, word: str) -> _Name | None:
        sounds = tuple(self._sounds(word)) if re.fullmatch(r"[\u3400-\u9fff]{2,}", word) else ()
        return _Name(word, sounds) if sounds and len(sounds) == len(word) else None

    def _in_run(self, said: str, sounds: tuple[str, ...]) -> Iterator[tuple[int, _Name]]:
        if len(sounds) != len(said):
            return
        taken: set[int] = set()
        for name in self._names:
            for at in range(len(said) - len(name.written) + 1):
                span = range(at, at + len(name.written))
                if taken.isdisjoint(span) and self._fits(name, said, sounds, at):
                    taken.update(span)
                    yield at, name

    def _fits(self, name: _Name, said: str, sounds: tuple[str, ...], at: int) -> bool:
        end = at + len(name.written)
        was = said[at:end]
        if was == name.written:
            return True
        apart = [i for i, one in enumerate(name.sounds) if one != sounds[at + i]]
        same = sum(one == other for one, other in zip(was, name.written, strict=True))
        return (
            self._alike(name, sounds[at:end], apart, same)
            and (len(was) >= _PLAIN or bool(_CUE.match(said, end)))
            and not self._is_common(said, at, end, name.written)
        )

    @staticmethod
    def _alike(name: _Name, heard: tuple[str, ...], apart: list[int], same: int) -> bool:
        """The same sounds and a character in common; in a long name one syllable may share its beginning or its end only."""
        if not apart:
            return same > 0 or len(heard) >= _LOOSE
        return (
            len(apart) == 1
            and len(heard) >= _LOOSE
            and same >= 2
            and _near(name.sounds[apart[0]], heard[apart[0]])
        )

    def _is_common(self, said: str, start: int, end: int, written: str) -> bool:
        """Does a character that would change belong to a common word, inside the name's place or across its edge?"""
        changed = [start + i for i, one in enumerate(written) if said[start + i] != one]
        for at in changed:
            for first in range(max(0, at - self._longest_common + 1), at + 1):
                for last in range(
                    max(at + 1, first + 2), min(len(said), first + self._longest_common) + 1
                ):
                    across = first < start or last > end or (first, last) == (start, end)
                    if across and said[first:last] in self._common:
                        return True
        return False


def _near(sound: str, other: str) -> bool:
    """Do two syllables share their beginning (two letters or more) or their end?"""
    tail = re.compile(r"[aeiouv].*")
    ends = [found[0] if (found := tail.search(one)) else one for one in (sound, other)]
    return sound[:2] == other[:2] or ends[0] == ends[1]
