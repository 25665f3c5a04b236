"""What an engine wrote, as a person would write it down."""

import re
from functools import cache
from pathlib import Path

from zhconv import zhconv

from speech.numerals import normal

__all__ = ["LONGEST_TITLE", "clean", "invented", "normal", "stammered", "title"]

LONGEST_TITLE = 40  #: characters

_NOISE = re.compile(r"\[[^\]]*\]|<[^>]*>")
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")

# What Whisper writes where nobody speaks: its prompt, and the credits of the films it learnt from.
_INVENTED = re.compile(
    r"普通[话話]的句子|字幕(由|志[愿願]者|[组組]|\s*by)|[请請]不吝|[点點][赞贊].{0,3}[订訂][阅閱]|打[赏賞]支持|明[镜鏡][与與]"
    r"|Amara\.org|[Ss]ubtitles by|[Tt]hanks? (you )?for watching"
)


@cache
def _load_dictionary() -> None:
    """Once, and by path: left to itself zhconv leaves the file open."""
    zhconv.loaddict(str(Path(zhconv.__file__).with_name("zhcdict.json")))


def clean(text: str, language: str) -> str:
    """Noise tokens out, Simplified characters, no spaces inside Chinese; Latin words stay apart."""
    text = _NOISE.sub(" ", text)
    if language == "zh":
        _load_dictionary()
        text = str(zhconv.convert(text, "zh-cn"))
    return _BETWEEN_HAN.sub("", " ".join(text.split()))


def invented(text: str) -> bool:
    """Is this a sentence of the engine's own making, and nothing beside it?"""
    return len(text) < 40 and _INVENTED.search(text) is not None


def stammered(text: str) -> bool:
    """Is it the same few characters over and over, as an engine hears music? People do say 救命救命救命: ask how sure it is."""
    return len(text) >= 4 and 3 * len(set(text)) <= len(text)


# Said while one looks for words. 这个月 and 那个路灯 are no fillers: only before a stop, a person or another filler.
_FILLER = re.compile(
    r"(?:嗯+|呃+|哎[呀哟]*|唉[呀哟]*|诶|喂+)(?:啊|呀)?[，、。！…]*"
    r"|(?:(?:那个|这个)[，、。…]*)+(?=那个|这个|[，。、…]|我|你|就是|$)(?<=[，、。…个])"
    r"|就是说[，、]*|怎么说呢[，、。]*|(?<![\u4e00-\u9fff])(?:那什么|然后|就是)[，、]+"
    r"|[啊呀嘛哦](?=[，。！？；、]|$)"
)
_GREETING = re.compile(
    r"(?:您好|你好)+[啊呀吗]?|(?:是|这是|这里是)?.{0,4}热线[吗吧么]?|同志|姑娘|小伙子|大姐|闺女|师傅|谢谢[你您]?|麻烦[你您]?(?:了|一下)?"
    r"|我(?:跟|和|给|想跟)[你您](?:说|讲)(?:一下|个事|件事)?|我想(?:问|打听|反映|说)(?:一下|个事|件事)?|是这样的?|是这么回事|对了"
    r"|(?:你|您)听我说|你说|听得见吗|不好意思|请问(?:一下)?"
)
_WRONG = re.compile(r"(?:哦|噢)?(?:不对|不是|错了|我?说错了)+")
_STUTTER = re.compile(
    r"([我你他她您就在是不的那这])\1+(?=[\u4e00-\u9fff])|([^\d零一二三四五六七八九幺])\2{2,}"
)
_TWICE = re.compile(r"((?:(?![零一二三四五六七八九幺])[\u4e00-\u9fff]){2,4})\1+")
_STOPS = "，。！？；、,.!?;"
_CLAUSES = re.compile(rf"[^{_STOPS}]+[{_STOPS}]*")

_UM = re.compile(
    r"\b(?:u[mh]+|er+m?|hmm+|you know|i mean|kind of|sort of|basically)\b[,.…]*\s*", re.IGNORECASE
)
_HELLO = re.compile(
    r"^(?:(?:hello|hi|hey|well|so|okay|ok|yes|good (?:morning|afternoon|evening|day)|sorry|excuse me|listen|look|please|thank you"
    r"|is (?:this|that) the (?:help|hot)line|can you hear me)\b[\s,.!?…]*(?:there\b[\s,.!?]*)?)+", re.IGNORECASE
)  # fmt: skip
_AGAIN = re.compile(r"\b(\w+)(?:[\s,]+\1\b)+", re.IGNORECASE)


def title(text: str, language: str) -> str:
    """At most 40 characters that tell what it is about: no greetings, no fillers, no word said twice.

    Cut at the end of a clause, with an ellipsis where there was more; empty only where nothing was said.
    """
    said = clean(text, language)
    bare = _told(said) if language == "zh" else _told_in_english(said)
    return _cut(bare if any(one.isalnum() for one in bare) else said)


def _told(said: str) -> str:
    bare = _TWICE.sub(r"\1", _STUTTER.sub(r"\1\2", _FILLER.sub("", said)))
    clauses: list[str] = []
    corrected = False
    for clause in _CLAUSES.findall(bare):
        words = clause.rstrip(_STOPS)
        if clauses and _WRONG.fullmatch(words):
            corrected = True
            continue
        if _GREETING.fullmatch(words):
            continue
        if corrected and clauses[-1].rstrip(_STOPS)[-1:] == words[-1:]:
            clauses.pop()
        corrected = False
        clauses.append(clause)
    return "".join(clauses)


def _told_in_english(said: str) -> str:
    bare = _AGAIN.sub(r"\1", _HELLO.sub("", _UM.sub("", said)))
    return bare[:1].upper() + bare[1:]


def _cut(said: str) -> str:
    said = said.strip(_STOPS + " ")
    if len(said) <= LONGEST_TITLE:
        return said
    start = said[:LONGEST_TITLE]
    ends = [at for at, one in enumerate(start) if one in _STOPS and at >= LONGEST_TITLE // 4]
    if not ends and " " in start:
        ends = [start.rindex(" ")]
    return start[: ends[-1] if ends else LONGEST_TITLE - 1].rstrip(_STOPS + " ") + "…"
