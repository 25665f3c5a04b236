"""Numbers as people say them in an address, as figures: 五零二 and 502, 二十六 and 26, five oh two and 502.

A copy of the text is searched, as long as nobody sees it; ``Copy`` knows where in the text each of its characters stood.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from zhconv import zhconv

DIGITS = "零一二三四五六七八九"

#: what a spoken number is made of
NUMERALS = "零〇幺一二两三四五六七八九十百千"

_VALUE = {one: str(value) for value, one in enumerate(DIGITS)} | {"〇": "0", "幺": "1", "两": "2"}
_ROUND = re.compile(
    r"(?:([一二两三四五六七八九])千)?(零)?(?:([一二两三四五六七八九])百)?(零)?"
    r"(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?"
)
_FIGURES = re.compile(r"[0-9]+")

_SINGLE = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH = {
    **{word: str(value) for value, word in enumerate([*_SINGLE, *_TEENS])},
    **{word: str(10 * value) for value, word in enumerate(_TENS, 2)},
    **dict.fromkeys(("oh", "o", "nought"), "0"),
}

#: one word of an English number
WORD = rf"(?:{'|'.join(sorted((*_ENGLISH, 'hundred'), key=len, reverse=True))}|\d{{1,4}})"


@dataclass(frozen=True, slots=True)
class Copy:
    """Simplified, half-width, nearly without spaces, numbers in words; ``at`` says where each character stood."""

    text: str
    at: tuple[tuple[int, int], ...]  #: beginning and end in the text it was made of

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the copy stands in the text itself."""
        return self.at[start][0], self.at[end - 1][1]


@lru_cache(maxsize=64)
def copy_of(words: str) -> Copy:
    """A copy of Mandarin in which numbers are words: 12栋 502 -> 十二栋五零二."""
    plain = "".join(simple(one) for one in words)
    stops = 6 * sum(one.isspace() for one in plain) < len(plain)
    text: list[str] = []
    at: list[tuple[int, int]] = []
    place = 0
    while place < len(plain):
        row = _FIGURES.match(plain, place)
        end = row.end() if row else place + 1
        said = in_words(row[0]) if row else _kept(plain, place, stops=stops)
        text += said
        at += _spread(place, end, len(said))
        place = end
    return Copy("".join(text), tuple(at))


def figures(said: str) -> str:
    """The figures of a spoken Mandarin number.

    >>> [figures(said) for said in ("幺零二", "一百零三", "十二零三", "三百二", "二十六")]
    ['102', '103', '1203', '320', '26']
    """
    if not any(unit in said for unit in "十百千"):
        return "".join(_VALUE.get(one, "") for one in said)
    found = _ROUND.match(said)
    if found is None or not found[0]:
        return _VALUE.get(said[0], "") + figures(said[1:])
    thousand, _, hundred, nought, tens, ten, one = found.groups()
    value = 1000 * _int(thousand) + 100 * _int(hundred) + _int(one)
    if ten:
        value += 10 * (_int(tens) or 1)
    elif one and hundred and not nought and found.end() == len(said):
        value += 9 * _int(one)
    rest = said[found.end() :]
    return str(value) + (figures(rest) if rest and rest != said else "")


def in_words(row: str) -> str:
    """12 -> 十二, 20 -> 二十, 502 -> 五零二.

    >>> [in_words(row) for row in ("3", "12", "20", "502")]
    ['三', '十二', '二十', '五零二']
    """
    if len(row) != 2 or row[0] == "0":
        return "".join(DIGITS[int(one)] for one in row)
    tens = "" if row[0] == "1" else DIGITS[int(row[0])]
    return tens + "十" + ("" if row[1] == "0" else DIGITS[int(row[1])])


def as_count(row: str) -> str:
    """Figures as a number is read out: 103 -> 一百零三; letters and what is no number stay.

    >>> [as_count(row) for row in ("26", "103", "350", "A", "甲20")]
    ['二十六', '一百零三', '三百五十', 'A', '甲二十']
    """
    return re.sub(r"\d+", lambda found: _counted(found[0]), row)


def english_figures(said: str) -> str:
    """The figures of a spoken English number.

    >>> [english_figures(said) for said in ("five oh two", "twenty six", "one hundred and three", "12")]
    ['502', '26', '103', '12']
    """
    words = re.findall(r"[a-z]+|\d+", said.lower())
    found = ""
    for place, word in enumerate(words):
        value = _ENGLISH.get(word, word if word.isdigit() else "")
        before = words[place - 1] if place else ""
        if word == "hundred" and found:
            left = [one for one in words[place + 1 :] if one != "and"]
            return str(100 * int(found) + int(english_figures(" ".join(left)) or 0))
        if before in _TENS and word in _SINGLE[1:]:
            found = found[:-1] + value
        else:
            found += value
    return found


@lru_cache(maxsize=8192)
def simple(character: str) -> str:
    """One character, simplified, half-width and, if a letter, large; always one character."""
    if character == "號":
        return "号"
    _load_dictionary()
    plain: str = zhconv.convert(unicodedata.normalize("NFKC", character), "zh-hans").upper()
    return plain if len(plain) == 1 else character


@cache
def _load_dictionary() -> None:
    """Once, and by path: left to itself zhconv leaves the file open."""
    zhconv.loaddict(str(Path(zhconv.__file__).with_name("zhcdict.json")))


def _kept(plain: str, place: int, *, stops: bool) -> str:
    """The character; a space where it is a stop, or parts two rows of figures, and not between words."""
    if not plain[place].isspace():
        return plain[place]
    beside = plain[place - 1 : place] + plain[place + 1 : place + 2]
    parts = len(beside) == 2 and beside.isascii() and beside.isdigit()
    return "，" if stops or parts else ""


def _spread(start: int, end: int, length: int) -> list[tuple[int, int]]:
    """The places of the words of one number; the last one reaches to its end."""
    places = [(start + min(k, end - start - 1), start + k + 1) for k in range(length)]
    return [*places[:-1], (places[-1][0], end)] if places else []


def _int(said: str | None) -> int:
    return int(_VALUE[said]) if said else 0


def _counted(row: str) -> str:
    if len(row) < 3 or len(row) > 3 or row[0] == "0":
        return in_words(row)
    hundreds, rest = DIGITS[int(row[0])] + "百", row[1:]
    if rest == "00":
        return hundreds
    if rest[0] == "0":
        return hundreds + "零" + DIGITS[int(rest[1])]
    tail = "" if rest[1] == "0" else DIGITS[int(rest[1])]
    return hundreds + DIGITS[int(rest[0])] + "十" + tail
