"""Houses and telephones as figures: 三栋二单元幺零二 -> 3栋2单元102. For a copy that is matched, never for what is shown.

Narrow on purpose: 枫林三路, 三里屯, 一个人, 十一点 and 两室一厅 are names, counts and times, and stay as they are.
"""

import re

_DIGITS = dict(zip("零〇一幺二两三四五六七八九", "0011223456789", strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000}
_DIGIT, _NUMBER = "[零〇一幺二两三四五六七八九]", "[零〇一二三四五六七八九十百千]"

# groups of figures as people tell a telephone number: 幺三八，零零零零，零零零零
_TELEPHONE = re.compile(
    rf"{_DIGIT}{{3,11}}(?:[，,、。\s-]+{_DIGIT}{{3,8}})+(?![十百千万栋幢号室楼个])"
)
_ONE_BY_ONE = re.compile(rf"{_DIGIT}{{2,}}(?![十百千万亿])")
# the unit after a number that makes it part of an address; what makes it a count or a name instead follows in (?!...)
_HOUSE = re.compile(
    rf"({_NUMBER}+|幺)(?=(?:号楼|号院|号(?![线人召称])|单元|[栋幢](?![楼房])|楼(?!房|梯)|弄(?=[零〇一二三四五六七八九十\d]|$)))"
)
_ROOM = re.compile(rf"({_NUMBER}{{2,}})(?=室(?![一二两三]厅))")
_WITHIN = re.compile(rf"(?<=[\d楼元栋幢院])({_NUMBER}+)(?=层|门(?!口|诊|外|前)|户|排|号)")
_AFTER_UNIT = re.compile(rf"(?<=\d[栋幢楼])({_DIGIT}{{3,4}})|(?<=单元)({_DIGIT}{{3,4}})")

_ENGLISH_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
_ENGLISH = {word: str(number) for number, word in enumerate(_ENGLISH_WORDS.split())} | {"oh": "0"}
_SINGLE = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
_ENGLISH_ROW = re.compile(rf"\b(?:{_SINGLE})(?:[\s,.-]+(?:{_SINGLE})\b){{2,}}", re.IGNORECASE)
_ENGLISH_HOUSE = re.compile(
    rf"\b((?:building|block|unit|flat|room|apartment|house|number|floor|entrance)\s+)({'|'.join(_ENGLISH)})\b", re.IGNORECASE
)  # fmt: skip


def normal(text: str, language: str) -> str:
    """The text with the numbers of houses, rooms and telephones in figures; everything else as it was."""
    if language == "zh":
        return _chinese(text.translate(_HALF_WIDTH))
    rows = _ENGLISH_ROW.sub(lambda row: _english(row[0]), text)
    return _ENGLISH_HOUSE.sub(lambda found: found[1] + _ENGLISH[found[2].lower()], rows)


_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def _chinese(text: str) -> str:
    text = _TELEPHONE.sub(lambda found: _telephone(found[0]), text)
    text = _HOUSE.sub(lambda found: _in_figures(found[0]), text)
    text = _ROOM.sub(lambda found: _in_figures(found[0]), text)
    text = _AFTER_UNIT.sub(lambda found: _figures(found[0]), text)
    text = _WITHIN.sub(lambda found: _in_figures(found[0]), text)
    return _ONE_BY_ONE.sub(lambda found: _row(found[0]), text)


def _telephone(said: str) -> str:
    """Joined if it makes a telephone number: 7 to 15 figures (ITU-T E.164)."""
    figures = _figures(said)
    return figures if 7 <= len(figures) <= 15 else said


def _row(said: str) -> str:
    """Figures one by one are known by a 幺, by a zero within, or by their number."""
    one_by_one = "幺" in said or (len(said) >= 3 and ("零" in said or "〇" in said))
    return _figures(said) if one_by_one or len(said) >= 7 else said


def _in_figures(said: str) -> str:
    """二十六 -> 26, 五零二 -> 502; 三四 (three or four) and whatever is no number stay."""
    if not set(said) & set(_UNITS):
        guess = len(said) == 2 and int(_DIGITS[said[1]]) == int(_DIGITS[said[0]]) + 1
        return said if guess else _figures(said)
    number = _value(said)
    return said if number is None else str(number)


def _figures(said: str) -> str:
    return "".join(_DIGITS[one] for one in said if one in _DIGITS)


def _value(said: str) -> int | None:
    """Of a number below 10,000 with its units; None where it is put together wrongly."""
    total, digit, least = 0, None, 10_000
    for one in said:
        if one in _UNITS:
            unit = _UNITS[one]
            if unit >= least or (digit is None and total):
                return None
            total, digit, least = total + (1 if digit is None else digit) * unit, None, unit
        elif digit:
            return None
        else:
            digit = int(_DIGITS[one])
    return total + (digit or 0)


def _english(row: str) -> str:
    return "".join(_ENGLISH[word] for word in re.findall(r"[a-z]+", row.lower()))
