"""A simulated telephone company: a shipped double, honest about being one. Nobody is rung.

It keeps a ledger by key (``ivr.lines.ledger``), plays whoever answers over the simulated line with the
real dialogue, and behaves as its script says: by number, or by chance from a seed.
"""

import logging
import random
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from ivr.conversation import Conversation
from ivr.dialogue import Kind, Listen
from ivr.lines.ledger import Ledger
from ivr.lines.provider import (
    COMPLETED,
    Events,
    Fate,
    Known,
    NumberRefused,
    Order,
    ProviderDown,
    Unsure,
)
from ivr.lines.simulated import Reply, ScriptedCaller, SimulatedLine
from tickets.callbacks import NotOwed
from tickets.policy import Miss

log = logging.getLogger(__name__)

PATIENCE = 20.0  #: seconds a provider that hangs lets us wait


class Behaviour(StrEnum):
    """What happens when a number is dialled."""

    ANSWERS = "answers"  #: with the keys that follow: "answers 111"
    WRONG_PERSON = "wrong_person"  #: somebody else answers, and says so
    SILENT = "silent"  #: the line is open and nobody says a word: a machine, as we would hear it
    HANGS_UP = "hangs_up"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"  #: the company itself says it was one
    REFUSED = "refused"
    BAD_NUMBER = "bad_number"  #: no call is ever placed there
    DOWN = "down"  #: no call can be placed now
    UNSURE = "unsure"  #: the call is placed and answered, but we are not told that it was placed
    HANGS = "hangs"  #: no answer comes from the company; nothing was placed
    LOST = "lost"  #: the call is placed, and nobody can ever say what became of it


#: what it does by itself, whoever watches
BY_ITSELF: Mapping[Behaviour, str] = {
    Behaviour.BUSY: Miss.BUSY,
    Behaviour.NO_ANSWER: Miss.NO_ANSWER,
    Behaviour.MACHINE: Miss.MACHINE,
    Behaviour.REFUSED: Miss.REFUSED,
    Behaviour.LOST: "lost",
}
NOT_PLACED: Mapping[Behaviour, type[Exception]] = {
    Behaviour.BAD_NUMBER: NumberRefused,
    Behaviour.DOWN: ProviderDown,
    Behaviour.HANGS: Unsure,
}
#: the keys of whoever answers, where none are given
KEYS: Mapping[Behaviour, str] = {
    Behaviour.ANSWERS: "1",
    Behaviour.UNSURE: "1",
    Behaviour.WRONG_PERSON: "12",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens at one dial."""

    behaviour: Behaviour
    keys: str = ""

    @classmethod
    def of(cls, text: str) -> "Turn":
        """``"answers 113"``; raises ``ValueError``."""
        word, _, keys = text.strip().partition(" ")
        if word not in set(Behaviour):
            raise ValueError(f"{word!r} is none of: {', '.join(Behaviour)}")
        behaviour = Behaviour(word)
        return cls(behaviour, keys or KEYS.get(behaviour, ""))


class Script(Protocol):
    """What happens when a number is dialled for the so-many-th time, from 0."""

    def turn(self, number: str, times: int) -> Turn: ...


@dataclass(frozen=True, slots=True)
class ByNumber:
    """One after the other for each number, the last one again and again; ``*`` for all others."""

    turns: Mapping[str, Sequence[Turn]] = field(default_factory=dict)

    @classmethod
    def of(cls, toml: str) -> "ByNumber":
        """``01055550101 = ["busy", "answers 111"]``, or one text; raises ``ValueError``."""
        told = tomllib.loads(toml).items()
        return cls.told({one: [turns] if isinstance(turns, str) else turns for one, turns in told})

    @classmethod
    def told(cls, turns: Mapping[str, Sequence[str]]) -> "ByNumber":
        """The same as plain data; raises ``ValueError``."""
        return cls({one: [Turn.of(text) for text in texts] for one, texts in turns.items()})

    def turn(self, number: str, times: int) -> Turn:
        turns = self.turns.get(number) or self.turns.get("*") or [Turn.of("answers")]
        return turns[min(times, len(turns) - 1)]


@dataclass(frozen=True, slots=True)
class BySeed:
    """By chance: the same seed, number and count give the same; ``weights`` by what may happen ("busy")."""

    seed: int
    weights: Mapping[str, float]

    def turn(self, number: str, times: int) -> Turn:
        chance = random.Random(f"{self.seed} {number} {times}")  # noqa: S311  # no secret
        texts, weights = zip(*self.weights.items(), strict=True)
        return Turn.of(chance.choices(texts, weights)[0])


#: plays whoever answers; returns how the dial ended
Play = Callable[[Conversation, Turn], str]


def over_the_line(conversation: Conversation, turn: Turn) -> str:
    """The real dialogue over the simulated line, as fast as it goes."""
    SimulatedLine(_AtHome(turn)).carry(conversation)
    return COMPLETED


class _AtHome:
    """Presses keys where a choice is asked for; says nothing where words are."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._keys = ScriptedCaller(keys=turn.keys)

    def asked(self, listen: Listen) -> Reply:
        if self._turn.behaviour is Behaviour.HANGS_UP:
            return Reply(hang_up_after=0.5)
        return self._keys.asked(listen) if listen.kind in (Kind.CHOICE, Kind.NUMBER) else Reply()


class SimulatedProvider:
    """Of many workers each has one of its own; what they share is the ledger's file."""

    name = "simulated"

    def __init__(  # noqa: PLR0913  # what it is made of, each by its name
        self,
        ledger: Ledger,
        script: Script,
        events: Events,
        *,
        process: str,
        alive: Callable[[str], bool | None],
        play: Play = over_the_line,
        patience: float = PATIENCE,
    ) -> None:
        self.ledger = ledger
        self._script = script
        self._events = events
        self._process = process
        self._alive = alive
        self._play = play
        self._patience = patience
        self._lines = ThreadPoolExecutor(thread_name_prefix="line")

    def place(self, order: Order) -> None:
        turn = Turn(Behaviour.ANSWERS)

        def will(times: int) -> str | None:
            nonlocal turn
            turn = self._script.turn(order.number, times)
            if turn.behaviour in NOT_PLACED:
                return None
            return BY_ITSELF.get(turn.behaviour, COMPLETED)

        if self.ledger.place(order.key, order.number, self._process, will) is None:
            if turn.behaviour is Behaviour.HANGS:
                time.sleep(self._patience)
            raise NOT_PLACED[turn.behaviour](turn.behaviour)
        if turn.behaviour is not Behaviour.LOST:
            self._lines.submit(self._carry, order.key, turn)
        if turn.behaviour in {Behaviour.UNSURE, Behaviour.LOST}:
            raise Unsure(turn.behaviour)

    def look_up(self, key: str) -> Fate:
        dialled = self.ledger.find_or_refuse(key)
        if dialled is None:
            return Fate(Known.NOT_PLACED)
        if dialled.will == "lost":
            return Fate(Known.UNKNOWN)
        if dialled.outcome is None and self._alive(dialled.process):
            return Fate(Known.UNDER_WAY)
        self.ledger.end(key, dialled.will)  # whoever carried it died, and the line fell silent
        return Fate(Known.ENDED, dialled.outcome or dialled.will)

    def hang_up(self, key: str) -> None:
        self.ledger.end(key, Miss.HUNG_UP)

    def close(self, *, wait: bool = True) -> None:
        """Carry what is under way to its end, and nothing more."""
        self._lines.shutdown(wait=wait, cancel_futures=not wait)

    def _carry(self, key: str, turn: Turn) -> None:
        try:
            outcome = self._outcome(key, turn)
            self.ledger.end(key, outcome)
            self._events.ended(key, outcome)
        except Exception as problem:  # noqa: BLE001  # its words may hold personal data
            log.warning(
                "a simulated call broke off, its lease runs out: %s", type(problem).__name__
            )

    def _outcome(self, key: str, turn: Turn) -> str:
        if turn.behaviour in BY_ITSELF:
            return BY_ITSELF[turn.behaviour]
        try:
            conversation = self._events.answered(key)
        except NotOwed:
            return Miss.HUNG_UP
        return self._play(conversation, turn)
