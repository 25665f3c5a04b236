"""What happens to tickets: frozen facts, past tense, kept as rows for ever."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a ticket, and who did it."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Event):
    assignee: str  #: "department:property", "agent:12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Event):
    """Not theirs, or not possible: somebody else has to be found."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled(Event):
    words: str
    recording: str | None  #: the result in the voice of whoever dealt with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Event):
    call: str | None  #: the call in which they heard it


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed(Event):
    """A callback did not reach them, or not to the end."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOrdered(Event):
    """They could not be reached by telephone: somebody goes there."""

    agent: int | None  #: None: a supervisor finds somebody
    due: str  #: by when, ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSolved(Event):
    """The resident's own answer, or a witnessed visit."""

    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWanting(Event):
    """Half solved or not solved: it goes back, with new clocks and the first promise kept here."""

    evidence: str
    half: bool
    why: str | None  #: id of the recording of what is missing
    why_words: str
    promised: str  #: the 7-day promise that ran until now, ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGood(Event):
    """Asked again weeks later: it is still solved."""

    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokeAgain(Event):
    """Asked again weeks later: it is not solved any more, and goes back."""

    evidence: str
    why: str | None
    why_words: str
    promised: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsCorrected(Event):
    """A person listened and wrote down what was really said."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted(Event):
    """A person sends it elsewhere; a machine never does."""

    assignee: str
    before: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated(Event):
    """They rang again about the same thing: no new ticket, and what they said this time is kept here."""

    call: str | None
    recording: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TookIn(Event):
    """Another ticket turned out to be the same thing: it goes along with this one."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted(Event):
    """The other one is a thing of its own after all."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Event):
    """It is the same thing as another one, and goes along with that."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Event):
    """It is a thing of its own after all, or the other one has ended without a result."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Event):
    """The other one was dealt with: this resident, too, is owed the result."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Event):
    """Whoever has it was told that a promise will soon be broken."""

    clock: str
    promised: str  #: ISO 8601
    name: str  #: who was told; "" where nobody is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """A promise was broken, and somebody else answers for it now."""

    clock: str
    promised: str  #: ISO 8601
    step: int  #: of the ladder, from 1
    owner: str  #: ``tickets.policy.Owner``
    name: str  #: who that is; "" where nobody is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Event):
    """Somebody who was rung about it says that they look after it."""

    clock: str
    owner: str  #: ``tickets.policy.Owner``
    name: str
    call: str | None  #: in which they said so


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitsForResident(Event):
    """Nothing can be done before the resident says or does something: the clocks stand still."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """It goes on, and so do the clocks."""

    why: str  #: "button", "rang_again", "too_long", or what else was done


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurried(Event):
    """Somebody may be in danger: from now on the urgent clocks run."""

    danger: str  #: its kind


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked(Event):
    """Another department helps; who leads stays responsible."""

    department: str


Happening: TypeAlias = (
    Assigned
    | Taken
    | Returned
    | Handled
    | Told
    | Missed
    | VisitOrdered
    | FoundSolved
    | FoundWanting
    | HeldGood
    | BrokeAgain
    | WordsCorrected
    | Rerouted
    | Repeated
    | TookIn
    | Parted
    | Ended
    | Joined
    | Split
    | Followed
    | Hurried
    | HelpAsked
    | Warned
    | Escalated
    | Acknowledged
    | WaitsForResident
    | Resumed
)
