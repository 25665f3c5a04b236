"""What is known of a caller when the call begins: entry 0 of the log, so that a replay sees the same."""

from dataclasses import asdict, dataclass
from typing import Any

EDITION = "4"  #: raise it when a script changes in a way that breaks calls in progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A result that waits for this resident."""

    ticket: int
    recording: str | None  #: recording of the need, in the resident's own voice
    result: str | None  #: recording of the result, in the handler's voice
    words: str  #: the result as text, where no voice was recorded
    told_on: str  #: when the need was told, ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A need that was being told when the last call from this line broke off."""

    waiting: int
    recording: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A promise that is late, or soon will be, told to somebody who answers for it."""

    notice: int
    ticket: int
    service: str | None
    clock: str  #: ``tickets.clocks.Clock``
    promised: str  #: ISO 8601
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Facts frozen with the call; ``number`` is "" where the line is withheld."""

    call: str
    number: str = ""
    resident: int | None = None
    agent: bool = False  #: has a proxy agent
    contact: bool = False  #: has an emergency contact
    home: str = ""  #: the address of their line, "" where nobody knows it
    language: str = "zh"
    pace: str = "normal"  #: "slow": longer pauses are waited out, and made
    answers: tuple[Answer, ...] = ()
    draft: Draft | None = None
    overdue: tuple[Overdue, ...] = ()  #: what somebody who works here is told
    callback: int | None = None  #: the callback this call is made for; None: they rang us
    facts: tuple[
        str, ...
    ] = ()  #: what is asked before anything private is said, see ``second_fact``
    edition: str = EDITION

    def data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Caller":
        draft = data.get("draft")
        return cls(
            **data
            | {
                "answers": tuple(Answer(**one) for one in data.get("answers", ())),
                "draft": draft and Draft(**draft),
                "overdue": tuple(Overdue(**one) for one in data.get("overdue", ())),
                "facts": tuple(data.get("facts", ())),
            }
        )
