"""A policy that was good when it was stored, and that newer rules refuse in part: the hotline goes on with the rest.

What is refused is named, and is there as in the policy that comes with the hotline. Nothing stored is changed.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, TypeAlias

from tickets.policy import Policy
from tickets.policy_reading import read_values, values_of
from tickets.policy_table import BadPolicy

Path: TypeAlias = tuple[str, ...]

LISTS = ("people", "ladder")  #: each entry of these stands for itself


@dataclass(frozen=True, slots=True)
class Kept:
    policy: Policy
    refused: tuple[str, ...] = ()  #: every mistake, as ``hotline policy check`` says it


def keep(text: str, zone: tzinfo) -> Kept:
    """As much of it as can be used; never raises."""
    refused: list[str] = []
    try:
        given = values_of(text)
    except BadPolicy as mistake:
        return Kept(read_values({}, zone), (str(mistake),))
    given = _entries_that_stand(given, zone, refused)
    while found := _mistake(given, zone):
        refused.append(found)
        given = _less(given, zone, found)
    return Kept(read_values(given, zone), tuple(refused))


def _mistake(given: Mapping[str, Any], zone: tzinfo) -> str:
    """The first one; "" where there is none."""
    try:
        read_values(dict(given), zone)
    except BadPolicy as mistake:
        return str(mistake)
    return ""


def _entries_that_stand(given: dict[str, Any], zone: tzinfo, refused: list[str]) -> dict[str, Any]:
    """Without the people and rungs that cannot be read by themselves: the others are told as before."""
    fewer = dict(given)
    for name in LISTS:
        if isinstance(given.get(name), list):
            found = [(one, _mistake({name: [one]}, zone)) for one in given[name]]
            fewer[name] = [one for one, mistake in found if not mistake]
            refused += [
                mistake.replace(f"{name} 1", f"{name} {number}", 1)
                for number, (_, mistake) in enumerate(found, 1)
                if mistake
            ]
    return fewer


def _less(given: dict[str, Any], zone: tzinfo, mistake: str) -> dict[str, Any]:
    """Without the one line, or else the one table, that the mistake is about.

    The last one first: a warning that comes too early goes, and the promise it warns of stays.
    """
    for path in reversed(list(_paths(given))):
        fewer = _without(given, path)
        if _mistake(fewer, zone) != mistake:
            return fewer
    return {}


def _paths(values: Mapping[str, Any], above: Path = ()) -> Iterator[Path]:
    """A table comes before its lines."""
    for name, value in values.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from _paths(value, (*above, name))


def _without(given: dict[str, Any], path: Path) -> dict[str, Any]:
    fewer = deepcopy(given)
    table = fewer
    for name in path[:-1]:
        table = table[name]
    del table[path[-1]]
    return fewer
