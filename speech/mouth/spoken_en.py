"""How English says what is written in digits and signs."""

import re

from speech.mouth.rules import Rule, phone_groups

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS = ("", " thousand", " million", " billion")
MOST = 10**12  #: beyond it digits are said one by one
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_MONTH = "(" + "|".join(rf"{m}|{m[:3]}\.?" for m in _MONTHS) + r")(?![a-z])"
_COINS = {"£": ("pound", "pounds"), "$": ("dollar", "dollars"), "€": ("euro", "euros"), "¥": ("yuan", "yuan")}  # fmt: skip
_UNITS = {
    "kg": "kilogram", "g": "gram", "mg": "milligram", "km": "kilometre", "m": "metre", "cm": "centimetre",
    "mm": "millimetre", "m²": "square metre", "㎡": "square metre", "m2": "square metre", "m³": "cubic metre", "l": "litre",
    "ml": "millilitre", "kwh": "kilowatt hour", "w": "watt", "kw": "kilowatt", "v": "volt", "h": "hour", "hrs": "hour",
    "min": "minute", "mins": "minute", "℃": "degree", "°c": "degree", "°": "degree",
}  # fmt: skip
_TITLES = {"mr": "Mister", "mrs": "Missus", "ms": "Miz", "dr": "Doctor", "st": "Saint", "prof": "Professor",
           "e.g": "for example", "i.e": "that is", "approx": "about", "tel": "telephone", "apt": "apartment",
           "vs": "against"}  # fmt: skip
_SIGNS = {"&": " and ", "+": " plus ", "=": " equals ", "×": " times ", "@": " at ", "#": " number ", "*": " star ", "/": ", ", "~": " to ", "%": " per cent", "_": " ", "\\": " ", "|": ", ", "^": "", "<": " less than ", ">": " more than "}  # fmt: skip


def number(n: int) -> str:
    """Any number below MOST.

    >>> number(102), number(21), number(1200)
    ('one hundred and two', 'twenty-one', 'one thousand two hundred')
    """
    if n < 1000:
        return _below_thousand(n)
    said: list[str] = []
    for group, name in enumerate(_GROUPS):
        part = n // 1000**group % 1000
        if part:
            joint = "and " if group == 0 and part < 100 else ""
            said.insert(0, f"{joint}{_below_thousand(part)}{name}")
    return " ".join(said)


def _below_thousand(n: int) -> str:
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    return f"{_ONES[n // 100]} hundred" + (f" and {_below_thousand(n % 100)}" if n % 100 else "")


def ordinal(n: int) -> str:
    """21 is twenty-first."""
    head, mark, last = re.split(r"([ -])(?=[^ -]*$)", f" {number(n)}")[-3:]
    last = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head}{mark}{last}".strip()


def year(written: str) -> str:
    """2026 is twenty twenty-six, 1905 nineteen oh five, 2005 two thousand and five."""
    n = int(written)
    first, last = divmod(n, 100)
    if 2000 <= n < 2010 or last == 0:
        return number(n) if n % 1000 < 10 else f"{number(first)} hundred"
    return f"{number(first)} {f'oh {number(last)}' if last < 10 else number(last)}"


def one_by_one(digits: str, zero: str = "zero") -> str:
    return " ".join(zero if d == "0" else _ONES[int(d)] for d in digits)


def quantity(written: str) -> str:
    """12, 12.5, -3; a number that begins with a zero digit by digit."""
    sign = "minus " if written.startswith("-") else ""
    whole, _, part = written.lstrip("-").partition(".")
    if (whole.startswith("0") and len(whole) > 1) or int(whole) >= MOST:
        return sign + one_by_one(whole)
    return sign + number(int(whole)) + (f" point {one_by_one(part)}" if part else "")


def _month(written: str) -> str:
    return next(m for m in _MONTHS if m.lower().startswith(written.lower()[:3]))


def _date(day: str, month: str, of: str | None) -> str:
    return f"the {ordinal(int(day))} of {month}{f' {year(of)}' if of else ''}"


def _time(m: re.Match[str]) -> str:
    hour, minutes, half = int(m[1]), int(m[2] or 0), (m[3] or "").lower().strip(" .")
    said = number(hour)
    if minutes:
        said += f" {f'oh {number(minutes)}' if minutes < 10 else number(minutes)}"
    elif not half:
        said += " o'clock" if 1 <= hour <= 12 else " hundred hours"
    return said + (f" {half[0]} m" if half else "")


def _phone(m: re.Match[str]) -> str:
    country = "plus eight six, " if m[0].startswith("+") else ""
    groups = phone_groups(re.sub(r"^\+86[- ]?", "", m[0]))
    return country + ", ".join(one_by_one(group) for group in groups)


def _money(m: re.Match[str]) -> str:
    one, many = _COINS[m[1]]
    whole, _, part = m[2].partition(".")
    if m[3]:
        return f"{quantity(m[2])} {m[3].lower()} {many}"
    said = f"{number(int(whole))} {one if int(whole) == 1 else many}"
    return f"{said} {number(int(part.ljust(2, '0')[:2]))}" if part.strip("0") else said


def _room(m: re.Match[str]) -> str:
    """Flats, rooms and buses of three digits and more are said digit by digit."""
    return f"{m[1]} {one_by_one(m[2], 'oh') if len(m[2]) >= 3 else quantity(m[2])}{f' {m[3].upper()}' if m[3] else ''}"


def _measured(m: re.Match[str]) -> str:
    return f"{quantity(m[1])} {_UNITS[m[2].lower()]}{'' if m[1] == '1' else 's'}"


def _spelt(m: re.Match[str]) -> str:
    return " ".join(m[0])


_N = r"(?<![\d.])(\d+(?:\.\d+)?)"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_CALL = r"(?:dial|call|ring|phone|telephone|number|hotline|extension|ext\.?|code)"
_DAY = r"(3[01]|[12]\d|0?[1-9])"

RULES: tuple[Rule, ...] = tuple(
    (re.compile(pattern, flags), said)
    for flags, pattern, said in (
        (re.IGNORECASE, r"\b(mr|mrs|ms|dr|prof|e\.g|i\.e|approx|tel|apt|vs)\.(?=[\s,])", lambda m: _TITLES[m[1].lower()]),
        (re.IGNORECASE, r"\bno\.\s*(?=\d)", "number "),
        # dates
        (0, rf"(?<!\d)(\d{{4}})[-/.](1[0-2]|0?[1-9])[-/.]{_DAY}(?!\d)", lambda m: _date(m[3], _MONTHS[int(m[2]) - 1], m[1])),
        (0, rf"(?<!\d){_DAY}[/.](1[0-2]|0?[1-9])[/.](\d{{4}})(?!\d)", lambda m: _date(m[1], _MONTHS[int(m[2]) - 1], m[3])),
        (0, rf"\b(?:the )?{_DAY}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (\d{{4}})\b)?", lambda m: _date(m[1], _month(m[2]), m[3])),
        (0, rf"\b{_MONTH} {_DAY}(?:st|nd|rd|th)?(?![\d:])(?:,? (\d{{4}})\b)?", lambda m: _date(m[2], _month(m[1]), m[3])),
        (re.IGNORECASE, rf"(?:(?<=\bin )|(?<=\bsince )|(?<=\buntil )|(?<=\bof )|(?<=\byear )|(?<=\bby )|(?<={_MONTHS[4].lower()} ))((?:19|20)\d\d)(?![\d.]|\s+[a-z]+s\b)", lambda m: year(m[1])),
        # times
        (re.IGNORECASE, r"(?<=\d:\d\d)(\s*[ap]m)?\s*[-~–—]\s*(?=\d)", r"\1 to "),
        (re.IGNORECASE, r"(?<![\d:.])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(\s*[ap]\.?m\b(?:\.(?!\s+[A-Z]|\s*$))?)?(?![\d:])", _time),
        (re.IGNORECASE, r"(?<![\d:.])(1[0-2]|0?[1-9])()(\s*[ap]\.?m\b(?:\.(?!\s+[A-Z]|\s*$))?)", _time),
        # telephones
        (0, r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d|\.\d)", _phone),
        (0, r"(?<![\d.])0\d{2,4}[- ]?\d{3,4}[- ]?\d{3,4}(?!\d)", _phone),
        (0, r"(?<![\d.£$€¥])[2-9]\d{3}[- ]?\d{4}(?!\d|\.\d)", _phone),
        (re.IGNORECASE, rf"(?<=\b)({_CALL}\s+)(\d{{3,8}})(?![\d.:%]|\s*(?:{_UNIT})\b)", lambda m: m[1] + ", ".join(map(one_by_one, phone_groups(m[2])))),
        (0, r"(?<![\d.£$€¥-])(?:11[0249]|12[02]|911|999|12345)(?!\d|\.\d|[-~%]|\s+(?!(?:is|for|if|or|and|now|at|to)\b)[a-z])", lambda m: one_by_one(m[0])),
        # addresses, order
        (re.IGNORECASE, r"\b(flat|room|apartment|apt|unit|suite|ward|bed|bus|route|gate|number|building|block|staircase|line)\s+(\d+)([a-z]?)\b(?![.:%]\d)", _room),
        (0, r"(?<![\d.])(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1]))),
        # money, shares, units, ranges
        (re.IGNORECASE, r"([£$€¥])\s*(\d+(?:\.\d+)?)(?:\s*(million|billion|thousand)\b)?", _money),
        (re.IGNORECASE, rf"(?<=\d)(\s*(?:{_UNIT}|%)?)\s*[-~–—]\s*(?=\d)", r"\1 to "),
        (0, rf"{_N}\s*%", lambda m: f"{quantity(m[1])} per cent"),
        (0, r"(?<![\w-])-(?=\d)", "minus "),
        (re.IGNORECASE, rf"{_N}\s*({_UNIT})(?![A-Za-z²³\d])", _measured),
        # every other number
        (0, r"\d+(?:\.\d+){2,}", lambda m: " point ".join(quantity(part) for part in m[0].split("."))),
        (0, r"(?<![\d.])\d{9,}(?!\d|\.\d)", lambda m: ", ".join(one_by_one(m[0][i : i + 4]) for i in range(0, len(m[0]), 4))),
        (0, _N, lambda m: quantity(m[1])),
        (0, r"\d+", lambda m: one_by_one(m[0])),
        # letters and signs: capitals without a vowel, or well known, are spelt
        (0, r"\b(?:[B-DF-HJ-NP-TV-Z]{2,5}|ICU|AC|ID|UK|USA|EU|GP|TV|A&E)\b", _spelt),
        (0, r"[&+=×@#*/~%_\\|^<>]", lambda m: _SIGNS[m[0]]),
    )
)  # fmt: skip
