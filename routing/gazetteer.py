"""The names of this community's estates, streets and landmarks, and where they are said in a text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pypinyin import Style, lazy_pinyin

from routing.figures import Copy, copy_of
from routing.phrases import Phrasebook
from routing.pinyin import Token, fold

KINDS = ("estate", "street", "community", "landmark")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place everybody here knows."""

    name: str
    kind: str = "estate"
    aliases: tuple[str, ...] = ()
    department: str | None = None
    district: str | None = None
    street: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A place that was named: where in the copy it stands, and whether it was written exactly so."""

    entry: Entry
    start: int
    end: int
    exact: bool


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """All places of a community."""

    entries: tuple[Entry, ...] = ()

    def names(self) -> list[str]:
        """Every name and alias, as the ears may be told them."""
        return list(dict.fromkeys(name for one in self.entries for name in called(one)))

    def find(self, copy: Copy) -> list[Known]:
        """Places named in Mandarin, in their order, none over another; exact and long names first."""
        found = []
        for hit in self._book.hits(_tokens(copy.text)) if self._owners else ():
            telling = hit.exact or hit.end - hit.start >= 3
            if telling:
                entry = self._owners[hit.phrase]
                found.append(Known(entry=entry, start=hit.start, end=hit.end, exact=hit.exact))
        return _apart(found)

    def find_english(self, text: str) -> list[Known]:
        """The same in English; ``text`` in small letters."""
        found = [
            Known(entry=entry, start=start, end=start + len(name), exact=True)
            for name, entry in self._english.items()
            for start in _starts(name, text)
        ]
        return _apart(found)

    def at(self, street: str | None, number: str | None) -> Entry | None:
        """What stands at this house number."""
        return self._addresses.get((street, number)) if street and number else None

    @cached_property
    def _owners(self) -> Mapping[str, Entry]:
        """Names with Chinese characters, spelt as the copy of a text spells them."""
        pairs = ((copy_of(name).text, one) for one in self.entries for name in called(one))
        return {name: one for name, one in pairs if _HAN.search(name)}

    @cached_property
    def _book(self) -> Phrasebook:
        return Phrasebook(self._owners, "zh")

    @cached_property
    def _english(self) -> Mapping[str, Entry]:
        pairs = ((name.lower(), one) for one in self.entries for name in called(one))
        return {name: one for name, one in pairs if not _HAN.search(name)}

    @cached_property
    def _addresses(self) -> Mapping[tuple[str | None, str | None], Entry]:
        return {(one.street, one.number): one for one in self.entries if one.street and one.number}


EMPTY = Gazetteer()


def called(entry: Entry) -> tuple[str, ...]:
    """Its name and its other names."""
    return (entry.name, *entry.aliases)


def _tokens(text: str) -> list[Token]:
    """One token a character, so that a place in the text is a place among the tokens."""
    han = "".join(one if _HAN.match(one) else "。" for one in text)
    # its types say str, but a list is what keeps one reading for each character
    spelt = lazy_pinyin(han, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return [Token(one, fold(said), 0) for one, said in zip(text, spelt, strict=True)]


def _starts(name: str, text: str) -> Iterator[int]:
    return (found.start() for found in re.finditer(rf"\b{re.escape(name)}\b", text))


def _apart(found: list[Known]) -> list[Known]:
    taken: set[int] = set()
    kept = []
    for one in sorted(found, key=lambda k: (not k.exact, k.start - k.end, k.start)):
        if taken.isdisjoint(range(one.start, one.end)):
            taken.update(range(one.start, one.end))
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
