"""Questions, and the patience to ask them again. Understanding that fails ends with a person, never in a dead end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ivr.answers import choose, only_fillers, spoken_digits, wants_again, wants_person
from ivr.dialogue import Again, Dialogue, Heard, Kind, Listen, Say, Value, do
from speech.commands import Transcribe, Words
from tickets.commands import Reason

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

TRIES = 3
REPEATS = 5  #: how often the same may be heard again before we ask afresh; it is never a try
AGAIN = "9"  #: the key for it
OPERATOR = "operator"  #: a person at the hotline
NOTHING_SAID = Words(text="", engine="typed")


class NeedsAHuman(Exception):
    """The caller asked for a person, is in danger, or could not be understood."""

    def __init__(self, reason: Reason, danger: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.danger = danger
        self.ticket: int | None = None  #: whose answer was being told
        self.connect: tuple[str, ...] = (OPERATOR,)  #: who is tried, one after the other
        self.contact = False  #: the emergency contact is to be told


@dataclass(frozen=True, slots=True)
class Told:
    """Something said in the caller's own words: the recording, and what was understood of it."""

    recording: str
    words: Words


class Question(Protocol[T_co]):
    """Something to ask, and how to read what comes back."""

    @property
    def key(self) -> str: ...  #: in the log
    @property
    def prompt(self) -> str: ...  #: in prompts/LANGUAGE.toml; asked again as "PROMPT.again"
    @property
    def kind(self) -> Kind: ...
    def read(self, heard: Heard, words: Words) -> T_co | None: ...


@dataclass(frozen=True, slots=True)
class Menu(Generic[T]):
    """One key, or its words."""

    key: str
    prompt: str
    choices: Mapping[str, T]
    kind: Kind = Kind.CHOICE

    def read(self, heard: Heard, words: Words) -> T | None:
        if heard.digits:
            return self.choices.get(heard.digits)
        return choose(
            words.text, {form: c for form, c in self.choices.items() if not form.isdigit()}
        )


@dataclass(frozen=True, slots=True)
class Story:
    """Something told in the resident's own words; silence is no answer, unclear words are one."""

    key: str
    prompt: str
    kind: Kind = Kind.STORY

    def read(self, heard: Heard, words: Words) -> Told | None:
        if words.text and only_fillers(words.text):
            return None
        return Told(heard.audio, words) if heard.audio or words.text else None


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number, keyed or said; 7 to 15 digits (ITU-T E.164 allows 15)."""

    key: str
    prompt: str
    kind: Kind = Kind.NUMBER

    def read(self, heard: Heard, words: Words) -> str | None:
        digits = heard.digits or spoken_digits(words.text)
        return digits if 7 <= len(digits) <= 15 else None


YES_OR_NO: Mapping[str, bool] = {
    "1": True, "2": False,
    "对": True, "对对": True, "是": True, "是的": True, "没错": True, "好": True, "行": True, "可以": True,
    "嗯": True, "嗯嗯": True, "要": True, "听": True, "要听": True, "我是": True, "是我": True,
    "不对": False, "不是": False, "不行": False, "不好": False, "不要": False, "不听": False, "错": False,
    "没有": False, "不用": False, "不可以": False, "我不是": False, "不是我": False,
    "yes": True, "yeah": True, "right": True, "correct": True, "that's right": True, "okay": True, "listen": True,
    "no": False, "not right": False, "wrong": False, "that's wrong": False, "not me": False, "not correct": False,
}  # fmt: skip


def ask(question: Question[T], *, tries: int = TRIES, **values: Value) -> Dialogue[T]:
    """Ask, and ask again more slowly, until the answer can be read; then a person."""
    answer = yield from try_to_ask(question, tries=tries, **values)
    if answer is None:
        raise NeedsAHuman(Reason.NOT_UNDERSTOOD)
    return answer


def try_to_ask(question: Question[T], *, tries: int = TRIES, **values: Value) -> Dialogue[T | None]:
    """Ask up to ``tries`` times; None where no answer could be read."""
    for attempt in range(1, tries + 1):
        again = ".again" if attempt > 1 else ""
        answer = yield from ask_once(question, attempt, question.prompt + again, **values)
        if answer is not None:
            return answer
    return None


def ask_once(
    question: Question[T], attempt: int, prompt: str, **values: Value
) -> Dialogue[T | None]:
    """One try: a key or words that ask for a person reach one at once."""
    yield Say(prompt, values)
    heard, words = yield from listen(f"{question.key}.{attempt}", question.kind)
    return question.read(heard, words)


def listen(key: str, kind: Kind) -> Dialogue[tuple[Heard, Words]]:
    """An answer and its words; 9, or 再说一遍, says again what was said, as often as they like."""
    heard, words = yield from _listen(key, kind)
    for number in range(1, REPEATS + 1):
        if not _again(heard, words):
            break
        yield Again()
        heard, words = yield from _listen(f"{key}+{number}", kind)
    return (Heard(), NOTHING_SAID) if _again(heard, words) else (heard, words)


def _again(heard: Heard, words: Words) -> bool:
    return heard.digits == AGAIN or wants_again(words.text)


def overhear(key: str) -> Dialogue[Heard]:
    """A key pressed while we tell something: 9 tells it again, 0 is left to the caller of this."""
    heard = yield Listen(key, Kind.KEY)
    number = 0
    while heard.digits == AGAIN and number < REPEATS:
        number += 1
        yield Again()
        heard = yield Listen(f"{key}+{number}", Kind.KEY)
    return heard


def _listen(key: str, kind: Kind) -> Dialogue[tuple[Heard, Words]]:
    heard = yield Listen(key, kind)
    if heard.digits == "0":
        raise NeedsAHuman(Reason.ASKED)
    words = yield from words_of(key, heard, short=kind is not Kind.STORY)
    if wants_person(words.text):
        raise NeedsAHuman(Reason.ASKED)
    return heard, words


def words_of(key: str, heard: Heard, *, short: bool) -> Dialogue[Words]:
    """The words of an answer: typed ones as they are, spoken ones through the ears."""
    if heard.words or not heard.audio or heard.digits:
        return Words(text=heard.words, confidence=1.0 if heard.words else None, engine="typed")
    return (yield from do(f"{key}.words", Transcribe(heard.audio, "short" if short else "")))


def confirm(key: str, prompt: str, *, tries: int = TRIES, **values: Value) -> Dialogue[bool]:
    """1 is yes, 2 is no, in keys or words."""
    return (yield from ask(Menu(key, prompt, YES_OR_NO), tries=tries, **values))
