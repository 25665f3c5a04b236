"""What may stand in a cell of a register: each reader gives the value, or says why it is none."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from proxy_agents.residents import Pace
from proxy_agents.staff import Role
from store.numbers import normal_number, plausible_number

Value = TypeVar("Value")

LONGEST = 64  #: characters of a name or a login
SHORTEST_PASSWORD = 8

LANGUAGES = {"zh": "zh", "中文": "zh", "普通话": "zh", "汉语": "zh", "en": "en", "英文": "en", "英语": "en", "english": "en"}  # fmt: skip
PACES = {"normal": Pace.NORMAL, "正常": Pace.NORMAL, "slow": Pace.SLOW, "慢": Pace.SLOW, "慢速": Pace.SLOW}  # fmt: skip
ROLES = {role.value: role for role in Role} | {
    "主管": Role.SUPERVISOR,
    "话务员": Role.OPERATOR,
    "接线员": Role.OPERATOR,
    "部门": Role.DEPARTMENT,
    "代理人": Role.AGENT,
    "参与代理人": Role.AGENT,
}
ANSWERS = {"yes": True, "1": True, "true": True, "是": True, "在岗": True, "no": False, "0": False, "false": False, "否": False, "离岗": False}  # fmt: skip

LOGIN = re.compile(r"[\w.-]{2,64}")
SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)")


class BadCell(ValueError):
    """A cell cannot be what its column is for; the message is a sentence for whoever keeps the sheet."""


def read_text(text: str, what: str, *, needed: bool = False, longest: int = 500) -> str:
    """Text without control characters."""
    if needed and not text:
        raise BadCell(f"the {what} is missing")
    if len(text) > longest:
        raise BadCell(f"the {what} is longer than {longest} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise BadCell(f"the {what} holds a line break or another control character")
    return text


def read_phone(text: str, what: str = "phone") -> str:
    """Digits of a number somebody can be rung on, "" for an empty cell."""
    # Spreadsheets turn numbers into fractions: 13800138000.0
    number = text[:-2] if re.fullmatch(r"\d+\.0", text) else text
    if number and not plausible_number(number):
        raise BadCell(f"the {what} {text!r} is no telephone number of 7 digits or more")
    return normal_number(number)


def read_language(text: str) -> str:
    return _one_of(LANGUAGES, text, "language")


def read_pace(text: str) -> Pace:
    return _one_of(PACES, text, "pace")


def read_role(text: str) -> Role:
    return _one_of(ROLES, text, "role")


def read_answer(text: str, what: str) -> bool:
    return _one_of(ANSWERS, text, what)


def read_login(text: str) -> str:
    if not LOGIN.fullmatch(text):
        raise BadCell(f"the login {text!r} must be 2 to 64 letters, digits, dots or dashes")
    return text.lower()


def read_password(text: str) -> str:
    if len(text) < SHORTEST_PASSWORD:
        raise BadCell(f"the password is shorter than {SHORTEST_PASSWORD} characters")
    return text


def read_count(text: str, what: str) -> int:
    """A whole number from 1 to 999."""
    plain = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"[1-9]\d{0,2}(?:\.0)?", plain):
        raise BadCell(f"the {what} {text!r} is no number from 1 to 999")
    return int(float(plain))


def read_quiet_hours(text: str, what: str = "quiet hours") -> str:
    """Spans such as "11:45-14:30,19:30-8:30", written with any kind of comma or colon."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    spans = re.split(r"[,、;]", re.sub(r"[~–—至]", "-", plain))
    if not all(SPAN.fullmatch(span) for span in spans):
        raise BadCell(f"the {what} {text!r} are not written like 11:45-14:30,19:30-8:30")
    return ",".join(spans)


def _one_of(known: Mapping[str, Value], text: str, what: str) -> Value:
    try:
        return known[text.lower()]
    except KeyError:
        raise BadCell(f"the {what} {text!r} is not one of {', '.join(known)}") from None
