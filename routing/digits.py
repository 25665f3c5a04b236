"""Numbers told figure by figure, as a recogniser writes them: 幺三八 嗯 零零要, 1 3 8, one three eight, double oh.

A sign is one figure or what is written for one. Sure ones are figures and numerals; for the rest any character that
sounds like a figure may stand, but only among sure ones. A row is signs without anything between; a number is
rows with at most fillers, pauses and corrections between.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from routing.figures import english_figures, simple
from routing.pinyin import fold

SURE = dict(zip("0123456789零一二三四五六七八九", "0123456789" * 2, strict=True))
SURE |= dict(zip("〇幺壹贰叁肆伍陆柒捌玖", "01123456789", strict=True))
#: said by soldiers and on the telephone: certain where a number is expected
CALLED = {"两": "2", "俩": "2", "拐": "7", "勾": "9", "洞": "0", "〇": "0"}
#: syllable -> the figure it may be written for; with the confusions of routing/pinyin.py
_SYLLABLES = {
    "ling": "0",
    "yi": "1",
    "er": "2",
    "san": "3",
    "si": "4",
    "wu": "5",
    "liu": "6",
    "qi": "7",
    "ba": "8",
}
_SYLLABLES |= {"jiu": "9", "yao": "1", "dong": "0", "liang": "2", "guai": "7", "gou": "9"}
SOUNDS = {fold(syllable): figure for syllable, figure in _SYLLABLES.items()}
#: sound like figures, but mostly are little words: dropped from the ends of a number where it is whole without them
LITTLE = frozenset("是就吧要把以也无其而儿又有起既期时事实使知这只之子自走说要药亮够旧起气")

#: sound like figures, and never stand for one
_NEVER = frozenset("您念年连联领邻点")
#: little words that are said between the figures and sound like some
_PHRASE = re.compile(
    r"一(?:下|会|遍|点|样|共|直|定|般|些|边|块儿)|[第万唯统]一|(?:然后|后面|前面|中间|最后|后头|前头|接着|再就|开头|完了)是|星期[一二三四五六]"
)

_X = re.compile(r"[Xx]|大?[叉插差查](?!开|着|嘴)|[艾埃爱矮][克可科]斯|[艾埃爱矮]斯")
_MANY = re.compile(r"([一两俩二三四五六2-6])个([0-9零〇幺一二三四五六七八九])")
_UNIT = frozenset("十百千万")
_ENGLISH = re.compile(
    r"\b(?:(?P<times>double|triple)[ -]+)?(?P<said>zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine"
    r"|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine)\b)?)\b"
    r"|\d|(?<=[\d\s])x\b",
    re.IGNORECASE,
)
#: English figures among Mandarin, where no word boundary stands between: 电话double seven eight
_AMONG = re.compile(
    r"(?<![a-z])(?:(double|triple)[ -]*)?(zero|oh|one|two|three|four|five|six|seven|eight|nine)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One figure, or several said as one: 两个零."""

    start: int
    end: int
    value: str  #: figures, X, or "" for 十 百 千
    sure: bool
    called: bool = False
    little: bool = False


@dataclass(slots=True)
class Row:
    """Signs with nothing between them."""

    signs: list[Sign] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.signs[0].start

    @property
    def end(self) -> int:
        return self.signs[-1].end

    @property
    def value(self) -> str:
        return "".join(sign.value for sign in self.signs)

    @property
    def sure(self) -> int:
        return sum(len(sign.value) for sign in self.signs if sign.sure)

    @property
    def called(self) -> int:
        return sum(len(sign.value) for sign in self.signs if sign.sure or sign.called)

    @property
    def counted(self) -> bool:
        """Said as a count, with 十, 百 or 千."""
        return any(not sign.value for sign in self.signs)


def rows(words: str, language: str) -> list[Row]:
    """Every row of signs, in order."""
    signs = _english(words) if language.startswith("en") else _mandarin(words)
    found: list[Row] = []
    for sign in signs:
        if not found or found[-1].end != sign.start:
            found.append(Row())
        found[-1].signs.append(sign)
    return found


def _mandarin(words: str) -> Iterator[Sign]:
    text = "".join(simple(one) for one in words)
    text = _PHRASE.sub(lambda found: "，" * len(found[0]), text)
    place = 0
    while place < len(text):
        sign = _sign(text, place)
        if sign:
            yield sign
        place = sign.end if sign else place + 1


def _sign(text: str, place: int) -> Sign | None:
    one = text[place]
    if one in SURE and not _MANY.match(text, place):
        return Sign(start=place, end=place + 1, value=SURE[one], sure=True)
    if one in _UNIT:
        return Sign(start=place, end=place + 1, value="", sure=False)
    return _long_sign(text, place) or _sound_sign(one, place)


def _long_sign(text: str, place: int) -> Sign | None:
    """Of more than one character: 两个零, double seven, 艾克斯."""
    many, said = _MANY.match(text, place), _AMONG.match(text, place)
    if many:
        times = int(SURE.get(many[1], "2"))
        return Sign(start=place, end=many.end(), value=SURE[many[2]] * times, sure=True)
    if said:
        return _many(said, said[1], english_figures(said[2]), sure=True)
    cross = _X.match(text, place)
    return Sign(start=place, end=cross.end(), value="X", sure=False) if cross else None


def _sound_sign(one: str, place: int) -> Sign | None:
    """A character that may be written for a figure by its sound."""
    value = CALLED.get(one) or sound_of(one)
    if value is None:
        return None
    little = one in LITTLE
    return Sign(
        start=place, end=place + 1, value=value, sure=False, called=one in CALLED, little=little
    )


@lru_cache(maxsize=8192)
def sound_of(character: str) -> str | None:
    """The figure this character may be written for by its sound, or None."""
    if character in _NEVER or not "\u3400" <= character <= "\u9fff":
        return None
    return SOUNDS.get(fold(lazy_pinyin(character, style=Style.NORMAL)[0]))


def _english(words: str) -> Iterator[Sign]:
    for found in _ENGLISH.finditer(words):
        said = found["said"]
        value = english_figures(said) if said else found[0].upper()
        sure = value != "X" and (said or "").lower() != "o"
        yield _many(found, found["times"], value, sure=sure)


def _many(found: re.Match[str], times: str | None, value: str, *, sure: bool) -> Sign:
    """Double seven is two figures."""
    many = {"double": 2, "triple": 3}.get((times or "").lower(), 1)
    return Sign(start=found.start(), end=found.end(), value=value * many, sure=sure)
