"""What may be asked of the routing desk."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """Somebody may be in danger now."""

    kind: str  #: a kind of ``danger.toml``: fire, gas, co, fall, stroke, fraud, missing …
    certain: bool  #: False: one question first, where silence counts as yes
    number: str  #: which number to dial: "119", "120" or "110"
    connect: tuple[str, ...] = ("operator",)  #: tried in this order while they are on the line
    contact: bool = True  #: the emergency contact is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of two or three that the caller is asked to choose between."""

    department: str
    service: str | None = None
    by_agent: bool = False
    extra: bool = False  #: there is one thing more to ask about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """A further need that was told in the same story."""

    department: str
    service: str | None
    words: str  #: the part of the story that tells it
    by_agent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Who deals with a need. Unrouted: ``department`` is None, a person listens."""

    department: str | None = None  #: id of a department of ``catalogue.toml``
    service: str | None = None  #: id of a service under it
    confidence: float = 0.0  #: 0..1, how probable it is that the department is right
    by_agent: bool = (
        False  #: an errand, a form, a visit or company: the resident's proxy agent does it
    )
    ask: str | None = None  #: one contrast question's text, where the best guess is not sure enough
    choices: tuple[Choice, ...] = ()  #: what it offers, likeliest first; empty without a question
    also: tuple[Also, ...] = ()
    extra: bool = False  #: there is one thing more to ask about this service
    place: dict[str, Any] | None = None  #: where it is, as ``routing.places.Place.data`` tells it
    elsewhere: bool = False  #: the place they told is not their own address
    danger: Danger | None = None
    why: tuple[str, ...] = ()  #: the words that decided it
    model: str = ""  #: version of the trained guesser, "" where there was none


@dataclass(frozen=True, slots=True)
class FindWay:
    words: str
    language: str = "zh"
    home: str = ""  #: the address of their line, "" where nobody knows it

    def result(self, data: dict[str, Any]) -> Way:
        danger = data.get("danger")
        rebuilt = {
            "danger": danger
            and Danger(**danger | {"connect": tuple(danger.get("connect", ("operator",)))}),
            "why": tuple(data.get("why", ())),
            "choices": tuple(Choice(**one) for one in data.get("choices", ())),
            "also": tuple(Also(**one) for one in data.get("also", ())),
        }
        return Way(**data | rebuilt)
