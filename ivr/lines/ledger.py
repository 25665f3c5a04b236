"""What a simulated telephone company remembers: every key it was given, in a file that outlives all of us.

One JSON object a line, synced before anybody is told; whoever writes holds the file's lock. It counts
dials by key and by number, which are kept as blind indexes only.
"""

import errno
import fcntl
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ivr.lines.provider import KeyRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """One key: to whom, how it will end by itself, who carries it, and how it did end."""

    number: str
    will: str
    process: str
    outcome: str | None = None


class Ledger:
    """Several processes may hold the same file."""

    def __init__(self, file: Path, blind: Callable[[str], bytes]) -> None:
        self._file = file
        self._blind = blind
        self._read = 0
        self.dials: dict[str, Dialled] = {}
        self.refused: set[str] = set()
        self.times: Counter[str] = (
            Counter()
        )  #: by key: how often it was dialled; never more than once
        self.numbers: Counter[str] = Counter()  #: by number (blind)
        self.turned_away: Counter[str] = Counter()  #: by number: dials that it did not make
        self.ringing: Counter[str] = Counter()  #: by number: dials that are not over
        self.doubled = 0  #: dials of a number that was ringing, or of a key that had been dialled
        file.parent.mkdir(parents=True, exist_ok=True)

    def place(
        self, key: str, number: str, process: str, will: Callable[[int], str | None]
    ) -> str | None:
        """Dial a key; ``will`` tells from how often that number was wanted before how it ends.

        None: it is not dialled after all. Raises ``KeyRefused``.
        """
        blind = self.index(number)
        with self._open() as write:
            if key in self.dials or key in self.refused:
                raise KeyRefused(key)
            ending = will(self.numbers[blind] + self.turned_away[blind])
            if ending is None:
                write({"turned away": key, "number": blind})
            else:
                write({"placed": key, "number": blind, "will": ending, "process": process})
            return ending

    def end(self, key: str, outcome: str) -> bool:
        """How it ended; False where that was written before."""
        with self._open() as write:
            if key not in self.dials or self.dials[key].outcome is not None:
                return False
            write({"ended": key, "outcome": outcome})
            return True

    def find_or_refuse(self, key: str) -> Dialled | None:
        """None where it was never dialled; from now on it never will be."""
        with self._open() as write:
            if key not in self.dials and key not in self.refused:
                write({"refused": key})
            return self.dials.get(key)

    def dials_to(self, number: str) -> int:
        """How often somebody was rung there."""
        with self._open():
            return self.numbers[self.index(number)]

    def refresh(self) -> "Ledger":
        """Read what others have written."""
        with self._open():
            return self

    def index(self, number: str) -> str:
        return self._blind(f"dialled {number}").hex()[:24]

    @contextmanager
    def _open(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._catch_up(handle)

            def write(line: dict[str, Any]) -> None:
                whole = json.dumps(line).encode() + b"\n"
                if os.write(handle, whole) < len(whole):  # the next one takes the rest of it away
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(handle)
                self._catch_up(handle)

            yield write
        finally:
            os.close(handle)

    def _catch_up(self, handle: int) -> None:
        text = os.pread(handle, os.fstat(handle).st_size - self._read, self._read)
        whole = text.rfind(b"\n") + 1
        if whole < len(text):  # whoever wrote this died in the middle of it
            os.ftruncate(handle, self._read + whole)
        for line in text[:whole].splitlines():
            self._note(json.loads(line))
        self._read += whole

    def _note(self, line: dict[str, Any]) -> None:
        if key := line.get("placed"):
            facts = {name: line[name] for name in ("number", "will", "process")}
            self.dials[key] = dialled = Dialled(**facts)
            self.doubled += bool(self.times[key] or self.ringing[dialled.number])
            self.times[key] += 1
            self.numbers[dialled.number] += 1
            self.ringing[dialled.number] += 1
        elif key := line.get("ended"):
            self.dials[key] = replace(self.dials[key], outcome=line["outcome"])
            self.ringing[self.dials[key].number] -= 1
        elif key := line.get("turned away"):
            self.turned_away[line["number"]] += 1
        else:
            self.refused.add(line["refused"])
