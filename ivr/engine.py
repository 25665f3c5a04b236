"""Plays a conversation to where it now stands.

A call is its log: the answers heard so far. Nothing else survives between two turns, so
every turn rebuilds the conversation and feeds it the log. That is why a conversation
reads no clock, no database and no random number; it asks the hotline to ``do`` such
things, and the log remembers the result.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from ivr.dialogue import Again, Dialogue, Do, Heard, Kind, Listen, Say, Step, Transfer

Perform: TypeAlias = Callable[[Do], Heard | None]  #: None: not done yet, ask again


class ScriptChanged(Exception):
    """The log was made by another edition of this conversation."""


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    heard: Heard


@dataclass(frozen=True, slots=True)
class Wait:
    """Hold the line: what was asked of the hotline is not done yet."""

    do: Do


@dataclass(frozen=True, slots=True)
class Turn:
    """What the caller hears now, and what we then wait for; None: the call is over."""

    spoken: tuple[Say, ...]
    then: Listen | Transfer | Wait | None


@dataclass(slots=True)
class Log:
    """The answers of one call, read back in order and then added to."""

    entries: list[Entry] = field(default_factory=list)
    read: int = 0

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Log":
        return cls(list(entries))

    def recall(self, key: str) -> Heard | None:
        if self.read == len(self.entries):
            return None
        entry = self.entries[self.read]
        if entry.key != key:
            raise ScriptChanged(f"the log has {entry.key!r}, the script asks {key!r}")
        self.read += 1
        return entry.heard

    def note(self, key: str, heard: Heard) -> Heard:
        self.entries.append(Entry(key, heard))
        self.read += 1
        return heard


@dataclass(slots=True)
class Said:
    """What was said since the last question, and before it, for those who want to hear it again."""

    now: list[Say] = field(default_factory=list)
    before: tuple[Say, ...] = ()

    def add(self, step: Say | Again) -> tuple[Say, ...]:
        """The sentences of this step."""
        says = (step,) if isinstance(step, Say) else self.before
        self.now += says
        return says

    def answered(self, step: Listen | Transfer, heard: Heard) -> None:
        """Only the caller's own answer ends it: not a transfer, nor a key nobody pressed."""
        if isinstance(step, Listen) and (step.kind is not Kind.KEY or heard.digits):
            self.before, self.now = tuple(self.now), []


def play(dialogue: Dialogue[None], log: Log, perform: Perform) -> Turn:
    """Replay the log, then go on to the first question that has no answer yet."""
    spoken: list[Say] = []
    said = Said()
    heard: Heard | None = None
    while step := _advance(dialogue, heard):
        heard = None
        match step:
            case Say() | Again():
                spoken += said.add(step)
            case Do():
                heard = log.recall(step.key) or _perform(step, log, perform)
                if heard is None:
                    return Turn(tuple(spoken), Wait(step))
            case Listen() | Transfer():
                heard = log.recall(step.key)
                if heard is None:
                    return Turn(tuple(spoken), step)
                said.answered(step, heard)
                spoken.clear()
    if log.read != len(log.entries):
        raise ScriptChanged(
            f"the script is over, the log goes on with {log.entries[log.read].key!r}"
        )
    return Turn(tuple(spoken), None)


def _perform(step: Do, log: Log, perform: Perform) -> Heard | None:
    heard = perform(step)
    return heard and log.note(step.key, heard)


def _advance(dialogue: Dialogue[None], heard: Heard | None) -> Step | None:
    try:
        return next(dialogue) if heard is None else dialogue.send(heard)
    except StopIteration:
        return None


def retell(dialogue: Dialogue[None], entries: Iterable[Entry]) -> Iterable[Say | Entry]:
    """The transcript: what was said and what was answered, in order, as far as the log goes."""
    log, said = Log.of(entries), Said()
    heard: Heard | None = None
    while step := _advance(dialogue, heard):
        heard = None
        if isinstance(step, Say | Again):
            yield from said.add(step)
            continue
        heard = log.recall(step.key)
        if heard is None:
            return
        if isinstance(step, Listen | Transfer):
            said.answered(step, heard)
        yield Entry(step.key, heard)
