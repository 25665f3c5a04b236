"""The parts of an English address one by one: twenty six Victory Road, building three, unit two, flat five oh two."""

import re
from collections.abc import Iterator

from routing.figures import WORD, english_figures
from routing.gazetteer import Gazetteer
from routing.marks import Mark

_N = rf"{WORD}(?:[ -]+(?:and +)?{WORD}){{0,4}}"
_ORDINALS = [
    "ground",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))\s+floor\b")
_ROAD = "street|road|lane|avenue|drive|crescent|boulevard"
_HOUSES = "estate|court|gardens?|village|mansions?|heights|compound|apartments"

_PARTS = (
    ("building", rf"\b(?:building|block|tower)\s+(?:number\s+)?({_N}|[a-z])\b", False),
    ("unit", rf"\b(?:unit|entrance|staircase|stairway)\s+(?:number\s+)?({_N}|[a-z])\b", False),
    ("floor", rf"\bfloor\s+({_N})\b", False),
    ("room", rf"\b(?:flat|room|apartment|apt|suite)\s+(?:number\s+)?({_N}|\d+[a-z])\b", False),
    ("number", rf"\b(?:house\s+)?number\s+({_N})\b", True),
)
_BY_MARK = [(kind, re.compile(pattern), weak) for kind, pattern, weak in _PARTS]
_NAMED = re.compile(
    rf"\b(?:(?P<number>{_N})[ ,]+)?(?P<name>(?P<proper>[a-z']+(?: [a-z']+)?) "
    rf"(?:(?P<street>{_ROAD})|(?P<estate>(?:{_HOUSES})(?: estate| apartments)?)))\b"
)
_NO_NAME = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "our",
        "your",
        "this",
        "that",
        "his",
        "her",
        "their",
        "across",
        "on",
        "in",
        "at",
        "of",
        "to",
        "along",
        "cross",
        "down",
        "up",
        "main",
        "whole",
        "same",
        "busy",
        "next",
        "no",
        "and",
        "is",
        "from",
        "by",
        "near",
        "live",
        "i",
        "am",
        "we",
        "it",
        "outside",
        "behind",
        "any",
        "every",
        "other",
    ]
)
_BUS = re.compile(r"\s*(?:bus|tram|line|train|of|percent|times)\b")


def english_marks(words: str, gazetteer: Gazetteer) -> list[Mark]:
    """Every part of an address, in order, none over another; places as in the small letters of the words."""
    text = words.lower()
    if len(text) != len(words):
        text = "".join(one.lower() if len(one.lower()) == 1 else one for one in words)
    taken: set[int] = set()
    kept = []
    for mark in (*_known(text, gazetteer), *_numbered(text), *_named(words, text)):
        if taken.isdisjoint(range(mark.start, mark.end)):
            taken.update(range(mark.start, mark.end))
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)


def _known(text: str, gazetteer: Gazetteer) -> Iterator[Mark]:
    for one in gazetteer.find_english(text):
        entry = one.entry
        yield Mark(
            kind="street" if entry.kind == "street" else "estate",
            value=entry.name,
            start=one.start,
            end=one.end,
            known=True,
            district=entry.district,
        )
        before = re.search(rf"\b({_N})[ ,]+$", text[max(0, one.start - 50) : one.start])
        if before and entry.kind == "street":
            start = max(0, one.start - 50) + before.start(1)
            value = english_figures(before[1])
            yield Mark(kind="number", value=value, start=start, end=start + len(before[1]))


def _named(words: str, text: str) -> Iterator[Mark]:
    for found in _NAMED.finditer(text):
        proper = [one for one in found["proper"].split(" ") if one]
        while proper and proper[0] in _NO_NAME:
            proper = proper[1:]
        if not proper or proper[-1] in _NO_NAME:
            continue
        kind = "street" if found["street"] else "estate"
        value = " ".join((*proper, found[kind]))
        start = found.end() - len(value)
        written = words[start : found.end()]
        if found["number"] or written[:1].isupper():
            yield Mark(kind=kind, value=written.title(), start=start, end=found.end())
        if found["number"]:
            number = english_figures(found["number"])
            yield Mark(kind="number", value=number, start=found.start(), end=found.end("number"))


def _numbered(text: str) -> Iterator[Mark]:
    for found in _ORDINAL.finditer(text):
        value = re.sub(r"\D", "", found[1]) or str(_ORDINALS.index(found[1]))
        yield Mark(kind="floor", value=value, start=found.start(), end=found.end())
    for kind, pattern, weak in _BY_MARK:
        for found in pattern.finditer(text):
            if weak and _BUS.match(text, found.end()):
                continue
            value = english_figures(found[1]) or found[1].upper()
            yield Mark(kind=kind, value=value, start=found.start(), end=found.end(), weak=weak)
