"""Phrases looked up in speech: exact, in confusable pinyin under a guard, and with gaps (``灯~不亮``)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.pinyin import Token, tokens

#: what may stand at "~": syllables in Mandarin, words in English
GAP = {"zh": 7, "en": 5}

_Span = tuple[int, int, int]  # start, end, tokens written exactly so


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found in a text."""

    phrase: str
    places: tuple[int, ...]  #: positions of its tokens, without what stood in the gaps
    exact: bool  #: False: some character only sounded alike

    @property
    def start(self) -> int:
        return self.places[0]

    @property
    def end(self) -> int:
        return self.places[-1] + 1


class Phrasebook:
    """Many phrases of one language, prepared for looking up."""

    def __init__(self, phrases: Iterable[str], language: str) -> None:
        self._english = language == "en"
        self._gap = GAP["en" if self._english else "zh"]
        self._phrases: dict[str, tuple[str, ...]] = {
            phrase: tuple(part.strip() for part in phrase.split("~")) for phrase in phrases
        }
        parts = {part for phrase in self._phrases.values() for part in phrase}
        self._parts = {part: tokens(part, language) for part in parts}
        self._by_first: dict[str, set[str]] = defaultdict(set)
        for part, spelt in self._parts.items():
            for first in self._firsts(spelt[0]):
                self._by_first[first].add(part)

    def hits(self, said: Sequence[Token]) -> list[Hit]:
        """Every phrase found in the tokens; one with gaps at most once from each beginning."""
        spans = self._spans(said)
        found: list[Hit] = []
        for phrase, parts in self._phrases.items():
            if all(part in spans for part in parts):
                found.extend(self._chains(phrase, [spans[part] for part in parts]))
        return found

    def _firsts(self, token: Token) -> tuple[str, ...]:
        return (token.text[:3],) if self._english else (token.text, token.sound)

    def _spans(self, said: Sequence[Token]) -> dict[str, list[_Span]]:
        spans: dict[str, list[_Span]] = defaultdict(list)
        for start, token in enumerate(said):
            near: set[str] = set().union(
                *(self._by_first.get(first, ()) for first in self._firsts(token))
            )
            for part in near:
                span = self._match(self._parts[part], said, start)
                if span:
                    spans[part].append(span)
        return spans

    def _match(self, part: tuple[Token, ...], said: Sequence[Token], start: int) -> _Span | None:
        end = start + len(part)
        if end > len(said):
            return None
        same = 0
        for wanted, heard in zip(part, said[start:end], strict=True):
            if wanted.text == heard.text:
                same += 1
            elif not self._alike(wanted, heard):
                return None
        if not self._english and len(part) <= 2 and same == 0:
            return None  # the guard: two syllables alike need one identical character
        return start, end, same

    def _alike(self, wanted: Token, heard: Token) -> bool:
        if not self._english:
            return wanted.sound == heard.sound
        if len(wanted.text) >= 4:
            return heard.text.startswith(wanted.text)
        return heard.text in (wanted.text + "s", wanted.text + "es", wanted.text + "'s")

    def _chains(self, phrase: str, lists: list[list[_Span]]) -> Iterable[Hit]:
        for first in lists[0]:
            chain = [first]
            for spans in lists[1:]:
                end = chain[-1][1]
                after = [span for span in spans if end <= span[0] <= end + self._gap]
                if not after:
                    break
                chain.append(after[0])
            else:
                places = tuple(at for start, end, _ in chain for at in range(start, end))
                yield Hit(
                    phrase=phrase,
                    places=places,
                    exact=sum(same for _, _, same in chain) == len(places),
                )
