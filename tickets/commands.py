"""What may be asked of the ticket desk. Commands are frozen; their results are plain data, kept in the call's log."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """The resident's own word on a result; nobody else can give it."""

    SOLVED = "solved"
    HALF_SOLVED = "half_solved"
    NOT_SOLVED = "not_solved"


class Satisfaction(StrEnum):
    """How content they are with us, beside whether it is solved."""

    VERY = "very"
    BASICALLY = "basically"
    NOT = "not"


class Reason(StrEnum):
    """Why a person is wanted; the waiting list is sorted and counted by it."""

    DANGER = "danger"  #: somebody may be in danger now
    ASKED = "asked"  #: the caller pressed 0 or said 人工
    NOT_UNDERSTOOD = "not_understood"  #: three tries, or nothing the machine could hear
    BUSY = "busy"  #: nobody could listen in time: the words come later
    UNROUTED = "unrouted"  #: understood, but no department stands out
    DRAFT = "draft"  #: the call ended before the need was confirmed
    TROUBLE = "trouble"  #: something of ours failed while they were on the line
    PAPER = "paper"  #: entered from a paper slip
    REOPENED = "reopened"  #: it came back a second time: a supervisor decides
    REFUSED = "refused"  #: they do not want to be rung with a result
    REPEATED = "repeated"  #: they rang again, and what was promised is late


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the caller may be told about a ticket just opened. Times are ISO 8601 in UTC."""

    number: int
    department: str | None
    service: str | None
    assignee: str | None  #: "department:property", "agent:12", None while unrouted
    respond: str
    handle: str
    feedback: str
    joined: int | None = None  #: the ticket it goes along with; ``handle`` is that one's


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    call: str | None
    resident: int | None
    recording: str | None  #: id of the recording of the need
    words: str
    department: str | None
    service: str | None
    by_agent: bool = False
    language: str = "zh"
    number: str = ""  #: the line they call from, "" where it is withheld
    place: str = ""  #: where it is, as it was told; "" for where they live
    place_recording: str | None = None  #: the same in their own voice
    draft: int | None = None  #: the waiting row of a broken-off call this need was resumed from
    urgent: bool = False  #: somebody may be in danger: clocks of its own
    joins: int | None = None  #: a neighbour's ticket about the same thing, which it goes along with

    def result(self, data: dict[str, Any]) -> Receipt:
        return Receipt(**data)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAgain:
    """They rang again about a ticket they have: ``need`` is kept there, and becomes a ticket only where that one is over."""

    ticket: int
    need: OpenTicket

    def result(self, data: dict[str, Any]) -> Receipt:
        return Receipt(**data)


class _Quiet:
    """A command with nothing to tell the caller."""

    __slots__ = ()

    def result(self, data: dict[str, Any]) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCaller(_Quiet):
    """Who an unknown caller says they are: ids of recordings, words, and a number for the callback."""

    ticket: int
    name_recording: str | None = None
    name: str = ""
    place_recording: str | None = None
    place: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAnswer(_Quiet):
    """What they said to the one question about their need."""

    ticket: int
    recording: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(_Quiet):
    """A person takes it from here: a row in the waiting list, due soon."""

    call: str | None
    resident: int | None
    reason: Reason
    recording: str | None = None
    words: str = ""
    danger: str | None = None
    number: str = ""
    ticket: int | None = None  #: whose answer was being told; None: the one of this call, if any
    ring_back: bool = (
        False  #: they were cut off, or said nothing: they are rung back by the machine, too
    )
    contact: bool = False  #: their emergency contact is to be told


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftHeard(_Quiet):
    """What a broken-off call had said, once it is recognised; it may be a cry for help."""

    call: str
    words: str
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class BetterWords(_Quiet):
    """Another engine has listened to a recording: if its text is the better one, the ticket gets it."""

    recording: str
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell(_Quiet):
    """The resident has heard the result."""

    ticket: int
    call: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge(_Quiet):
    """The resident's verdict; ``evidence`` is how it was given, see ``tickets.verdicts``."""

    ticket: int
    verdict: Verdict
    evidence: str
    why: str | None = None  #: recording of what is missing, in the resident's voice
    why_words: str = ""  #: the same as text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(_Quiet):
    """How content the resident is."""

    ticket: int
    satisfaction: Satisfaction
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAgain(_Quiet):
    """Asked again weeks after they called it solved: is it still?"""

    ticket: int
    still: bool
    evidence: str
    why: str | None = None  #: recording of what is wrong now
    why_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveIt(_Quiet):
    """Who was rung back needs nothing more of what waits for them."""

    waiting: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTold(_Quiet):
    """Somebody who works here heard that a promise is late; ``has_it``: they look after it."""

    notice: int
    call: str | None
    has_it: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached(_Quiet):
    """A callback that did not reach the resident: "no_answer", "wrong_person", "hung_up" ...

    Of one result, or of the whole ``callback``.
    """

    outcome: str
    ticket: int | None = None
    callback: int | None = None
