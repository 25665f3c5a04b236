"""Signs that mean danger together: somebody's chest and a pain, a door that shut and a pot on the stove.

A rule names groups of words, ``chest + pain``: one word of each, in any order, near each other. ``door & stove``:
anywhere in what was said. ``- smoking``: not when a word of that group was said. People tell the same danger in
ever new words; what they tell of are a few things and their states, and those are listed once.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.catalogue_files import split_words
from routing.phrases import Hit, Phrasebook
from routing.pinyin import Token

#: from the first word of a near pair to the end of the last: syllables in Mandarin, words in English
SPAN = {"zh": 17, "en": 14}

MOST = 40  #: words of one group looked at in one text

_NAME = re.compile(r"([+&-]?)\s*(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Groups of which one word each was said, and groups of which none was."""

    text: str
    together: tuple[str, ...]
    without: tuple[str, ...]
    anywhere: bool


def read_rule(text: str) -> Rule:
    """``chest + pain - noise`` as a rule."""
    names = _NAME.findall(text)
    return Rule(
        text=text,
        together=tuple(name for sign, name in names if sign != "-"),
        without=tuple(name for sign, name in names if sign == "-"),
        anywhere="&" in text,
    )


class Signs:
    """The groups of one language, prepared for looking up, and the rules that can be told in it."""

    def __init__(
        self, groups: Mapping[str, Mapping[str, str]], rules: Iterable[str], language: str
    ) -> None:
        self._span = SPAN[language]
        self._groups: dict[str, list[str]] = defaultdict(list)
        for name, words in groups.items():
            for word in split_words(words.get(language, ""), language):
                self._groups[word].append(name)
        self._book = Phrasebook(self._groups, language)
        told = {name for names in self._groups.values() for name in names}
        read = (read_rule(text) for text in dict.fromkeys(rules))
        self._rules = [rule for rule in read if told.issuperset(rule.together)]

    def hits(self, said: Sequence[Token]) -> list[Hit]:
        """Every rule that what was said fulfils, at most once, where its words stand closest."""
        found: dict[str, list[Hit]] = defaultdict(list)
        for hit in self._book.hits(said):
            for name in self._groups[hit.phrase]:
                found[name].append(hit)
        return [told for rule in self._rules if (told := self._fulfilled(rule, found))]

    def _fulfilled(self, rule: Rule, found: Mapping[str, list[Hit]]) -> Hit | None:
        if any(found.get(name) for name in rule.without):
            return None
        lists = [found.get(name, [])[:MOST] for name in rule.together]
        chains = [chain for first in lists[0] if (chain := _closest(first, lists[1:]))]
        # a word that only sounds alike may stand beside one that was heard exactly, not alone
        chains = [chain for chain in chains if any(hit.exact for hit in chain)]
        if not chains:
            return None
        best = min(chains, key=_width)
        if _width(best) > self._span and not rule.anywhere:
            return None
        places = tuple(sorted({at for hit in best for at in hit.places}))
        return Hit(phrase=rule.text, places=places, exact=all(hit.exact for hit in best))


def _closest(first: Hit, lists: Iterable[Sequence[Hit]]) -> list[Hit] | None:
    """One hit of each list, near the first, none over another; None when a list has none."""
    chain, taken = [first], set(first.places)
    for hits in lists:
        free = [hit for hit in hits if not taken & set(hit.places)]
        if not free:
            return None
        chain.append(min(free, key=lambda hit: abs(hit.start - first.start)))
        taken.update(chain[-1].places)
    return chain


def _width(chain: Sequence[Hit]) -> int:
    return max(hit.end for hit in chain) - min(hit.start for hit in chain)
