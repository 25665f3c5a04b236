"""Somebody may be in danger now: words heard in confusable pinyin, and the cues that they mean no danger.

Supposed, long past, settled, insured or merely spoken about is no danger now; what happened lately and
may be over is asked about first (``certain`` False). Which danger, and which number to dial.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from routing.catalogue_files import split_words
from routing.commands import Danger
from routing.phrases import Hit, Phrasebook
from routing.pinyin import Token, tokens
from routing.signs import Signs

_GROUP = re.compile(r"<(\w+)>")

BEFORE = 12  #: so many syllables (words) before the words a cue still belongs to them
AFTER = 14
SHORT = 2  #: syllables that by their sound alone prove nothing: 撬门 and 敲门 are one sound
JUST_BEFORE = 2  #: a negation


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of danger."""

    id: str
    number: str  #: "119", "120" or "110"
    department: str  #: follows it up
    zh: str  #: spoken name
    en: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Alarm:
    """The prepared phrases of one language."""

    owners: dict[str, tuple[Kind, bool]]  #: phrase -> kind and certain
    phrases: Phrasebook
    signs: Signs
    cues: dict[str, Phrasebook]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scene:
    """What was said, and where in it the cues stand."""

    said: Sequence[Token]
    cues: dict[str, list[Hit]]

    def near(self, cue: str, hit: Hit, before: int = BEFORE, after: int = 0) -> bool:
        """Whether a cue stands in a gap of the hit, or at most so many tokens before or after it."""
        places = set(hit.places)
        return any(
            (other.start < hit.end and hit.start - other.end <= before)
            or (hit.end <= other.start < hit.end + after)
            for other in self.cues[cue]
            if not places.issuperset(other.places)  # part of the danger itself: 报警器~响
        )


@cache
def kinds() -> tuple[Kind, ...]:
    """The kinds of danger in their order of urgency."""
    return tuple(
        Kind(**{fact: one[fact] for fact in ("id", "number", "department", "zh", "en")})
        for one in _data()["kind"]
    )


def kind_of(danger: Danger) -> Kind:
    """Its kind, with its spoken names."""
    return next(kind for kind in kinds() if kind.id == danger.kind)


def find_danger(words: str, language: str = "zh") -> Danger | None:
    """The most certain, then most urgent danger in these words, or None.

    Of several uncertain ones the one that most of the words speak for.
    """
    alarm = _alarm("en" if language.startswith("en") else "zh")
    said = tokens(words, language)
    # a cue only calms when it was heard exactly: 灶火 sounds like 着火
    cues = {
        name: [hit for hit in book.hits(said) if hit.exact] for name, book in alarm.cues.items()
    }
    scene = _Scene(said=said, cues=cues)
    sure, told, places = set[int](), set[int](), defaultdict[int, set[int]](set)
    for hit in (*alarm.phrases.hits(said), *alarm.signs.hits(said)):
        kind, plain = alarm.owners[hit.phrase]
        certain = _certain(hit, scene) if _is_meant(hit, scene) else None
        if certain is None:
            continue
        index = kinds().index(kind)
        places[index].update(hit.places)
        if plain:
            told.add(index)
        if plain and certain:
            sure.add(index)
    if not places:
        return None
    index = min(sure or told, default=max(places, key=lambda one: (len(places[one]), -one)))
    kind = kinds()[index]
    return Danger(kind=kind.id, certain=bool(sure), number=kind.number)


def _is_meant(hit: Hit, scene: _Scene) -> bool:
    """Heard clearly enough, not a figure of speech, not denied."""
    places = set(hit.places)
    if not hit.exact and (
        len(hit.places) <= SHORT or any(places & set(other.places) for other in scene.cues["alike"])
    ):
        return False
    if any(places & set(figure.places) for figure in scene.cues["figure"]):
        return False
    return not any(
        0 <= hit.start - no.end < JUST_BEFORE and _same_clause(scene.said, no, hit)
        for no in scene.cues["negation"]
    )


def _same_clause(said: Sequence[Token], one: Hit, other: Hit) -> bool:
    return said[one.start].clause == said[other.start].clause


def _certain(hit: Hit, scene: _Scene) -> bool | None:
    """True: it is so; False: it may be over, or only spoken about; None: it is not so."""
    going_on = bool(scene.cues["now"])
    if scene.near("supposed", hit, before=8) or scene.near("over", hit, after=AFTER):
        return None
    if scene.near("talk", hit, after=AFTER) or scene.near("long_ago", hit, after=AFTER):
        return False if going_on else None
    return going_on or not scene.near("lately", hit, before=15)


@cache
def _alarm(language: str) -> _Alarm:
    data = _data()
    owners: dict[str, tuple[Kind, bool]] = {}
    for kind, entry in zip(kinds(), data["kind"], strict=True):
        for plain, name in ((True, "certain"), (False, "maybe")):
            for phrase in split_words(entry[name][language], language):
                for spoken in _spelt_out(phrase, data["groups"], language):
                    owners.setdefault(spoken, (kind, plain))
    book = Phrasebook(owners, language)
    for kind, entry in zip(kinds(), data["kind"], strict=True):
        owners |= dict.fromkeys(entry["signs"], (kind, False))
    signs = Signs(data["signs"], [rule for e in data["kind"] for rule in e["signs"]], language)
    cues = {
        name: Phrasebook(split_words(cue[language], language), language)
        for name, cue in data["cues"].items()
    }
    return _Alarm(owners=owners, phrases=book, signs=signs, cues=cues)


def _spelt_out(phrase: str, groups: dict[str, dict[str, str]], language: str) -> list[str]:
    """The phrase with each word of a group in the place of ``<group>``."""
    found = _GROUP.search(phrase)
    if not found:
        return [phrase]
    words = split_words(groups[found[1]][language], language)
    return [phrase.replace(found[0], word) for word in words]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((resources.files("routing") / "danger.toml").read_text("utf-8"))
