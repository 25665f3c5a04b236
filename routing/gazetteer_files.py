"""The gazetteer of a community, read from its folder.

HOTLINE_HOME/places.toml holds one ``[[place]]`` a name, places.csv one line a name, with the same words:

    name        as it is written
    kind        estate, street, community or landmark (小区, 街路, 社区, 地标)
    aliases     other names people use; in the CSV with ; between them
    department  a department of the catalogue that alone serves it
    district    the part of town it lies in
    street, number   its address: who says 胜利路40号 then means it
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from routing.gazetteer import KINDS, Entry, Gazetteer, called

TOML, CSV = "places.toml", "places.csv"

_KINDS = dict.fromkeys(("小区", "院"), "estate") | {
    "路": "street",
    "街道": "street",
    "街路": "street",
}
_KINDS |= {"社区": "community", "地标": "landmark"} | {kind: kind for kind in KINDS}
_COLUMNS = {"名称": "name", "类别": "kind", "别名": "aliases", "部门": "department"}
_COLUMNS |= {"街道": "district", "片区": "district", "路": "street", "号": "number"}
_FACTS = ("name", "kind", "aliases", "department", "district", "street", "number")

_STREET = re.compile(r"[路街巷]$|大道$|胡同$|\b(?:road|street|lane|avenue)$", re.IGNORECASE)
_HEADING = re.compile(r"\s*\[\[\s*place\s*\]\]")
_LONGEST = 40  #: characters of a name


class GazetteerError(ValueError):
    """The file says something impossible; the message names it and the line."""


def load(home: Path) -> Gazetteer:
    """What places.toml and places.csv of this folder say; empty without them. Raises GazetteerError."""
    entries: list[Entry] = []
    for name, parse in ((TOML, _toml), (CSV, _csv)):
        path = home / name
        if path.exists():
            entries += _checked(parse(_text(path), str(path)), str(path), entries)
    return Gazetteer(tuple(entries))


def read(text: str, name: str = TOML) -> Gazetteer:
    """A gazetteer from the text of places.toml, or of a CSV when the name says so."""
    parse = _csv if name.endswith(".csv") else _toml
    return Gazetteer(tuple(_checked(parse(text, name), name, ())))


def from_names(names: Iterable[str]) -> Gazetteer:
    """Plain names, as places.txt holds them: streets by their ending, everything else an estate."""
    kept = dict.fromkeys(name.strip()[:_LONGEST] for name in names if name.strip())
    entries = (Entry(name=one, kind="street" if _STREET.search(one) else "estate") for one in kept)
    return Gazetteer(tuple(entries))


def joined(one: Gazetteer, other: Gazetteer) -> Gazetteer:
    """Both; what the first one knows is not taken from the other."""
    known = set(one.names())
    return Gazetteer((*one.entries, *(e for e in other.entries if not known & set(called(e)))))


def _text(path: Path) -> str:
    try:
        written = path.read_bytes()
    except OSError as problem:
        raise GazetteerError(f"{path} cannot be read: {problem.strerror}.") from problem
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = written.decode(encoding)
            if "\0" not in text:
                return text
    raise GazetteerError(f"{path}, line 1: no text; save it as UTF-8.")


def _toml(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        where = str(mistake).replace("end of document", f"line {text.count(chr(10)) + 1}")
        raise GazetteerError(f"{name}: {where}") from None
    tables = data.get("place", [])
    if set(data) - {"place"} or not isinstance(tables, list):
        raise GazetteerError(f"{name}, line 1: every place begins with [[place]]")
    heads = [line for line, one in enumerate(text.splitlines(), 1) if _HEADING.match(one)]
    for index, table in enumerate(tables):
        line = heads[index] if index < len(heads) else 1
        if not isinstance(table, dict):
            raise GazetteerError(f"{name}, line {line}: every place begins with [[place]]")
        yield line, table


def _csv(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        heading = [_COLUMNS.get(one.strip(), one.strip().lower()) for one in next(rows, [])]
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(heading):
                raise GazetteerError(f"{name}, line {rows.line_num}: more cells than columns")
            facts: dict[str, Any] = {
                k: v.strip() for k, v in zip(heading, row, strict=False) if v.strip()
            }
            if "aliases" in facts:
                facts["aliases"] = [one for one in re.split(r"[;；|、]", facts["aliases"]) if one]
            yield rows.line_num, facts
    except csv.Error as mistake:
        raise GazetteerError(f"{name}, line {rows.line_num}: {mistake}") from None


def _checked(
    rows: Iterable[tuple[int, dict[str, Any]]], name: str, before: Iterable[Entry]
) -> Iterator[Entry]:
    taken = {each for one in before for each in called(one)}
    for line, facts in rows:
        complaint = _complaint(facts, taken)
        if complaint:
            raise GazetteerError(f"{name}, line {line}: {complaint}")
        told = facts | {"kind": _KINDS[facts.get("kind", "estate")]}
        entry = Entry(**told | {"aliases": tuple(facts.get("aliases", ()))})
        taken.update(called(entry))
        yield entry


def _complaint(facts: dict[str, Any], taken: set[str]) -> str | None:
    """What is wrong with one place, in a sentence; None when nothing is."""
    name, aliases = facts.get("name"), facts.get("aliases", [])
    if not isinstance(name, str) or not 1 < len(name.strip()) <= _LONGEST:
        return f"a place needs a name of 2 to {_LONGEST} characters"
    unknown = sorted(set(facts) - set(_FACTS))
    listed = isinstance(aliases, list) and all(isinstance(a, str) and len(a) > 1 for a in aliases)
    unwritten = [fact for fact in _FACTS[3:] if not isinstance(facts.get(fact, ""), str)]
    twice = sorted(taken & {name, *aliases}) if listed else []
    checks = (
        (not unknown, f"{name}: unknown {', '.join(unknown)}"),
        (str(facts.get("kind", "estate")) in _KINDS, f"{name}: kind is one of {', '.join(KINDS)}"),
        (listed, f"{name}: aliases is a list of names of two or more characters, in quotes"),
        (not unwritten, f"{name}: {', '.join(unwritten)} is text in quotes"),
        (not twice, f"{', '.join(twice)} is there twice"),
    )
    return next((sentence for right, sentence in checks if not right), None)
