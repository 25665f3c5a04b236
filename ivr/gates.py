"""The gates of a call that we make: until they are passed, nothing is said that tells anybody what it is about.

Who does not pass is told nothing, and why they did not is the reason that the next try depends on.
"""

from collections.abc import Mapping
from typing import Final

from ivr.asking import YES_OR_NO, Menu, listen
from ivr.caller import Answer
from ivr.dialogue import Dialogue, Moment, Say, Value, say
from tickets.policy import Miss

OPEN: Final = "open"
NOT_NOW: Final = Miss.HUNG_UP  #: it is not convenient: tried again as if they had hung up

_ELSEBODY = dict.fromkeys((
    "不在", "不在家", "没在家", "出去", "打错", "找谁", "你是谁", "你哪位", "不是本人", "不认识", "住院",
    "not in", "not here", "not at home", "wrong number", "who is this", "who are you", "he is out", "she is out",
), Miss.WRONG_PERSON)  # fmt: skip
_REFUSED = dict.fromkeys((
    "别打", "别再打", "不要打", "不要再打", "不要打电话", "别打电话", "不要给我打", "骚扰",
    "don't ring", "do not ring", "don't call", "do not call", "stop calling", "stop ringing",
), Miss.REFUSED)  # fmt: skip
_LATER = dict.fromkeys((
    "不方便", "没空", "忙着", "在忙", "等会", "待会", "一会儿", "过会", "回头再",
    "not now", "busy", "later", "not convenient",
), NOT_NOW)  # fmt: skip


def _doors(no: Miss) -> Mapping[str, str]:
    """What opens, and what each kind of no means."""
    answers = {form: OPEN if yes else no.value for form, yes in YES_OR_NO.items()}
    return {**answers, **_ELSEBODY, **_REFUSED, **_LATER}


LISTEN: Mapping[str, str] = _doors(NOT_NOW)
IS_IT_YOU: Mapping[str, str] = _doors(Miss.WRONG_PERSON)


def reach(key: str, answer: Answer) -> Dialogue[str | None]:
    """Somebody wants to listen, and it is they who rang us. None: both gates are passed; else why not."""
    missed = yield from pass_gate(Menu(f"{key}.gate", "callback.gate", LISTEN))
    if missed is not None:
        return missed
    told_on = Moment(answer.told_on, hour=False)
    you = Menu(f"{key}.you", "callback.is-it-you", IS_IT_YOU)
    return (yield from pass_gate(you, silent=Miss.HUNG_UP, told_on=told_on))


def pass_gate(
    gate: Menu[str], *, silent: Miss = Miss.MACHINE, **values: Value
) -> Dialogue[str | None]:
    """None where it opens, else what they chose. Asked twice. ``silent``: what it means that nothing is heard; speech without an answer is somebody else's."""
    heard_something = False
    for attempt in (1, 2):
        yield Say(gate.prompt + (".again" if attempt > 1 else ""), values)
        heard, words = yield from listen(f"{gate.key}.{attempt}", gate.kind)
        if heard.gone:
            return Miss.HUNG_UP
        answer = gate.read(heard, words)
        if answer is not None:
            return None if answer == OPEN else answer
        heard_something |= bool(heard.digits or words.text)
    return Miss.WRONG_PERSON if heard_something else silent


def please_ring_us() -> Dialogue[None]:
    """All that anybody else hears."""
    yield from say("please-ring-us")
