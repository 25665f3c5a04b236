"""How often the way is right, and how often danger is heard: measured on sayings.

A saying is a row ``part expect language text``. It expects a department, ``danger:KIND``, ``calm`` (an
everyday request) or ``tricky`` (past, supposed or figurative danger). ``seen``: the lexicon was widened with
these in mind, so their figure only guards against getting worse. ``fresh``: written after the first words were
frozen, and looked at since. ``blind2``: written before the signs were, by the hand that then wrote the signs,
and measured once: a figure that is still kinder than callers are. Two of its alarms on tricky rows were quieted
after that measurement.
"""

import csv
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.desk import find_way

DANGER = "danger:"
CALM = ("calm", "tricky")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What somebody says, and what should come of it."""

    part: str  #: seen, fresh or blind2
    expect: str
    language: str
    text: str

    @property
    def group(self) -> str:
        """Needs, danger, calm or tricky."""
        if self.expect in CALM:
            return self.expect
        return "danger" if self.expect.startswith(DANGER) else "needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the desk made of one saying."""

    saying: Saying
    department: str | None
    danger: str | None
    certain: bool

    @property
    def right(self) -> bool:
        """The department, the kind of danger, or no alarm."""
        if self.saying.group == "needs":
            return self.department == self.saying.expect
        if self.saying.group == "danger":
            return DANGER + str(self.danger) == self.saying.expect
        return self.danger is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of one measurement; each pair is (hits, of how many)."""

    needs_right: tuple[int, int]
    needs_unrouted: int
    danger_heard: tuple[int, int]  #: any kind: a person asks, or comes at once
    danger_kind: tuple[int, int]
    danger_certain: tuple[int, int]
    false_calm: tuple[int, int]
    false_tricky: tuple[int, int]
    false_needs: tuple[int, int]
    kinds: dict[str, tuple[int, int]]  #: heard, by kind
    ms_per_text: float


def sayings(file: Path) -> list[Saying]:
    """Read a table of sayings; the first line names the columns."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Saying(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def part(rows: Iterable[Saying], which: str) -> list[Saying]:
    """The ``seen`` sayings, the ``fresh`` or the ``blind2`` ones."""
    return [row for row in rows if row.part == which]


def outcomes(rows: Iterable[Saying]) -> list[Outcome]:
    """What the desk makes of each saying."""
    return [_outcome(row) for row in rows]


def measure(rows: Sequence[Saying]) -> Figures:
    """The figures of these sayings, and the mean time a text took."""
    began = time.perf_counter()
    found = outcomes(rows)
    spent = time.perf_counter() - began
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        groups[one.saying.group].append(one)
    danger = groups["danger"]
    return Figures(
        needs_right=_share(one.right for one in groups["needs"]),
        needs_unrouted=sum(one.department is None for one in groups["needs"]),
        danger_heard=_share(one.danger is not None for one in danger),
        danger_kind=_share(one.right for one in danger),
        danger_certain=_share(one.certain for one in danger),
        false_calm=_share(not one.right for one in groups["calm"]),
        false_tricky=_share(not one.right for one in groups["tricky"]),
        false_needs=_share(one.danger is not None for one in groups["needs"]),
        kinds=_by_kind(danger),
        ms_per_text=round(1000 * spent / max(len(rows), 1), 2),
    )


def _outcome(row: Saying) -> Outcome:
    way = find_way(row.text, row.language)
    return Outcome(
        saying=row,
        department=way.department,
        danger=way.danger.kind if way.danger else None,
        certain=way.danger is not None and way.danger.certain,
    )


def _by_kind(danger: Iterable[Outcome]) -> dict[str, tuple[int, int]]:
    kinds: dict[str, list[bool]] = defaultdict(list)
    for one in danger:
        kinds[one.saying.expect.removeprefix(DANGER)].append(one.danger is not None)
    return {kind: _share(heard) for kind, heard in sorted(kinds.items())}


def _share(hits: Iterable[bool]) -> tuple[int, int]:
    counted = list(hits)
    return sum(counted), len(counted)
