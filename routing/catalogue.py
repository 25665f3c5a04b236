"""The service catalogue: 12 departments, the services under them, and the words that point to them.

``catalogue.toml`` is data a community edits; a mistake in it is named with its line.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeVar

LANGUAGES = ("zh", "en")

_ID = re.compile(r"[a-z][a-z0-9_]*")
_LATIN = re.compile(r"[A-Za-z]")
_APART = {"zh": re.compile(r"[\s,，、]+"), "en": re.compile(r"\s*,\s*")}
_MAY_HOLD = {
    "department": {"id", "zh", "en", "words", "also"},
    "service": {"id", "department", "zh", "en", "words", "also", "by_agent", "signs"},
}
_SIGN = re.compile(r"\w+( [+&-] \w+)+")


class CatalogueError(ValueError):
    """The catalogue says something impossible; the message names the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """Who a need is given to."""

    id: str
    zh: str  #: spoken name in Mandarin
    en: str
    words: Mapping[str, tuple[str, ...]]  #: language -> words that point here
    also: tuple[str, ...] = ()  #: other names people write, as in a list of staff

    def spoken(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Department):
    """What a department does for somebody."""

    department: str
    by_agent: bool = False  #: the resident's proxy agent does it
    signs: tuple[str, ...] = ()  #: rules over the groups of the catalogue (routing/signs.py)


_Entry = TypeVar("_Entry", bound=Department)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """Departments and services in the order of the file."""

    departments: tuple[Department, ...]
    services: tuple[Service, ...]
    groups: Mapping[str, Mapping[str, str]]  #: name -> language -> words that stand for each other

    def department(self, name: str) -> Department:
        """The department with this id; KeyError when there is none."""
        return _one(self.departments, name)

    def service(self, name: str) -> Service:
        """The service with this id; KeyError when there is none."""
        return _one(self.services, name)


@cache
def load() -> Catalogue:
    """The catalogue that comes with the hotline, read once."""
    return read((resources.files("routing") / "catalogue.toml").read_text("utf-8"))


def read(text: str) -> Catalogue:
    """A catalogue from TOML text; CatalogueError names the line of the first mistake."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        raise CatalogueError(f"catalogue: {mistake}") from None
    departments = tuple(Department(**entry) for entry in _entries("department", data, text))
    known = {department.id for department in departments}
    services = tuple(Service(**entry) for entry in _entries("service", data, text, known))
    groups = data.get("groups", {})
    if not departments or not services:
        raise CatalogueError("catalogue, line 1: no departments, or no services")
    for service in services:
        for rule in service.signs:
            unknown = sorted(set(re.findall(r"\w+", rule)) - set(groups))
            if unknown or not _SIGN.fullmatch(rule):
                line = _line_of(rule, text)
                raise CatalogueError(f"catalogue, line {line}: no rule over groups: {rule}")
    return Catalogue(departments=departments, services=services, groups=groups)


def split_words(text: str, language: str) -> tuple[str, ...]:
    """The phrases of one line of the lexicon, each once."""
    return tuple(dict.fromkeys(word for word in _APART[language].split(text.strip()) if word))


def _one(entries: tuple[_Entry, ...], name: str) -> _Entry:
    for entry in entries:
        if entry.id == name:
            return entry
    raise KeyError(name)


def _entries(
    kind: str, data: dict[str, Any], text: str, departments: set[str] | None = None
) -> Iterator[dict[str, Any]]:
    lines = _lines_of(kind, text)
    seen: set[str] = set()
    for line, entry in zip(lines, _tables(kind, data), strict=False):
        complaint = _complaint(kind, entry, seen, departments)
        if complaint:
            raise CatalogueError(f"catalogue, line {line}: {complaint}")
        seen.add(entry["id"])
        lists = {name: tuple(entry[name]) for name in ("signs", "also") if name in entry}
        yield entry | {"words": _words(entry["words"])} | lists


def _line_of(rule: str, text: str) -> int:
    return text[: text.index(rule)].count("\n") + 1


def _tables(kind: str, data: dict[str, Any]) -> list[dict[str, Any]]:
    tables = data.get(kind, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise CatalogueError(f"catalogue: every {kind} begins with [[{kind}]]")
    return tables


def _lines_of(kind: str, text: str) -> list[int]:
    heading = re.compile(rf"\s*\[\[\s*{kind}\s*\]\]")
    return [number for number, line in enumerate(text.splitlines(), 1) if heading.match(line)]


def _complaint(
    kind: str, entry: dict[str, Any], seen: set[str], departments: set[str] | None
) -> str | None:
    """What is wrong with one entry, in a sentence; None when nothing is."""
    name = entry.get("id")
    checks = (
        (isinstance(name, str) and _ID.fullmatch(name), f"{kind} needs an id like lift_repair"),
        (name not in seen, f"{kind} {name} is there twice"),
        (set(entry) <= _MAY_HOLD[kind], f"{name}: unknown {sorted(set(entry) - _MAY_HOLD[kind])}"),
        (_is_text(entry.get("zh")), f"{name} needs a spoken name zh"),
        (_is_text(entry.get("en")), f"{name} needs a spoken name en"),
        (not _LATIN.search(str(entry.get("zh"))), f"{name}: no Latin letters in the zh name"),
        (_are_words(entry.get("words")), f"{name} needs words.zh and words.en"),
        (isinstance(entry.get("by_agent", False), bool), f"{name}: by_agent is true or false"),
        (_are_rules(entry.get("signs", [])), f"{name}: signs is a list of rules in quotes"),
        (
            departments is None or entry.get("department") in departments,
            f"{name}: there is no department {entry.get('department')}",
        ),
    )
    return next((sentence for right, sentence in checks if not right), None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_words(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(LANGUAGES)
        and all(_is_text(words) for words in value.values())
    )


def _are_rules(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(rule) for rule in value)


def _words(given: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {language: split_words(text, language) for language, text in given.items()}
