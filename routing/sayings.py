"""Sayings to learn from: written by hand, one file for each writer, and the words of the catalogue itself.

``routing/corpus/needs/WRITER.tsv`` has the columns department, service and text; service ``-`` is a matter of the department
that none of its services names. ``routing/corpus/danger/WRITER.tsv`` has kind and text; the kinds ``calm`` and ``tricky`` are
requests without danger, the second kind only sounds like one. ``routing/corpus/judge/WRITER.tsv`` is the same, never taught.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from routing.catalogue import LANGUAGES, Catalogue

NO_DANGER = ("calm", "tricky")
PHRASE = "catalogue"  #: writer of what the catalogue says


class BadCorpus(ValueError):
    """A line of a corpus says something impossible; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says, and what it is: ``department/service``, ``danger/kind``, ``calm/calm`` or ``calm/tricky``."""

    words: str
    label: str
    writer: str
    language: str = "zh"

    @property
    def group(self) -> str:
        """The department; or ``danger``, or ``calm``."""
        return self.label.partition("/")[0]


def needs() -> list[Saying]:
    """What people ask for."""
    return [
        Saying(
            row["text"], f"{row['department']}/{row['service']}", writer, language_of(row["text"])
        )
        for writer, row in read_rows("needs", ("department", "service", "text"))
    ]


def dangers() -> list[Saying]:
    """Emergencies, and what is near them."""
    return _near("danger")


def judges() -> list[Saying]:
    """The same of writers who are never taught: what the shipped guesser is measured on."""
    return _near("judge")


def _near(folder: str) -> list[Saying]:
    return [
        Saying(row["text"], _label(row["kind"]), writer, language_of(row["text"]))
        for writer, row in read_rows(folder, ("kind", "text"))
    ]


def phrases(catalogue: Catalogue) -> list[Saying]:
    """The names and words of every service: what a community adds there is learnt from."""
    return [
        Saying(words.rstrip("?").replace("~", ""), f"{one.department}/{one.id}", PHRASE, language)
        for one in catalogue.services
        for language in LANGUAGES
        for words in (one.spoken(language), *one.words[language])
        if len(words) > 1
    ]


def language_of(words: str) -> str:
    """By its script."""
    latin = sum(char.isascii() and char.isalpha() for char in words)
    return "en" if latin > len(words) / 2 else "zh"


def _label(kind: str) -> str:
    return f"calm/{kind}" if kind in NO_DANGER else f"danger/{kind}"


def read_rows(folder: str, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row of a folder of the corpus, with the name of its file."""
    files = (resources.files("routing") / "corpus" / folder).iterdir()
    for file in sorted(
        (one for one in files if one.name.endswith(".tsv")), key=lambda one: one.name
    ):
        for row in _read(file, columns):
            yield file.name.removesuffix(".tsv"), row


def _read(file: Traversable, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    lines = file.read_text("utf-8").splitlines()
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(reader, 2):
        if list(row) != list(columns) or not all(row[column] for column in columns):
            raise BadCorpus(f"{file.name}, line {number}: needs {', '.join(columns)}")
        yield row
