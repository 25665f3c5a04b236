"""What the rules of both languages share: their form, and how telephone numbers are parted."""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

Rule: TypeAlias = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def applied(rules: Sequence[Rule], text: str) -> str:
    for pattern, said in rules:
        text = pattern.sub(said, text)
    return text


def grouped(digits: str, sizes: Sequence[int]) -> list[str]:
    """Digits in groups of these sizes; the last size goes on.

    >>> grouped("13800138000", (3, 4))
    ['138', '0013', '8000']
    """
    groups, at, n = [], 0, 0
    while at < len(digits):
        size = sizes[min(n, len(sizes) - 1)]
        groups.append(digits[at : at + size])
        at, n = at + size, n + 1
    return groups


def phone_groups(number: str) -> list[str]:
    """How a telephone number is parted; separators that were written are kept as borders.

    >>> phone_groups("010-55550101")
    ['010', '5555', '0101']
    """
    digits = re.sub(r"\D", "", number)
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return grouped(digits, (3, 4))
    written = [part for part in re.split(r"\D+", number) if part]
    if len(written) == 1 and digits.startswith("0") and len(digits) > 9:
        area = 3 if digits[1] in "12" else 4
        written = [digits[:area], digits[area:]]
    return [group for part in written for group in _parted(part)]


def _parted(digits: str) -> list[str]:
    if len(digits) <= 5:
        return [digits]
    return grouped(digits, (3, 4)) if len(digits) == 7 else grouped(digits, (4,))
