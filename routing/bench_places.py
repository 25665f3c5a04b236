"""How often a place is understood and a number is hidden, on sayings written before the grammar was.

Two tables beside the tests: places.tsv (part, language, text, expect) and masking.tsv (part, language, kind, text, gone, stay).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.gazetteer import EMPTY, Gazetteer
from routing.masking import mask
from routing.places import FACTS, find_place


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSaying:
    part: str  #: seen or fresh
    language: str
    text: str
    expect: dict[str, str]  #: fact -> value; empty: no place


def read_places(path: Path) -> list[PlaceSaying]:
    """The rows of places.tsv: ``street=胜利路;number=26``, or ``-`` for no place."""
    return [
        PlaceSaying(
            part=row["part"],
            language=row["language"],
            text=row["text"],
            expect=_facts(row["expect"]),
        )
        for row in _rows(path)
    ]


def place_misses(
    rows: Iterable[PlaceSaying], gazetteer: Gazetteer = EMPTY
) -> list[tuple[PlaceSaying, dict[str, str]]]:
    """Those understood otherwise, with what was understood. A district is compared only where one was said."""
    missed = []
    for row in rows:
        place = find_place(row.text, gazetteer, row.language)
        found = {fact: value for fact in FACTS if place and (value := getattr(place, fact))}
        if "district" not in row.expect:
            found.pop("district", None)
        if found != row.expect:
            missed.append((row, found))
    return missed


def place_figures(
    rows: Sequence[PlaceSaying], gazetteer: Gazetteer = EMPTY
) -> dict[str, tuple[int, int]]:
    """Part -> (understood wholly, all), and ``no place``: where none was said and none was found."""
    missed = {id(row) for row, _ in place_misses(rows, gazetteer)}
    groups = {row.part: [one for one in rows if one.part == row.part] for row in rows}
    groups["no place"] = [row for row in rows if not row.expect]
    return {
        name: (sum(id(row) not in missed for row in group), len(group))
        for name, group in groups.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingSaying:
    part: str  #: seen or fresh
    language: str
    kind: str  #: phone, id, card, code, name, address; none: nothing private is said
    text: str
    gone: tuple[str, ...]  #: what may not be read afterwards
    stay: tuple[str, ...]  #: what must still be read


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingFigures:
    """Counts over one part."""

    gone: tuple[int, int]  #: sayings whose private pieces are all gone, of those that have any
    left: int  #: characters of private pieces that can still be read
    kept: tuple[
        int, int
    ]  #: ordinary sayings left wholly as they were, of all that hold nothing private
    stay: tuple[int, int]  #: sayings that still say what they must


def read_masking(path: Path) -> list[MaskingSaying]:
    """The rows of masking.tsv; several pieces have / between them."""
    return [
        MaskingSaying(
            part=row["part"],
            language=row["language"],
            kind=row["kind"],
            text=row["text"],
            gone=tuple(piece for piece in row["gone"].split("/") if piece),
            stay=tuple(piece for piece in row["stay"].split("/") if piece),
        )
        for row in _rows(path)
    ]


def masking_figures(rows: Iterable[MaskingSaying]) -> dict[str, MaskingFigures]:
    """Part -> its counts."""
    groups: dict[str, list[tuple[MaskingSaying, str]]] = defaultdict(list)
    for row in rows:
        groups[row.part].append((row, mask(row.text, row.language)))
    return {part: _masking(group) for part, group in groups.items()}


def _masking(group: list[tuple[MaskingSaying, str]]) -> MaskingFigures:
    left = [
        sum(len(piece) for piece in row.gone if piece in text) for row, text in group if row.gone
    ]
    stay = [all(piece in text for piece in row.stay) for row, text in group if row.stay]
    kept = [row.text == text for row, text in group if row.kind == "none"]
    return MaskingFigures(
        gone=(left.count(0), len(left)),
        left=sum(left),
        kept=(sum(kept), len(kept)),
        stay=(sum(stay), len(stay)),
    )


def _facts(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(";")) if text != "-" else {}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
