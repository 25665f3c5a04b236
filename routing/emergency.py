"""Whom a danger reaches: the number callers are told, who is connected with them, and whether their contact is told.

HOTLINE_HOME/emergency.toml says what is different here, a table for each kind of danger, or [every] for all of them:

    [fire]
    number = "119"                    the number that callers are told to dial
    connect = ["operator", "119"]     tried in this order while they are on the line
    contact = true                    their emergency contact is told
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from routing.commands import Danger
from routing.danger import kinds

NAME = "emergency.toml"  #: in the home
OPERATOR = "operator"  #: a person at the hotline
EVERY = "every"
#: of these nobody at home is told by itself: who is near may be who is dangerous
NOT_TOLD = frozenset(("violence",))

_NUMBER = re.compile(r"\+?\d{3,15}")


class EmergencyError(ValueError):
    """The table says something impossible; the message names the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Who is reached in one kind of danger."""

    number: str
    connect: tuple[str, ...] = (OPERATOR,)
    contact: bool = True


@dataclass(frozen=True, slots=True)
class Emergency:
    """The table of a community, by kind of danger; what it does not say is as it comes with the hotline."""

    said: Mapping[str, Reached] = field(default_factory=dict)

    def of(self, kind: str) -> Reached:
        return self.said.get(kind) or usual(kind)

    def reached(self, danger: Danger) -> Danger:
        """The same danger, with whom it reaches here."""
        here = self.of(danger.kind)
        return replace(danger, number=here.number, connect=here.connect, contact=here.contact)


USUAL = Emergency()


def usual(kind: str) -> Reached:
    """As it comes with the hotline: a person there, and everybody's emergency contact but where they are the danger."""
    numbers = {one.id: one.number for one in kinds()}
    return Reached(number=numbers.get(kind, "110"), contact=kind not in NOT_TOLD)


def read(text: str, name: str = NAME) -> Emergency:
    """The table from TOML text. Raises EmergencyError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as mistake:
        where = str(mistake).replace("end of document", f"line {text.count(chr(10)) + 1}")
        raise EmergencyError(f"{name}: {where}") from None
    known = {one.id for one in kinds()}
    for kind, facts in data.items():
        if kind not in {*known, EVERY}:
            raise _error(
                text, name, kind, f"no kind of danger; there are {', '.join(sorted(known))}"
            )
        if why := _complaint(facts):
            raise _error(text, name, kind, why)
    every = data.get(EVERY, {})
    said = {
        kind: _reached(kind, {**every, **data.get(kind, {})})
        for kind in known
        if every or kind in data
    }
    return Emergency(said)


def load(home: Path) -> Emergency:
    """The table of this home; the usual one where it has none. Raises EmergencyError."""
    path = home / NAME
    if not path.exists():
        return USUAL
    try:
        return read(path.read_text("utf-8-sig"), str(path))
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise EmergencyError(f"{path}, line {line}: no UTF-8; save it as UTF-8.") from None
    except OSError as problem:
        raise EmergencyError(f"{path} cannot be read: {problem.strerror}.") from problem


_own: dict[str, Emergency] = {}


def table() -> Emergency:
    """The one in use in this process."""
    return _own.get(NAME) or USUAL


@contextmanager
def in_use(emergency: Emergency) -> Iterator[None]:
    """``table`` gives this one meanwhile: a process serves one community."""
    before = _own.get(NAME)
    _own[NAME] = emergency
    try:
        yield
    finally:
        _own.pop(NAME)
        if before:
            _own[NAME] = before


def _reached(kind: str, facts: dict[str, Any]) -> Reached:
    told = {**facts, "connect": tuple(facts["connect"])} if "connect" in facts else facts
    return replace(usual(kind), **told)


def _error(text: str, name: str, kind: str, why: str) -> EmergencyError:
    heading = re.compile(rf"\s*\[\s*{re.escape(kind)}\s*\]|\s*{re.escape(kind)}\s*=")
    lines = (n for n, line in enumerate(text.splitlines(), 1) if heading.match(line))
    return EmergencyError(f"{name}, line {next(lines, 1)}: {kind}: {why}")


def _complaint(facts: Any) -> str | None:
    if not isinstance(facts, dict):
        return "wants number, connect and contact"
    connect = facts.get("connect", [OPERATOR])
    checks = (
        (set(facts) <= {"number", "connect", "contact"}, f"unknown {sorted(facts)}"),
        (_is_number(facts.get("number", "119")), 'number is digits in quotes, such as "119"'),
        (
            isinstance(connect, list)
            and all(one == OPERATOR or _is_number(one) for one in connect),
            'connect is a list of "operator" and numbers',
        ),
        (isinstance(facts.get("contact", True), bool), "contact is true or false"),
    )
    return next((sentence for right, sentence in checks if not right), None)


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None
