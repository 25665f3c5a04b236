"""Have we heard it before? Whoever tells a need again is told how it stands, and says whether it is the same thing.

Only a yes makes it the same: no, silence and anything unclear open a new ticket. What a neighbour said is never played.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.asking import YES_OR_NO, Menu, NeedsAHuman, try_to_ask
from ivr.callback import ask_verdict, tell
from ivr.caller import Answer, Caller
from ivr.dialogue import Clip, Dialogue, Moment, Name, Value, do, say
from tickets.commands import Judge, OpenTicket, Receipt, Tell, Verdict

REPEATS = "repeats"  #: ends the key in the log that says: the need is confirmed
TRIES = 2

#: how people answer 是同一件事吗, beside yes and no
_SAME = {
    "同一件": True, "一件事": True, "同一件事": True, "是同一件": True, "就是那件": True, "就是那个": True, "就这个": True, "一回事": True,
    "不是同一件": False, "不是一件事": False, "不是同一件事": False, "另一件": False, "两件事": False, "别的事": False, "不是那件": False,
    "the same": True, "same thing": True, "not the same": False, "another": False, "different": False, "something else": False,
}  # fmt: skip
SAME: Mapping[str, bool] = {**YES_OR_NO, **_SAME}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A ticket that may be about the same thing. Times are ISO 8601."""

    ticket: int
    own: bool  #: this caller's; else a neighbour's, about what the building shares
    state: str  #: "unrouted", "promised", "agent", "late", "handled"
    told_on: str
    handle: str
    department: str | None = None
    service: str | None = None
    private: bool = False  #: nobody else rings from this line: their own words may be played
    recording: str | None = None  #: of the need, in their own voice
    words: str = ""  #: the same as text, where there is no recording
    result: str | None = None  #: recording of the result, in the voice of whoever dealt with it
    result_words: str = ""

    @property
    def answer(self) -> Answer:
        """The result, to be told like any other."""
        return Answer(
            ticket=self.ticket,
            recording=None,  # just heard
            result=self.result,
            words=self.result_words,
            told_on=self.told_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRepeats:
    """The ticket that is likest to this need among those that are not settled yet, if one is like enough."""

    words: str
    language: str = "zh"
    department: str | None = None
    service: str | None = None
    resident: int | None = None
    number: str = ""
    #: tickets whose result this call offered: where it was not told then, it is not told now
    offered: tuple[int, ...] = ()

    def result(self, data: dict[str, Any]) -> Known | None:
        known = data.get("known")
        return Known(**known) if known else None


def heard_before(key: str, caller: Caller, need: OpenTicket) -> Dialogue[Known | None]:
    """The ticket that this confirmed need is the same as, if they say so; ``key`` begins the keys in the log."""
    known = yield from do(
        f"{key}{REPEATS}",
        FindRepeats(
            words=need.words,
            language=need.language,
            department=need.department,
            service=need.service,
            resident=caller.resident,
            number=caller.number,
            offered=tuple(answer.ticket for answer in caller.answers),
        ),
    )
    if known is None:
        return None
    yield from tell_state(known)
    if (yield from try_to_ask(Menu(f"{key}same", "repeat.same", SAME), tries=TRIES)):
        return known
    yield from say("repeat.new")
    return None


def tell_state(known: Known) -> Dialogue[None]:
    """When it was told, in their own voice; who has it and until when. An answer is kept until they say that it is theirs."""
    told_on, service = Moment(known.told_on, hour=False), Name("service", known.service or "")
    if not known.own:
        yield from say("repeat.neighbour", service=service)
    elif known.private:
        written: Value = service if known.service else known.words
        own = Clip(known.recording) if known.recording else written
        yield from say("repeat.told", told_on=told_on)
        yield from say("callback.you-told-us", recording=own)
    else:
        yield from say("repeat.told.line", told_on=told_on, service=service)
    if known.state in {"promised", "agent"}:
        department = Name("department", known.department or "")
        handle = Moment(known.handle)
        yield from say(f"repeat.{known.state}", department=department, handle=handle)
    else:
        yield from say(f"repeat.{known.state}")


def goes_along(known: Known, receipt: Receipt, number: str) -> Dialogue[None]:
    """What they said is kept with what is under way: a person where that is late, else the promise again."""
    late = known.state == "late"
    yield from say("repeat.added.late" if late else "repeat.added")
    if not late:
        yield from say("repeat.by", handle=Moment(receipt.handle))
    how = "promise.callback" if number else "promise.next-call"
    yield from say(how, feedback=Moment(receipt.feedback, hour=False))


def hear_verdict(key: str, caller: Caller, known: Known, need: OpenTicket) -> Dialogue[None]:
    """Somebody says it is done: they hear that, and judge. What they told before is the reason, where it is not solved."""
    try:
        if not (yield from tell(f"{key}again", known.answer)):
            return
        yield from do(f"{key}again.told", Tell(ticket=known.ticket, call=caller.call))
        verdict, evidence = yield from ask_verdict(f"{key}again")
    except NeedsAHuman as why:
        why.ticket = known.ticket
        raise
    wanting = verdict is not Verdict.SOLVED
    judged = Judge(
        ticket=known.ticket,
        verdict=verdict,
        evidence=evidence,
        why=need.recording if wanting else None,
        why_words=need.words if wanting else "",
    )
    yield from do(f"{key}again.verdict", judged)
    yield from say(f"callback.{verdict}")
