"""The calls that we make: with a result, to somebody who was cut off, and to ask whether it still holds."""

from collections.abc import Mapping

from ivr.asking import YES_OR_NO, Menu, NeedsAHuman, Story, Told, overhear, try_to_ask
from ivr.callback import (
    OWN_WORDS,
    WANTS_A_PERSON,
    WithEvidence,
    deliver,
    last_word,
    note_missed,
)
from ivr.caller import Answer, Caller, Draft
from ivr.dialogue import Clip, Dialogue, do, say
from ivr.gates import LISTEN, pass_gate, please_ring_us, reach
from ivr.handing_over import Notes, hand_over
from ivr.intake import go_on, take_need
from speech.commands import Words
from tickets.commands import AnswerAgain, LeaveIt, Reason
from tickets.policy import Miss

DONE = "done"  #: rung back, and they need nothing
BACK: Mapping[str, str] = {
    **LISTEN, "2": DONE, "接着说": "open", "接着": "open", "go on": "open",
    "不用": DONE, "不用了": DONE, "没事": DONE, "没事了": DONE, "打好了": DONE, "no need": DONE,
}  # fmt: skip
STILL: Mapping[str, bool] = {
    **YES_OR_NO,
    "还好": True, "还好着": True, "好着": True, "好了": True, "挺好": True, "没坏": True, "还行": True, "fine": True, "still fine": True,
    "又不好": False, "又坏": False, "又坏了": False, "坏了": False, "又不行": False, "没好": False, "broken": False, "not fine": False, "not any more": False,
}  # fmt: skip


def call_back(caller: Caller) -> Dialogue[None]:
    """With results, ``caller.answers``; then for whatever else they need, in the same call."""
    notes = Notes()
    yield from say("callback.hello")
    try:
        if (yield from deliver(caller.answers, caller.call, callback=caller.callback)):
            yield from go_on(caller, notes)
            yield from last_word()
        else:
            yield from please_ring_us()
            yield from overhear("last-word")
    except NeedsAHuman as why:
        yield from hand_over(caller, notes, why)


def ring_back(caller: Caller) -> Dialogue[None]:
    """Who was cut off, missed or silent goes on where it stopped; ``caller.draft`` is what waits for them."""
    notes, draft = Notes(), caller.draft or Draft(waiting=0, recording="", words="")
    if before := told_before(draft):
        notes.take(before)
    yield from say("back.hello")
    try:
        missed = yield from pass_gate(Menu("back.gate", "back.gate", BACK))
        if missed is None:
            yield from take_need(caller, notes, before)
        elif missed == DONE:
            yield from do("back.left", LeaveIt(waiting=draft.waiting, why="rung back: no need"))
            yield from say("callback.goodbye")
        else:
            yield from note_missed(caller.callback, missed)
            yield from please_ring_us()
        yield from last_word()
    except NeedsAHuman as why:
        yield from hand_over(caller, notes, why)
        yield from do(
            "back.left", LeaveIt(waiting=draft.waiting, why="rung back: a person goes on")
        )


def told_before(draft: Draft) -> Told | None:
    """What they said before the line broke; nothing where nothing was heard."""
    if not draft.words:
        return None
    return Told(draft.recording, Words(text=draft.words, engine="draft"))


def ask_again(caller: Caller) -> Dialogue[None]:
    """Weeks after they called it solved: does it hold? What does not goes back with their own words."""
    [answer] = caller.answers
    key = f"answer.{answer.ticket}"
    yield from say("callback.hello")
    try:
        missed = yield from reach(key, answer)
        if missed is None:
            yield from still(key, answer)
            yield from say("callback.goodbye")
            yield from last_word()
            return
        yield from note_missed(caller.callback, missed)
        yield from please_ring_us()
        yield from overhear("last-word")
    except NeedsAHuman as why:
        why.ticket = answer.ticket
        outcome = WANTS_A_PERSON if why.reason is Reason.ASKED else Miss.HUNG_UP
        yield from note_missed(caller.callback, outcome)
        yield from hand_over(caller, Notes(), why)


def still(key: str, answer: Answer) -> Dialogue[None]:
    """Their own words, and whether it is still solved."""
    if answer.recording:
        own = Clip(answer.recording, seconds=OWN_WORDS)
        yield from say("callback.you-told-us", recording=own)
    asked = yield from try_to_ask(WithEvidence(Menu(f"{key}.still", "still", STILL)), tries=3)
    if asked is None:
        raise NeedsAHuman(Reason.NOT_UNDERSTOOD)
    holds, evidence = asked
    why = None
    if not holds:
        why = yield from try_to_ask(Story(f"{key}.missing", "still.missing"), tries=2)
    command = AnswerAgain(
        ticket=answer.ticket,
        still=holds,
        evidence=evidence,
        why=(why.recording or None) if why else None,
        why_words=why.words.text if why else "",
    )
    yield from do(f"{key}.asked", command)
    yield from say("still.good" if holds else "callback.not_solved")
