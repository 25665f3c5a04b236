"""Somebody without a number of their own asks what became of their need: their name and building open it.

Nobody remembers a ticket number. Who rings from a withheld line is asked the two facts they gave when they first
rang; one case, and only one, must fit both, and then the gates of every answer still come first.
"""

import re
from dataclasses import dataclass
from typing import Any

from ivr.asking import NeedsAHuman, Story, try_to_ask
from ivr.callback import deliver
from ivr.caller import Answer
from ivr.dialogue import Dialogue, Kind, do
from tickets.commands import Reason

_ASKS = re.compile(
    r"(?:上次|上回|之前|前几天|前两天|前天|昨天|那天|打过电话).{0,20}(?:结果|怎么样|咋样|办得|办好|回话|回复|回音|消息|答复)"
    r"|(?:有没有|有了?|出|听听?|问问?|告诉我).{0,4}(?:结果|回话|回复|回音|答复)"
    r"|\b(?:any (?:news|answer|result)|my (?:answer|result)|what became of|the answer to my)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FindAnswers:
    """The answers that wait for somebody of this name in this place; none unless exactly one person fits."""

    name: str
    place: str

    def result(self, data: dict[str, Any]) -> tuple[Answer, ...]:
        return tuple(Answer(**one) for one in data["answers"])


def asks_for_an_answer(words: str) -> bool:
    """Is this a question about an earlier call, rather than a need?"""
    return bool(_ASKS.search(words))


def look_up(call: str) -> Dialogue[None]:
    """Ask name and building, then tell what waits; a person looks where nothing is found."""
    name = yield from try_to_ask(Story("whose.name", "name", Kind.WORD), tries=2)
    place = yield from try_to_ask(Story("whose.place", "place", Kind.WORD), tries=2)
    if name is None or place is None:
        raise NeedsAHuman(Reason.ASKED)
    found = yield from do("whose", FindAnswers(name.words.text, place.words.text))
    if not found:
        raise NeedsAHuman(Reason.ASKED)
    if not (yield from deliver(found, call)):
        raise NeedsAHuman(Reason.ASKED)
