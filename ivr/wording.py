"""What a `Say` sounds like: wording is data, this turns a key and its values into parts to speak or play."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from ivr.dialogue import Clip, Digits, Moment, Name, Say, Value
from ivr.moments import digits_en, digits_zh, moment_en, moment_zh, words_to_prepare
from routing.catalogue import load as load_catalogue
from routing.danger import kinds
from routing.emergency import table

LANGUAGES = ("zh", "en")
_SLOT = re.compile(r"\{(\w+)\}")
_CLAUSE = "clause."  #: before the keys of the clauses that names are said in
_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LEADING = "，。：、？！,.:;?! "


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of wording to be spoken by the mouth."""

    text: str
    personal: bool = False  #: must not lie in a cache in the clear


Part: TypeAlias = Text | Clip


@cache
def prompts(language: str) -> Mapping[str, str]:
    """Every sentence of one language, by its key."""
    return tomllib.loads((files("ivr") / "prompts" / f"{language}.toml").read_text("utf-8"))


def sentence(key: str, language: str) -> str:
    """A sentence as it is said here: a danger with the number that this community dials."""
    said = prompts(language)[key]
    kind = next((one for one in kinds() if key == f"danger.{one.id}"), None)
    if kind is None or (here := table().of(kind.id).number) == kind.number:
        return said
    usual, own = (_digits(number, language) for number in (kind.number, here))
    return said.replace(usual, own)


def _digits(number: str, language: str) -> str:
    if language == "zh":
        return "".join(digits_zh(number))
    return " ".join(_FIGURES[int(digit)] for digit in number if digit.isdigit())


def parts(say: Say, language: str, zone: tzinfo) -> list[Part]:
    """The pieces of one sentence in order: fixed text, names, days, digits, recordings."""
    pieces = _SLOT.split(sentence(say.prompt, language))
    out: list[Part] = []
    for n, piece in enumerate(pieces):
        if n % 2:
            out += _value(say.values[piece], language, zone)
        elif fixed := piece.strip().lstrip(_LEADING):
            out.append(Text(fixed))
    return out


def text(say: Say, language: str, zone: tzinfo) -> str:
    """The sentence as it is read in a transcript; a recording is shown as ♪."""
    spoken = {
        key: "".join(p.text if isinstance(p, Text) else "♪" for p in _value(v, language, zone))
        for key, v in say.values.items()
    }
    return _SLOT.sub(lambda slot: spoken[slot[1]], sentence(say.prompt, language))


def _value(value: Value, language: str, zone: tzinfo) -> list[Part]:
    match value:
        case Clip():
            return [value]
        case Name(kind="question", id=id_):
            return [Text(asked)] if (asked := question_of(id_, language)) else []
        case Name(kind=kind, id=id_):
            return [Text(clause)] if (clause := name_in_clause(kind, id_, language)) else []
        case Moment(at=at, hour=hour):
            said = moment_zh if language == "zh" else moment_en
            return [Text(t) for t in said(datetime.fromisoformat(at), hour=hour, zone=zone)]
        case Digits(digits=digits):
            said_digits = (digits_zh if language == "zh" else digits_en)(digits)
            return [Text(t, personal=True) for t in said_digits]
        case str():
            return [Text(value, personal=True)] if value else []


def gloss(prompt: str, language: str) -> str:
    """The sentence of a prompt with its values left open, for readers of another language."""
    return _SLOT.sub(
        lambda slot: "♪" if slot[1] in {"recording", "result"} else "…", prompts(language)[prompt]
    )


def name_of(kind: str, id_: str, language: str) -> str:
    """The spoken name of a department or service; "" for an id the catalogue does not know."""
    catalogue = load_catalogue()
    known = catalogue.departments if kind == "department" else catalogue.services
    found = {thing.id: thing for thing in known}.get(id_)
    return (found.zh if language == "zh" else found.en) if found else ""


def question_of(service: str, language: str) -> str:
    """The one thing worth asking about a service; "" where there is none."""
    found = (one.question for one in load_catalogue().services if one.id == service)
    asked = next(found, None)
    return asked.spoken(language) if asked else ""


def name_in_clause(kind: str, id_: str, language: str) -> str:
    """A name as it is spoken, in a clause of its own: two or three syllables alone are easily misheard."""
    name = name_of(kind, id_, language)
    return prompts(language)[f"{_CLAUSE}{kind}"].format(name=name) if name else ""


def to_prepare(language: str = "zh") -> list[tuple[str, str]]:
    """(id, text) of everything fixed that a voice should be recorded or rendered for, each text once."""
    catalogue = load_catalogue()
    named = [("department", d.id) for d in catalogue.departments]
    named += [("service", s.id) for s in catalogue.services]
    names = [(f"{kind}-{id_}", name_in_clause(kind, id_, language)) for kind, id_ in named]
    questions = [
        (f"question-{one.id}", said)
        for one in catalogue.services
        if (said := question_of(one.id, language))
    ]
    keys = [key for key in prompts(language) if not key.startswith(_CLAUSE)]
    fixed = [piece for key in keys for piece in _fragments(key, language)]
    return _once([*fixed, *names, *questions, *(words_to_prepare() if language == "zh" else [])])


def _fragments(key: str, language: str) -> list[tuple[str, str]]:
    pieces = [p.strip().lstrip(_LEADING) for p in _SLOT.split(sentence(key, language))[::2]]
    said = [p for p in pieces if p]
    return [(key if len(said) == 1 else f"{key}-{n}", p) for n, p in enumerate(said, 1)]


def _once(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    seen: dict[str, str] = {}
    for id_, said in pairs:
        seen.setdefault(said, id_)
    return [(id_, said) for said, id_ in seen.items()]
