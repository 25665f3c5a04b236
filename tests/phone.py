"""A caller with a good memory, for stories about conversations: every turn is played from the log alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ivr.caller import Caller
from ivr.dialogue import Dialogue, Do, Heard, Listen, Transfer
from ivr.engine import Entry, Log, Turn, play
from routing.commands import FindWay
from speech.commands import Transcribe
from tickets.commands import OpenTicket, TellAgain

CALLER = Caller(call="c1", number="01055550101", resident=7)
RECEIPT = {
    "number": 41, "department": "property", "service": "lift_repair", "assignee": "department:property",
    "respond": "2026-01-05T09:15:00+00:00", "handle": "2026-01-06T09:00:00+00:00",
    "feedback": "2026-01-12T09:00:00+00:00",
}  # fmt: skip


class Phone:
    """Says what was heard since the last answer, and does what a caller does."""

    def __init__(
        self, dialogue: Callable[[Caller], Dialogue[None]], caller: Caller = CALLER
    ) -> None:
        self.words: dict[str, str] = {}  #: recording -> what the ears make of it
        self.hearing: dict[str, dict[str, Any]] = {}  #: recording -> how sure they are, and so on
        self.ways: dict[str, dict[str, Any]] = {}  #: words -> what routing makes of them
        self.results: dict[type, dict[str, Any]] = {}  #: command -> what it results in
        self.done: list[Any] = []
        self.entries: list[Entry] = []
        self._dialogue = lambda: dialogue(caller)
        self.turn = self._play()

    def perform(self, do: Do) -> Heard:
        self.done.append(do.command)
        match do.command:
            case Transcribe(recording=recording):
                text = self.words.get(recording, "")
                how = self.hearing.get(recording, {})
                return Heard(result={"text": text, "confidence": 0.9, "engine": "test"} | how)
            case FindWay(words=words):
                way = self.ways.get(words, {"department": "property", "service": "lift_repair"})
                return Heard(result=way)
            case OpenTicket(joins=joins):
                return Heard(result=RECEIPT | {"joined": joins})
            case TellAgain(ticket=ticket):
                return Heard(result=RECEIPT | {"number": ticket})
            case _:
                return Heard(result=self.results.get(type(do.command), {}))

    def hears(self) -> list[str]:
        return [say.prompt for say in self.turn.spoken]

    def presses(self, digits: str) -> "Phone":
        return self.answers(Heard(digits=digits))

    def says(self, words: str) -> "Phone":
        return self.answers(Heard(words=words))

    def tells(self, recording: str, words: str, **how: Any) -> "Phone":
        self.words[recording] = words
        self.hearing[recording] = how
        return self.answers(Heard(audio=recording))

    def is_silent(self) -> "Phone":
        return self.answers(Heard())

    def did(self, kind: type) -> list[Any]:
        return [command for command in self.done if isinstance(command, kind)]

    def answers(self, heard: Heard) -> "Phone":
        assert isinstance(self.turn.then, Listen | Transfer)
        self.entries.append(Entry(self.turn.then.key, heard))
        self.turn = self._play()
        return self

    def _play(self) -> Turn:
        log = Log.of(self.entries)
        turn = play(self._dialogue(), log, self.perform)
        self.entries = log.entries
        if isinstance(turn.then, Listen) and turn.then.key.endswith(
            ".heard"
        ):  # they listen to the end
            self.entries.append(Entry(turn.then.key, Heard()))
            following = self._play()
            return replace(following, spoken=turn.spoken + following.spoken)
        return turn
