"""What the lines of a policy may say; a mistake is a ``ValueError`` whose message says what is expected."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tickets.calendar import DAYS, known_country
from tickets.lengths import BadLength, length
from tickets.policy import Channel

#: what an address looks like
ADDRESSES = {
    Channel.PAGE: "",
    Channel.EMAIL: "li.ming@example.org",
    Channel.WEBHOOK: "https://example.org/hotline",
    Channel.PHONE: "01055550111",
}
_SHAPES = {
    Channel.PAGE: r".*",
    Channel.EMAIL: r"[^@\s]+@[^@\s]+",
    Channel.WEBHOOK: r"https?://[^\s/?#]+[^\s]*",
    Channel.PHONE: r"\+?[0-9][0-9 -]{2,18}",
}


def reaches(channel: Channel, address: str) -> bool:
    """Whether somebody can be told so."""
    return re.fullmatch(_SHAPES[channel], address) is not None


def weekdays(names: Any) -> frozenset[int]:
    if not isinstance(names, list):
        raise ValueError(f"{names!r}: a list of {', '.join(DAYS)} is expected")  # noqa: TRY004
    return frozenset(DAYS.index(one_of(*DAYS)(one)) for one in names)


def some_time(value: Any) -> timedelta:
    found = length(value)
    if not found:
        raise BadLength("it takes some time")
    return found


def wait(value: Any) -> timedelta | str | None:
    if value == "next part":
        return None
    return "never" if value == "never" else some_time(value)


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false")  # noqa: TRY004  # a sentence for whoever wrote the file
    return value


def between(least: int, most: int) -> Callable[[Any], int]:
    def reading(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"{value!r}: a whole number from {least} to {most} is expected")
        return value

    return reading


def rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1000:
        raise ValueError(f"{value!r}: a number above 0, 1000 at most, is expected")
    return float(value)


def share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r}: a share from 0 to 1 is expected")
    return float(value)


def one_of(*words: str) -> Callable[[Any], str]:
    def reading(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r}: one of {', '.join(words)} is expected")
        return str(value)

    return reading


def country(value: Any) -> str:
    if value != "" and not (isinstance(value, str) and known_country(value)):
        raise ValueError(f'{value!r}: a country like "CN" is expected, or "" for no holidays')
    return str(value)


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r}: text is expected")  # noqa: TRY004
    return value.strip()


def words(value: Any) -> str:
    if not text(value):
        raise ValueError("it is empty")
    return text(value)
