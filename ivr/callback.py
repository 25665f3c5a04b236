"""The result is told, and the resident says whether it helped: when we ring them, and when they ring us.

Two gates come first. Until both are passed nothing is said that tells anybody what the
case is, whose it is, or that there is one: who else answers hears only "please ring us".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ivr.answers import plain
from ivr.asking import YES_OR_NO, Menu, NeedsAHuman, Story, ask, confirm, overhear, try_to_ask
from ivr.caller import Answer
from ivr.dialogue import Clip, Dialogue, Heard, Kind, Value, do, say
from ivr.gates import reach
from speech.commands import Words
from tickets.commands import Judge, NotReached, Rate, Reason, Satisfaction, Tell, Verdict
from tickets.policy import Miss

T = TypeVar("T")

OWN_WORDS = 4.0  #: seconds of their own recording, by which they know what it is about
A_NEED = 6  #: characters from which an answer to "anything else?" is the need itself
WANTS_A_PERSON = "wants_a_person"  #: why a callback was not told to its end

VERDICTS = {
    "1": Verdict.SOLVED, "2": Verdict.HALF_SOLVED, "3": Verdict.NOT_SOLVED,
    "解决了": Verdict.SOLVED, "解决": Verdict.SOLVED, "都解决": Verdict.SOLVED, "办好": Verdict.SOLVED, "修好": Verdict.SOLVED,
    "一半": Verdict.HALF_SOLVED, "解决一半": Verdict.HALF_SOLVED, "解决了一半": Verdict.HALF_SOLVED, "没全解决": Verdict.HALF_SOLVED, "没完全解决": Verdict.HALF_SOLVED,
    "没解决": Verdict.NOT_SOLVED, "没有解决": Verdict.NOT_SOLVED, "未解决": Verdict.NOT_SOLVED, "不解决": Verdict.NOT_SOLVED,
    "没办好": Verdict.NOT_SOLVED, "没修好": Verdict.NOT_SOLVED, "还没": Verdict.NOT_SOLVED,
    "solved": Verdict.SOLVED, "half": Verdict.HALF_SOLVED, "half solved": Verdict.HALF_SOLVED, "partly": Verdict.HALF_SOLVED,
    "not solved": Verdict.NOT_SOLVED, "unsolved": Verdict.NOT_SOLVED,
}  # fmt: skip
SATISFIED: Mapping[str, Satisfaction] = {
    "1": Satisfaction.VERY, "2": Satisfaction.BASICALLY, "3": Satisfaction.NOT,
    "满意": Satisfaction.VERY, "很满意": Satisfaction.VERY, "非常满意": Satisfaction.VERY, "挺好": Satisfaction.VERY, "很好": Satisfaction.VERY,
    "基本满意": Satisfaction.BASICALLY, "还可以": Satisfaction.BASICALLY, "还行": Satisfaction.BASICALLY, "凑合": Satisfaction.BASICALLY, "一般": Satisfaction.BASICALLY,
    "不满意": Satisfaction.NOT, "不太满意": Satisfaction.NOT, "很不满意": Satisfaction.NOT, "不好": Satisfaction.NOT,
    "satisfied": Satisfaction.VERY, "content": Satisfaction.VERY, "very": Satisfaction.VERY, "very good": Satisfaction.VERY, "very satisfied": Satisfaction.VERY,
    "basically": Satisfaction.BASICALLY, "more or less": Satisfaction.BASICALLY, "partly": Satisfaction.BASICALLY, "fairly": Satisfaction.BASICALLY,
    "not satisfied": Satisfaction.NOT, "not content": Satisfaction.NOT, "not very satisfied": Satisfaction.NOT, "dissatisfied": Satisfaction.NOT, "unsatisfied": Satisfaction.NOT,
}  # fmt: skip
ELSE: Mapping[str, bool] = {
    **YES_OR_NO,
    "有": True, "有的": True, "还有": True, "有事": True, "还有一件": True, "there is": True, "one more": True,
    "没": False, "没事": False, "没有别的": False, "没别的": False, "没什么": False, "没啥": False, "就这些": False, "nothing": False, "that's all": False, "that is all": False,
}  # fmt: skip


def last_word() -> Dialogue[None]:
    """0 pressed while we say goodbye still reaches a person, 9 says it again."""
    heard = yield from overhear("last-word")
    if heard.digits == "0":
        raise NeedsAHuman(Reason.ASKED)


def deliver(answers: Sequence[Answer], call: str, *, callback: int | None = None) -> Dialogue[bool]:
    """The gates once; then of each result their own words, what was done, the verdict. True: they heard them all.

    Only a call that we made, for a ``callback``, can be a miss: why is told, and what was heard counts.
    """
    now, told = answers[0], 0
    try:
        missed = yield from reach(f"answer.{now.ticket}", now)
        while missed is None and told < len(answers):
            now = answers[told]
            if told:
                yield from say("callback.next")
            if (yield from tell(f"answer.{now.ticket}", now)):
                told += 1
                yield from hear_out(f"answer.{now.ticket}", now, call)
            else:
                missed = Miss.HUNG_UP
    except NeedsAHuman as why:
        why.ticket = now.ticket
        if told < len(answers):
            outcome = WANTS_A_PERSON if why.reason is Reason.ASKED else Miss.HUNG_UP
            yield from note_missed(callback, outcome)
        raise
    if missed is not None:
        yield from note_missed(callback, missed)
    return missed is None


def note_missed(callback: int | None, outcome: str) -> Dialogue[None]:
    """Why a call of ours did not tell everything; theirs cannot be a miss."""
    if callback is not None:
        yield from do("missed", NotReached(callback=callback, outcome=outcome))


def hear_out(key: str, answer: Answer, call: str) -> Dialogue[None]:
    """They heard it: is it solved, and are they content?"""
    yield from do(f"{key}.told", Tell(ticket=answer.ticket, call=call))
    yield from judge(key, answer.ticket)
    yield from rate(key, answer.ticket)


def tell(key: str, answer: Answer) -> Dialogue[bool]:
    """The beginning of their own words, then the result; False where they hung up before its end."""
    if answer.recording:
        own = Clip(answer.recording, seconds=OWN_WORDS)
        yield from say("callback.you-told-us", recording=own)
    result: Value = Clip(answer.result) if answer.result else answer.words
    if result:
        yield from say("callback.result", result=result)
    else:
        yield from say("callback.result.none")
    heard = yield from overhear(f"{key}.heard")
    if heard.digits == "0":
        raise NeedsAHuman(Reason.ASKED)
    return not heard.gone


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
        question = WithEvidence(Menu(f"{key}.verdict.{number}", "callback.verdict", VERDICTS))
        verdict, evidence = yield from ask(question)
        right = f"callback.verdict.{verdict}"
        if evidence.startswith("key") or (yield from confirm(f"{question.key}.right", right)):
            return verdict, evidence
    raise NeedsAHuman(Reason.NOT_UNDERSTOOD)


def rate(key: str, ticket: int) -> Dialogue[None]:
    """How content they are; no answer is none."""
    question = WithEvidence(Menu(f"{key}.satisfied", "callback.satisfied", SATISFIED))
    answer = yield from try_to_ask(question, tries=2)
    if answer is not None:
        satisfaction, evidence = answer
        command = Rate(ticket=ticket, satisfaction=satisfaction, evidence=evidence)
        yield from do(f"{key}.rated", command)


def anything_else() -> Dialogue[bool]:
    """Who hung up or says nothing has nothing; who begins to tell it has said yes."""
    return bool((yield from try_to_ask(_Else(), tries=2)))


@dataclass(frozen=True, slots=True)
class _Else:
    key: str = "else"
    prompt: str = "else"
    kind: Kind = Kind.CHOICE

    def read(self, heard: Heard, words: Words) -> bool | None:
        if heard.gone:
            return False
        answer = Menu(self.key, self.prompt, ELSE).read(heard, words)
        told = not heard.digits and len(plain(words.text)) >= A_NEED
        return True if answer is None and told else answer


@dataclass(frozen=True, slots=True)
class WithEvidence(Generic[T]):
    """An answer together with how it was given: "key 1", the recording it was said in, or "typed"."""

    menu: Menu[T]
    kind: Kind = Kind.CHOICE

    @property
    def key(self) -> str:
        return self.menu.key

    @property
    def prompt(self) -> str:
        return self.menu.prompt

    def read(self, heard: Heard, words: Words) -> tuple[T, str] | None:
        answer = self.menu.read(heard, words)
        if answer is None:
            return None
        return answer, f"key {heard.digits}" if heard.digits else heard.audio or "typed"
