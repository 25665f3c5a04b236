"""The service catalogue: departments, the services under them, the words that point to them, and how soon it is done.

``catalogue.toml`` comes with the hotline; a community changes it in a file of its own (``routing/catalogue_files.py``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import TypeVar

from tickets.clocks import Clock

LANGUAGES = ("zh", "en")
#: what of a resident may travel to whoever deals with their need, beside what they said
FACTS = ("name", "number", "place", "voice", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """Who a need is given to."""

    id: str
    zh: str  #: spoken name in Mandarin
    en: str
    words: Mapping[str, tuple[str, ...]]  #: language -> words that point here
    also: tuple[str, ...] = ()  #: other names people write, as in a list of staff
    facts: tuple[str, ...] = ("name", "number", "place", "voice")  #: what they need to know

    def spoken(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The one thing worth asking about a service."""

    zh: str
    en: str
    unless: tuple[str, ...] = ()  #: pieces of what was said that answer it already

    def spoken(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def answered_in(self, words: str) -> bool:
        said = words.lower()
        return any(piece in said for piece in self.unless)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Department):
    """What a department does for somebody."""

    department: str
    #: sooner than the policy promises; what is not here is as it promises
    targets: Mapping[Clock, timedelta] = field(default_factory=dict)
    by_agent: bool = False  #: the resident's proxy agent does it
    signs: tuple[str, ...] = ()  #: rules over the groups of the catalogue (routing/signs.py)
    question: Question | None = None
    sayings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: examples, by language


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

    def needs_to_know(self, department: str | None, service: str | None) -> tuple[str, ...]:
        """The facts that travel with such a need; of what nobody knows only the place."""
        known: tuple[Department, ...] = (*self.services, *self.departments)
        found = (one.facts for name in (service, department) for one in known if one.id == name)
        return next(found, ("place",))

    def targets_of(self, service: str | None) -> Mapping[Clock, timedelta]:
        """How soon a need of this service is to be taken up, dealt with and told, where that is sooner than usual."""
        return next((one.targets for one in self.services if one.id == service), {})


_own: dict[str, Catalogue] = {}


def load() -> Catalogue:
    """The catalogue in use: the community's own, else the one that comes with the hotline."""
    return _own.get("catalogue") or shipped()


@cache
def shipped() -> Catalogue:
    """What comes with the hotline, read once."""
    from routing.catalogue_files import read  # noqa: PLC0415  # which builds on this module

    return read(shipped_text())


def shipped_text() -> str:
    return (resources.files("routing") / "catalogue.toml").read_text("utf-8")


@contextmanager
def in_use(catalogue: Catalogue) -> Iterator[None]:
    """``load`` gives this one meanwhile: a process serves one community."""
    before = _own.get("catalogue")
    _own["catalogue"] = catalogue
    try:
        yield
    finally:
        _own.pop("catalogue", None)
        if before:
            _own["catalogue"] = before


def _one(entries: tuple[_Entry, ...], name: str) -> _Entry:
    for entry in entries:
        if entry.id == name:
            return entry
    raise KeyError(name)
