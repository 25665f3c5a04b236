"""We call back with the result, and the resident says whether it helped.

Two gates come first. Until both are passed nothing is said that tells anybody what the
case is, whose it is, or that there is one: who else answers hears only "please ring us".
"""

from dataclasses import dataclass

from ivr.asking import YES_OR_NO, Menu, NeedsAHuman, Story, ask, confirm, overhear, try_to_ask
from ivr.caller import Answer, Caller
from ivr.dialogue import Clip, Dialogue, Heard, Kind, Moment, Value, do, say
from ivr.handing_over import Notes, hand_over
from speech.commands import Words
from tickets.commands import Judge, NotReached, Reason, Tell, Verdict

VERDICTS = {
    "1": Verdict.SOLVED, "2": Verdict.HALF_SOLVED, "3": Verdict.NOT_SOLVED,
    "解决了": Verdict.SOLVED, "解决": Verdict.SOLVED, "都解决": Verdict.SOLVED, "办好": Verdict.SOLVED, "修好": Verdict.SOLVED,
    "一半": Verdict.HALF_SOLVED, "解决一半": Verdict.HALF_SOLVED, "解决了一半": Verdict.HALF_SOLVED, "没全解决": Verdict.HALF_SOLVED, "没完全解决": Verdict.HALF_SOLVED,
    "没解决": Verdict.NOT_SOLVED, "没有解决": Verdict.NOT_SOLVED, "未解决": Verdict.NOT_SOLVED, "不解决": Verdict.NOT_SOLVED,
    "没办好": Verdict.NOT_SOLVED, "没修好": Verdict.NOT_SOLVED, "还没": Verdict.NOT_SOLVED,
    "solved": Verdict.SOLVED, "half": Verdict.HALF_SOLVED, "half solved": Verdict.HALF_SOLVED, "partly": Verdict.HALF_SOLVED,
    "not solved": Verdict.NOT_SOLVED, "unsolved": Verdict.NOT_SOLVED,
}  # fmt: skip


def call_back(caller: Caller) -> Dialogue[None]:
    """The dialogue of an outgoing call; ``caller.answers`` holds what is to be told."""
    yield from say("callback.hello")
    try:
        for answer in caller.answers:
            if not (yield from deliver(answer, caller.call, dialled=True)):
                yield from say("please-ring-us")
                yield from overhear("last-word")
                return
        yield from say("callback.goodbye")
        yield from last_word()
    except NeedsAHuman as why:
        yield from hand_over(caller, Notes(), why)


def last_word() -> Dialogue[None]:
    """0 pressed while we say goodbye still reaches a person, 9 says it again."""
    heard = yield from overhear("last-word")
    if heard.digits == "0":
        raise NeedsAHuman(Reason.ASKED)


def deliver(answer: Answer, call: str, *, dialled: bool = False) -> Dialogue[bool]:
    """One result: the gates, the resident's own words, the result, the verdict. False: it was not told.

    Only a call that we ``dialled`` can be a miss.
    """
    key = f"answer.{answer.ticket}"
    told = False
    try:
        told = (yield from is_the_resident(key, answer)) and (yield from tell(key, answer))
        if told:
            yield from do(f"{key}.told", Tell(ticket=answer.ticket, call=call))
            yield from judge(key, answer.ticket)
        elif dialled:
            yield from do(f"{key}.missed", NotReached(ticket=answer.ticket, outcome="not_told"))
    except NeedsAHuman as why:
        why.ticket = answer.ticket
        if dialled and not told:
            missed = NotReached(ticket=answer.ticket, outcome="wants_a_person")
            yield from do(f"{key}.missed", missed)
        raise
    return told


def tell(key: str, answer: Answer) -> Dialogue[bool]:
    """Their own words, then the result; False where they hung up before its end."""
    if answer.recording:
        yield from say("callback.you-told-us", recording=Clip(answer.recording))
    result: Value = Clip(answer.result) if answer.result else answer.words
    yield from say("callback.result", result=result)
    heard = yield from overhear(f"{key}.heard")
    if heard.digits == "0":
        raise NeedsAHuman(Reason.ASKED)
    return not heard.gone


def is_the_resident(key: str, answer: Answer) -> Dialogue[bool]:
    """Both gates want a yes; no, silence, or anything else is a no."""
    gate = Menu(f"{key}.gate", "callback.gate", YES_OR_NO)
    if not (yield from try_to_ask(gate, tries=2)):
        return False
    you = Menu(f"{key}.you", "callback.is-it-you", YES_OR_NO)
    told_on = Moment(answer.told_on, hour=False)
    return bool((yield from try_to_ask(you, tries=2, told_on=told_on)))


def judge(key: str, ticket: int) -> Dialogue[None]:
    """The verdict closes the need or sends it back, with the reason as a recording."""
    verdict, evidence = yield from ask_verdict(key)
    why = None
    if verdict is not Verdict.SOLVED:
        why = yield from try_to_ask(Story(f"{key}.missing", "callback.missing"), tries=2)
    yield from do(
        f"{key}.verdict",
        Judge(
            ticket=ticket,
            verdict=verdict,
            evidence=evidence,
            why=(why.recording or None) if why else None,
            why_words=why.words.text if why else "",
        ),
    )
    yield from say(f"callback.{verdict}")


def ask_verdict(key: str) -> Dialogue[tuple[Verdict, str]]:
    """A key is taken as it is; a spoken verdict is read back first, for a closed ear hears what it likes."""
    for number in range(1, 4):
        question = _WithEvidence(Menu(f"{key}.verdict.{number}", "callback.verdict", VERDICTS))
        verdict, evidence = yield from ask(question)
        right = f"callback.verdict.{verdict}"
        if evidence.startswith("key") or (yield from confirm(f"{question.key}.right", right)):
            return verdict, evidence
    raise NeedsAHuman(Reason.NOT_UNDERSTOOD)


@dataclass(frozen=True, slots=True)
class _WithEvidence:
    """A verdict together with how it was given: "key 1", or the recording it was said in."""

    menu: Menu[Verdict]
    prompt: str = "callback.verdict"
    kind: Kind = Kind.CHOICE

    @property
    def key(self) -> str:
        return self.menu.key

    def read(self, heard: Heard, words: Words) -> tuple[Verdict, str] | None:
        verdict = self.menu.read(heard, words)
        if verdict is None:
            return None
        return verdict, f"key {heard.digits}" if heard.digits else heard.audio or heard.words
