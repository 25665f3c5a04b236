"""Days of birth in what was said: 1949年12月31日生的, 我生日是腊月初八, born on the 3rd of May 1941.

A year alone tells an age and stays.
"""

import re
from collections.abc import Iterator

_NUMERAL = "0-9零〇一二三四五六七八九十廿卅"
_YEAR = rf"(?:公元)?[{_NUMERAL}]{{2,4}}年"
_MONTH = rf"(?:农历|阴历|阳历|公历)?(?:[{_NUMERAL}]{{1,3}}|正|冬|腊)月"
_DAY = rf"(?:初?[{_NUMERAL}]{{1,3}}[日号]?)"
_DATE = rf"(?:{_YEAR}[的，,]?{_MONTH}{_DAY}?|{_MONTH}{_DAY})"
_MONTHS = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_WHEN = (
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTHS},?(?: \d{{4}})?"
    rf"|{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?,?(?: \d{{4}})?|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|(?:19|20)\d\d)"
)
_BORN = (
    re.compile(rf"(?P<day>{_DATE})(?:出生|生人|生的|生日|生(?![活意病气]))"),
    re.compile(rf"(?:出生(?:日期|年月|于|在)?|生日|我生在|生辰)[是为：:，,在于 ]*(?P<day>{_DATE})"),
    re.compile(
        rf"\b(?:born (?:on |in )?|(?:birthday|date of birth|dob)(?: is|:)? )(?P<day>{_WHEN})",
        re.IGNORECASE,
    ),
)


def birthdays(words: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each; the words around it stay."""
    for form in _BORN:
        for found in form.finditer(words):
            yield found.span("day")
