"""Who rings from a number need not be whose number it is: a caller ID can be forged.

Before anything private is said to somebody who rings us over a public line, they are asked what only they know: their
name, and else what they rang about. Anybody else is only told that we ring back, on the number that is on record.
"""

from dataclasses import dataclass
from typing import Any

from ivr.asking import Story, try_to_ask
from ivr.caller import Caller
from ivr.dialogue import Dialogue, Kind, do, say

NAME, MATTER = "name", "matter"


@dataclass(frozen=True, slots=True)
class CheckFact:
    """Do these words name whoever this call's answers or broken-off need belong to, or the matter itself?"""

    call: str
    fact: str
    words: str

    def result(self, data: dict[str, Any]) -> bool:
        return bool(data["fits"])


def is_known(caller: Caller) -> Dialogue[bool]:
    """True where nothing has to be asked: nothing waits for this line, or its numbers cannot be forged."""
    if not caller.facts or not (caller.answers or caller.draft):
        return True
    for fact in caller.facts:
        told = yield from try_to_ask(Story(f"fact.{fact}", f"fact.{fact}", Kind.WORD), tries=2)
        if told is None:
            continue
        if (yield from do(f"fact.{fact}.fits", CheckFact(caller.call, fact, told.words.text))):
            return True
    yield from say("fact.no")
    return False
