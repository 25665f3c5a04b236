"""Ask, don't guess: where the routing is not sure, one question between its two or three best guesses.

An answer is a key, a number in a row, a name, or whatever words of the catalogue speak for one of them. "Something else",
or an answer nobody can read, leaves the need to a person who listens.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ivr.answers import choose, plain
from ivr.asking import ask_once
from ivr.danger import heed
from ivr.dialogue import Dialogue, Heard, Kind, Name, Value, do
from ivr.wording import LANGUAGES, name_of
from routing.catalogue import load as load_catalogue
from routing.commands import Also, Choice, FindWay, Way
from routing.lexicon import FOR_DEPARTMENT, evidence_of
from speech.commands import Words

TRIES = 2  #: how often it is asked; then a person listens
CLEAR = 1.3  #: times as much must speak for one as for the next (estimate)
LOOKED_AT = 200  #: characters of an answer

PROMPTS = {2: "which.two", 3: "which.three"}
SLOTS = ("first", "second", "third")

_ORDINALS = (
    ("第一个", "第一件", "第一种", "前面那个", "前面那件", "前一个", "头一个", "the first", "first one"),
    ("第二个", "第二件", "第二种", "the second", "second one"),
    ("第三个", "第三件", "第三种", "the third", "third one"),
)  # fmt: skip
_LAST = (
    "最后一个",
    "最后那个",
    "最后一件",
    "后面那个",
    "后面那件",
    "后一个",
    "the last",
    "last one",
    "the latter",
)
_ALONE = {form: n for n, row in enumerate(("1 一 第一 one first", "2 二 第二 two second", "3 三 第三 three third"))
          for form in row.split()}  # fmt: skip
_OTHER = (
    "都不是", "都不对", "都没有", "别的", "别的事", "别的事情", "其他", "其它",
    "neither", "none", "none of them", "something else", "anything else", "other",
)  # fmt: skip
_NO = {"不是": True, "不对": True, "没有": True, "no": True, "not": True}
_ENGLISH = re.compile(r"[a-z]{4,}")  #: a word that may stand for the name it is part of
_EMPTY = {"about", "back", "between", "getting", "help", "things", "very", "with"}
#: what somebody says it is not: 不是电梯，是水管 is about the pipe
_DENIED = re.compile(
    r"(?<![都是])不是[^，。,.；;、是]{1,12}(?:是|[，。,.；;、]|$)|\bnot\b(?:(?!\bbut\b)[^,.;])+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Which:
    """A choice among guesses: its place in the row; one more is something else; words are still to be weighed."""

    key: str
    prompt: str
    choices: Sequence[Choice]
    kind: Kind = Kind.CHOICE

    def read(self, heard: Heard, words: Words) -> int | str | None:
        if heard.digits:
            keys = {str(n + 1): n for n in range(len(self.choices) + 1)}
            return keys.get(heard.digits)
        named = by_name(words.text, self.choices)
        return (words.text or None) if named is None else named


def settle(number: int, way: Way) -> Dialogue[Way]:
    """The way as the caller means it; unchanged where there was nothing to ask."""
    if way.ask is None or len(way.choices) not in PROMPTS:
        return way
    place = yield from ask_which(f"which.{number}", way.choices)
    if place is None or place == len(way.choices):
        return replace(way, department=None, service=None, by_agent=False, extra=False)
    chosen = way.choices[place]
    return replace(
        way,
        department=chosen.department,
        service=chosen.service,
        by_agent=chosen.by_agent,
        extra=chosen.extra,
    )


def ask_which(key: str, choices: Sequence[Choice]) -> Dialogue[int | None]:
    """None: not understood. In words a cry for help counts here too."""
    prompt = PROMPTS[len(choices)]
    values = dict(zip(SLOTS, map(matter, choices), strict=False))
    for attempt in range(1, TRIES + 1):
        asked = prompt + (".again" if attempt > 1 else "")
        said = yield from ask_once(Which(key, prompt, choices), attempt, asked, **values)
        if isinstance(said, str):
            yield from _hear_danger(f"{key}.{attempt}", said)
            said = by_words(said, choices)
        if isinstance(said, int):
            return said
    return None


def matter(one: Choice | Also) -> Value:
    """What it is about; a department, where no service is known."""
    return Name("service", one.service) if one.service else Name("department", one.department)


def by_name(words: str, choices: Sequence[Choice]) -> int | None:
    """The place of the one that is named or counted out; one more where they say that it is something else."""
    said, known = affirmed(words), _forms(choices)
    alone = {form: n for form, n in _ALONE.items() if n < len(choices)}
    whole = (known | alone).get(plain(said))
    return choose(said, known) if whole is None else whole


def _forms(choices: Sequence[Choice]) -> dict[str, int]:
    said = {form: n for n in range(len(choices)) for form in _ORDINALS[n]}
    said |= dict.fromkeys(_LAST, len(choices) - 1) | dict.fromkeys(_OTHER, len(choices))
    names = [_names(one) for one in choices]
    words = [set(_ENGLISH.findall(" ".join(both))) - _EMPTY for both in names]
    for n, both in enumerate(names):
        telling = words[n].difference(*words[:n], *words[n + 1 :])
        said |= dict.fromkeys([*both, *telling], n)
    return said


def _names(one: Choice) -> list[str]:
    kind, id_ = ("service", one.service) if one.service else ("department", one.department)
    return [plain(name) for language in LANGUAGES if (name := name_of(kind, id_, language))]


def by_words(words: str, choices: Sequence[Choice]) -> int | None:
    """The one that is told of in other words; one more for a mere no."""
    told = weigh(affirmed(words), choices)
    if told is not None:
        return told
    return len(choices) if choose(words, _NO) and not _names_one(words, choices) else None


def _names_one(words: str, choices: Sequence[Choice]) -> bool:
    named = choose(words, _forms(choices))
    return named in range(len(choices)) or weigh(words, choices) is not None


def affirmed(words: str) -> str:
    """Without what they say it is not."""
    return _DENIED.sub(" ", words[:LOOKED_AT]).strip(" ，。,.；;、!?！？")


def weigh(words: str, choices: Sequence[Choice]) -> int | None:
    """The choice the words of the catalogue clearly speak for.

    Weighed here and not by ``FindWay``: only these few are meant, and an answer that tells nothing must choose nothing.
    """
    scores = [0.0] * len(choices)
    for one in evidence_of(load_catalogue(), words[:LOOKED_AT], _language(words)):
        for n, choice in enumerate(choices):
            if one.department == choice.department and one.service in {None, choice.service}:
                scores[n] += one.weight * (1.0 if one.service else FOR_DEPARTMENT)
    best, second = sorted(scores, reverse=True)[:2]
    return scores.index(best) if best > second * CLEAR else None


def _hear_danger(key: str, words: str) -> Dialogue[None]:
    way = yield from do(f"{key}.meant", FindWay(words, _language(words)))
    if way.danger:
        yield from heed(key, way.danger)


def _language(words: str) -> str:
    return "en" if words.isascii() else "zh"
