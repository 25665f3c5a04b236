"""The words a conversation is written in. Nothing here knows about telephones.

A dialogue is a generator that reads top to bottom as the call sounds. It yields steps
(`Say`, `Again`, `Listen`, `Do`, `Transfer`) and is sent what came back (`Heard`).
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: a key press, words, a recording, a result of a command, or silence."""

    digits: str = ""
    words: str = ""  #: typed, or given by the line itself; spoken words come through Transcribe
    audio: str = ""  #: recording, "RECORDING:from-to" in samples; its words are a later fact

    result: dict[str, Any] | None = None
    gone: bool = False  #: the line was gone: silence, and nobody heard what was said before it

    @property
    def silent(self) -> bool:
        return not (self.digits or self.words or self.audio)


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording played inside a sentence: the resident's own words, the handler's voice."""

    recording: str
    seconds: float | None = None  #: about so much of its beginning; None: all of it


@dataclass(frozen=True, slots=True)
class Name:
    """The spoken name of a department or a service, by its id in the catalogue; or what is asked about a service."""

    kind: str  #: "department", "service" or "question"
    id: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and hour, ISO 8601; said in the community's own time zone."""

    at: str
    hour: bool = True  #: False: only the day is said


@dataclass(frozen=True, slots=True)
class Digits:
    """A number said digit by digit."""

    digits: str


Value: TypeAlias = Clip | Name | Moment | Digits | str


@dataclass(frozen=True, slots=True)
class Say:
    prompt: str  #: key of prompts/LANGUAGE.toml
    values: Mapping[str, Value] = field(default_factory=dict)


class Kind(StrEnum):
    """What sort of answer a question waits for; the line chooses its patience by it."""

    STORY = "story"  #: as long as it takes, keys only end it (#) or reach a person (0)
    WORD = "word"  #: a name, a building: a few words
    CHOICE = "choice"  #: one key, or a word or two
    NUMBER = "number"  #: several keys ended by # or a pause, or spoken digits
    KEY = "key"  #: only a key pressed while the words before were said; never waits


@dataclass(frozen=True, slots=True)
class Listen:
    key: str
    kind: Kind = Kind.STORY


class Command(Protocol[T_co]):
    def result(self, data: dict[str, Any]) -> T_co: ...


@dataclass(frozen=True, slots=True)
class Do:
    key: str
    command: Command[object]


@dataclass(frozen=True, slots=True)
class Again:
    """Say once more whatever was said before the last question."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect the caller with a person; the line answers ``{"connected": bool}``."""

    key: str
    to: str


Step: TypeAlias = Say | Again | Listen | Do | Transfer
Dialogue: TypeAlias = Generator[Step, Heard, T]


def say(prompt: str, **values: Value) -> Dialogue[None]:
    yield Say(prompt, values)


def do(key: str, command: Command[T]) -> Dialogue[T]:
    """Have the hotline do something; the result is remembered with the call."""
    heard = yield Do(key, command)
    return command.result(heard.result or {})


def transfer(key: str, to: str) -> Dialogue[bool]:
    """Is the caller now talking with a person?"""
    heard = yield Transfer(key, to)
    return bool((heard.result or {}).get("connected"))
