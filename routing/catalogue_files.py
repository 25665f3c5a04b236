"""Reading a catalogue: the one that comes with the hotline, and what a community says differently.

HOTLINE_HOME/catalogue.toml is written like ``routing/catalogue.toml`` and read on top of it:

    [[service]] with a known id     only what stands here is changed; more.zh and more.en add words
    [[service]] with a new id       a service of one's own; so with [[department]]
    without = ["taxi"]              services and departments that do not exist here
    only_this = true                what came with the hotline does not count at all

A mistake is named with its line.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from routing.catalogue import LANGUAGES, Catalogue, Department, Question, Service, shipped_text
from routing.catalogue_rules import complaint, targets_of

NAME = "catalogue.toml"  #: in the home
KINDS = ("department", "service")
_APART = {"zh": re.compile(r"[\s,，、]+"), "en": re.compile(r"\s*,\s*")}
_TOP = {*KINDS, "groups", "without", "only_this"}
_SIGN = re.compile(r"\w+( [+&-] \w+)+")
_WRITTEN = ("zh", "en", "department", "by_agent")


class CatalogueError(ValueError):
    """The catalogue says something impossible; the message names the line."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One file: its tables as they are written, with the line each begins on."""

    name: str
    text: str
    data: dict[str, Any]

    def error(self, line: int, why: str) -> CatalogueError:
        return CatalogueError(f"{self.name}, line {line}: {why}")

    def tables(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        tables = self.data.get(kind, [])
        heading = re.compile(rf"\s*\[\[\s*{kind}\s*\]\]")
        lines = [n for n, line in enumerate(self.text.splitlines(), 1) if heading.match(line)]
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            raise self.error(self.line_of(kind), f"every {kind} begins with [[{kind}]]")
        return list(zip([*lines, *[1] * len(tables)], tables, strict=False))

    def line_of(self, piece: str) -> int:
        return self.text[: max(0, self.text.find(piece))].count("\n") + 1


@dataclass(slots=True)
class _Draft:
    """Entries as they come together: kind -> id -> (sheet, line, facts)."""

    entries: dict[str, dict[str, tuple[_Sheet, int, dict[str, Any]]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )
    groups: dict[str, Any] = field(default_factory=dict)


def read(text: str, name: str = "catalogue") -> Catalogue:
    """A whole catalogue from TOML text; CatalogueError names the line of the first mistake."""
    return _built(_sheet(text, name), None)


def read_own(text: str, name: str = NAME) -> Catalogue:
    """What came with the hotline, changed by a community's own file."""
    own = _sheet(text, name)
    return _built(own, None if own.data.get("only_this") else shipped_text())


def load_own(home: Path) -> Catalogue | None:
    """The catalogue of this home; None where it has none. Raises CatalogueError."""
    path = home / NAME
    if not path.exists():
        return None
    try:
        return read_own(path.read_text("utf-8-sig"), str(path))
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise CatalogueError(f"{path}, line {line}: no UTF-8; save it as UTF-8.") from None
    except OSError as problem:
        raise CatalogueError(f"{path} cannot be read: {problem.strerror}.") from problem


def split_words(text: str, language: str) -> tuple[str, ...]:
    """The phrases of one line of the lexicon, each once."""
    return tuple(dict.fromkeys(word for word in _APART[language].split(text.strip()) if word))


def _sheet(text: str, name: str) -> _Sheet:
    try:
        sheet = _Sheet(name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as mistake:
        where = str(mistake).replace("end of document", f"line {text.count(chr(10)) + 1}")
        raise CatalogueError(f"{name}: {where}") from None
    for key in sheet.data:
        if key not in _TOP:
            raise sheet.error(sheet.line_of(key), f"unknown {key!r}; known are {sorted(_TOP)}")
    return sheet


def _built(own: _Sheet, before: str | None) -> Catalogue:
    draft = _Draft()
    for sheet in (*([_sheet(before, "catalogue")] if before else []), own):
        _add(draft, sheet)
    _leave_out(draft, own)
    departments = tuple(_department(*one) for one in draft.entries["department"].values())
    facts = {one.id: one.facts for one in departments}
    services = tuple(_service(*one, facts=facts) for one in draft.entries["service"].values())
    if not departments or not services:
        raise own.error(1, "no departments, or no services")
    _check_signs(draft, services)
    return Catalogue(departments=departments, services=services, groups=draft.groups)


def _add(draft: _Draft, sheet: _Sheet) -> None:
    for kind in KINDS:
        seen: set[str] = set()
        for line, table in sheet.tables(kind):
            id_ = str(table.get("id"))
            known = draft.entries[kind].get(id_)
            facts = _merged(known[2] if known else {}, table)
            departments = None if kind == "department" else set(draft.entries["department"])
            if why := complaint(kind, facts, seen, departments):
                raise sheet.error(line, why)
            seen.add(id_)
            draft.entries[kind][id_] = (sheet, line, facts)
    draft.groups |= sheet.data.get("groups", {})


def _merged(known: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """What stands in the later file counts; ``more`` adds words."""
    facts = known | {name: value for name, value in table.items() if name != "more"}
    if "more" not in table:
        return facts
    if not isinstance(table["more"], dict) or not isinstance(facts.get("words"), dict):
        return facts | {"more": table["more"]}
    added = {language: str(facts["words"].get(language, "")) for language in LANGUAGES}
    for language, words in table["more"].items():
        joint = ", " if language == "en" else " "
        added[language] = f"{added.get(language, '')}{joint}{words}"
    return facts | {"words": added}


def _leave_out(draft: _Draft, own: _Sheet) -> None:
    for id_ in own.data.get("without", ()):
        if not any(entries.pop(id_, None) for entries in draft.entries.values()):
            raise own.error(own.line_of("without"), f"there is no {id_} to do without")
    for id_, (sheet, line, facts) in list(draft.entries["service"].items()):
        if facts["department"] not in draft.entries["department"]:
            if sheet is own:
                raise sheet.error(line, f"{id_}: there is no department {facts['department']}")
            del draft.entries["service"][id_]


def _department(_sheet: _Sheet, _line: int, facts: dict[str, Any]) -> Department:
    return Department(id=facts["id"], **_told(facts), **_lists(facts))


def _service(
    _sheet: _Sheet,
    _line: int,
    entry: dict[str, Any],
    *,
    facts: Mapping[str, tuple[str, ...]],
) -> Service:
    asked = entry.get("question")
    return Service(
        id=entry["id"],
        **_told(entry),
        **{"facts": facts[entry["department"]]} | _lists(entry),
        targets=targets_of(entry),
        question=asked and Question(**asked | {"unless": tuple(asked.get("unless", ()))}),
        sayings={language: tuple(said) for language, said in entry.get("sayings", {}).items()},
    )


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    words = {language: split_words(text, language) for language, text in facts["words"].items()}
    return {name: facts[name] for name in _WRITTEN if name in facts} | {"words": words}


def _lists(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(facts[name]) for name in ("signs", "also", "facts") if name in facts}


def _check_signs(draft: _Draft, services: tuple[Service, ...]) -> None:
    for service in services:
        sheet = draft.entries["service"][service.id][0]
        for rule in service.signs:
            if set(re.findall(r"\w+", rule)) - set(draft.groups) or not _SIGN.fullmatch(rule):
                raise sheet.error(sheet.line_of(rule), f"no rule over groups: {rule}")
