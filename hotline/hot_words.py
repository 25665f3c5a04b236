"""Words of this community that engines should know: its places, and the services of the catalogue.

HOTLINE_HOME/places.txt has one place a line, as it is written; # begins a remark; places.toml and places.csv
have names, too. A line with Latin letters is for English.
"""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from pypinyin.phrases_dict import phrases_dict

from routing.catalogue import LANGUAGES, Catalogue, load
from routing.gazetteer_files import GazetteerError
from routing.gazetteer_files import load as load_gazetteer
from routing.pinyin import tokens
from speech.hotwords import Corrector

log = logging.getLogger(__name__)

PLACES = "places.txt"

_HAN = re.compile(r"[\u3400-\u9fff]")
_MOST = 200  #: places; more of them begin to sound alike


class UnreadablePlaces(ValueError):
    """The message says what to do."""


def read_places(home: Path) -> list[str]:
    """Its lines, in UTF-8 or as Windows writes Chinese (GB 18030). Raises UnreadablePlaces."""
    path = home / PLACES
    try:
        written = path.read_bytes() if path.exists() else b""
    except OSError as problem:
        raise UnreadablePlaces(f"{path} cannot be read: {problem.strerror}.") from problem
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = written.decode(encoding)
            if "\0" not in text:
                return text.splitlines()
    raise UnreadablePlaces(f"{path} is no text: write one place a line and save it as UTF-8.")


def plain_names(home: Path) -> list[str]:
    """The places of places.txt, each once, without remarks. Raises UnreadablePlaces."""
    written = (line.partition("#")[0].strip() for line in read_places(home))
    return list(dict.fromkeys(one for one in written if one))


def places(home: Path) -> list[str]:
    """Every name of a place; empty where nobody has written one, or none that can be read."""
    names: list[str] = []
    for read in (plain_names, lambda home: load_gazetteer(home).names()):
        try:
            names += read(home)
        except (UnreadablePlaces, GazetteerError) as problem:
            log.warning("%s", problem)
    return list(dict.fromkeys(names))[:_MOST]


def hot_words(home: Path, catalogue: Catalogue | None = None) -> Mapping[str, list[str]]:
    """Language -> the names of places, then of departments and services as they are spoken."""
    catalogue = catalogue or load()
    entries = (*catalogue.departments, *catalogue.services)
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for place in places(home):
        found["zh" if _HAN.search(place) else "en"].append(place)
    for language, words in found.items():
        words += [entry.spoken(language) for entry in entries]
    return found


def correction(home: Path, catalogue: Catalogue | None = None) -> Callable[[str, str], str]:
    """(text, language) -> the text with places and services put right that were written as they sound."""
    corrector = Corrector(hot_words(home, catalogue)["zh"], _sounds, phrases_dict)

    def correct(text: str, language: str) -> str:
        return corrector.correct(text) if language == "zh" else text

    return correct


def _sounds(text: str) -> list[str]:
    return [one.sound for one in tokens(text)]
