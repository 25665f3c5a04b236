"""How a short spoken answer is read: words to a choice, words to digits, a wish for a person.

Pure. Recognised speech is noisy, so reading is narrow on purpose: what is not clearly one
of the choices is nothing, and the question is asked again.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

_NOISE = re.compile(r"[\s,.!?;:，。！？；：、“”\"'…~-]+")
_FILLERS = re.compile(r"^(?:嗯+|呃+|啊+|哦+|那个|这个|喂)+(?=.)|(?:啊|呀|吧|了|的|嘛|呢|哦)+$")
_ONLY_FILLERS = re.compile(r"嗯|呃|啊|哦|哎|唉|那个|这个|喂|um+|uh+|er+|hm+|hello|hi")
_PERSON = re.compile(
    r"转人工|找人工|要人工|接人工|人工服务|人工客服|真人|接线员|^人工$"
    r"|\b(?:operator|real person|a person|human being|speak to (?:a )?(?:human|someone|somebody))\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"再[说讲念放](?:一遍|一次|一下)|重复一[遍下]|重[说讲](?:一遍|一次)|没听[清见懂明到]|听不[清见到]|没有听[清见懂明到]|你?说什么"
    r"|\b(?:say (?:that|it) again|again please|once more|repeat (?:that|it|please)|pardon|did not hear|didn't hear|can't hear)\b",
    re.IGNORECASE,
)
_SPOKEN = {
    **{str(n): str(n) for n in range(10)},
    **dict(zip("零〇一幺二两三四五六七八九", "0011223456789", strict=True)),
}
_ENGLISH = {
    word: str(n)
    for n, word in enumerate("zero one two three four five six seven eight nine".split())  # noqa: SIM905
} | {"oh": "0"}

#: longest word an answer to a choice may have; beyond that somebody is telling a story
_LONGEST = 14


def wants_person(words: str) -> bool:
    """Does the caller ask for a person, in so many words?"""
    return bool(_PERSON.search(_NOISE.sub(" ", words).strip()))


def wants_again(words: str) -> bool:
    """Do they ask to hear it once more, and tell nothing beside it? Whoever tells a story may use the same words in it."""
    said = plain(words)
    short = len(said.replace(" ", "")) <= _LONGEST * (3 if said.isascii() else 1)
    return short and bool(_AGAIN.search(said))


def only_fillers(words: str) -> bool:
    """Is somebody there who has told nothing yet, as in 嗯, or 呃那个?"""
    return not _ONLY_FILLERS.sub("", _NOISE.sub("", words.lower()))


def plain(words: str) -> str:
    """Lower case, no punctuation, no fillers at either end: "嗯，对的。" is "对"."""
    bare = _NOISE.sub("" if re.search(r"[\u4e00-\u9fff]", words) else " ", words.lower()).strip()
    return _FILLERS.sub("", _FILLERS.sub("", bare)) or bare


def choose(words: str, choices: Mapping[str, T]) -> T | None:
    """The choice whose spoken form is said; the longest form wins, so 不对 is not 对.

    Two different choices of the same length said in one breath are no answer.
    """
    said = plain(words)
    if not said or len(said.replace(" ", "")) > _LONGEST + 10 * said.isascii():
        return None
    hits = [form for form in choices if _contains(said, form)]
    if not hits:
        return None
    longest = max(map(len, hits))
    found = {choices[form] for form in hits if len(form) == longest}
    return found.pop() if len(found) == 1 else None


def _contains(said: str, form: str) -> bool:
    if form.isascii():
        return re.search(rf"\b{re.escape(form)}\b", said) is not None
    return said == form if len(form) == 1 else form in said


def spoken_digits(words: str) -> str:
    """The digits somebody said one by one: "幺三八，零零…" or "one three eight"; "" if it is not digits."""
    latin = " ".join(_ENGLISH.get(word, word) for word in re.findall(r"[a-z]+|\S", words.lower()))
    kept = [_SPOKEN[char] for char in latin if char in _SPOKEN]
    other = [char for char in _NOISE.sub("", latin) if char not in _SPOKEN]
    return "".join(kept) if len(kept) >= 2 * len(other) else ""
