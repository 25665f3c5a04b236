"""Mandarin made comparable: what a prompt says, what a recogniser wrote, and how many characters and syllables differ.

一, 1 and the 幺 of a telephone number are one; so are 11月 and 十一月, and 119 and 幺幺九.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from speech.clean import clean

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_ALIKE = str.maketrans("幺两〇她它妳", "一二零他他你")
_EMERGENCY = {"110", "119", "120"}  #: said figure by figure
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(00|30)(?!\d)")
_CLOCKS = {"00": "点", "30": "点半"}
_LONGEST = 4  #: figures of a number that is said as one; a longer row is said one by one


@dataclass(frozen=True, slots=True)
class Errors:
    characters: int  #: that were said
    wrong: int  #: insertions, deletions, substitutions
    syllables: int  #: the same without tones: 请按 heard as 情案 is no error here


def compared(said: str, heard: str) -> Errors:
    """How far `heard` is from `said`.

    >>> compared("打火警电话，幺幺九。", "打火警電話119")
    Errors(characters=8, wrong=0, syllables=0)
    >>> compared("对，请按一。", "对情案1")
    Errors(characters=4, wrong=2, syllables=0)
    """
    one = plain(said)
    other = plain(heard, like=one)
    syllables = edits(lazy_pinyin(one), lazy_pinyin(other))
    return Errors(len(one), edits(one, other), syllables)


def plain(text: str, *, like: str = "") -> str:
    """Simplified characters alone, numbers in words: one by one where `like` has them so.

    >>> plain("1月31号，10點半，7:30")
    '一月三十一号十点半七点半'
    >>> plain("2746", like="最后四位是二七四六")
    '二七四六'
    """
    simple = _CLOCK.sub(lambda time: time[1] + _CLOCKS[time[2]], clean(text, "zh"))
    worded = re.sub(r"\d+", lambda found: _in_words(found[0], like), simple.replace("%", "百分之"))
    return "".join(re.findall(r"[\u4e00-\u9fff]", worded)).translate(_ALIKE)


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(heard) + 1))
    for i, one in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    return row[-1]


def _in_words(figures: str, like: str) -> str:
    row = "".join(_DIGITS[int(one)] for one in figures)
    if len(figures) > _LONGEST or figures[0] == "0" or figures in _EMERGENCY:
        return row
    if len(figures) > 1 and row in like:
        return row
    places = range(len(figures) - 1, -1, -1)
    said = "".join(
        _DIGITS[int(one)] + _UNITS[place] if one != "0" else "零"
        for place, one in zip(places, figures, strict=True)
    )
    said = re.sub("零+", "零", said)
    said = said.rstrip("零") or said
    return said.removeprefix("一") if said.startswith("一十") else said
