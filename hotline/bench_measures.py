"""What a measurement is made of: processor time and memory of a tree of processes, and the slow end of a list of times."""

import math
import os
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from hotline.bench import process_tree

_TICK = os.sysconf("SC_CLK_TCK")
_LOOKS = 20
_LOOK = 2.0  # seconds between two looks at the memory: a look costs several ms


def own_tree() -> list[int]:
    """Ourselves and our children; looked at again where a thread ended just then."""
    for _ in range(_LOOKS - 1):
        with suppress(OSError):
            return process_tree(os.getpid())
    return process_tree(os.getpid())


def cpu_seconds(processes: Sequence[int]) -> float:
    """User and system time of all of them since they began."""
    return sum(map(_cpu, processes))


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


class Others:
    """The share of this machine that other programs take, from now until `share` is asked."""

    def __init__(self) -> None:
        self._busy, self._all = _machine()

    def share(self, ours: float) -> float:
        """0 to 1; `ours`: processor seconds that we took meanwhile."""
        busy, everything = _machine()
        passed = max(everything - self._all, 1 / _TICK)
        return min(1.0, max(0.0, busy - self._busy - ours) / passed)


def _machine() -> tuple[float, float]:
    """Processor seconds of all cores since the machine began: busy, and all of them."""
    first = Path("/proc/stat").read_text().split("\n", 1)[0]
    spent = [int(one) / _TICK for one in first.split()[1:9]]
    return sum(spent) - spent[3] - spent[4], sum(spent)


def mib(processes: Sequence[int]) -> float:
    """Proportional set size: pages that are shared count once."""
    total = 0
    for one in processes:
        found = re.search(
            r"^Pss:\s+(\d+) kB", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE
        )
        total += int(found[1]) if found else 0
    return total / 1024


class Memory:
    """Looks at the memory of a tree of processes every two seconds, from now until `grown` is asked."""

    def __init__(self, tree: Callable[[], list[int]]) -> None:
        self._tree = tree
        self._before = self._most = mib(tree())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def grown(self) -> float:
        """MiB at the highest above the start."""
        self._over.set()
        self._thread.join()
        self._look()
        return self._most - self._before

    def _watch(self) -> None:
        while not self._over.wait(_LOOK):
            self._look()

    def _look(self) -> None:
        with suppress(OSError):  # a process may end while it is looked at
            self._most = max(self._most, mib(self._tree()))


def p95(values: Sequence[float]) -> float | None:
    """The value that one in twenty exceeds; None of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else None
