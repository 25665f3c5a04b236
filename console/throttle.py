"""Slowing down whoever guesses passwords: so many tries in a while, for a login and for an address."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock

WHILE = timedelta(minutes=15)
TRIES_OF_A_LOGIN = 8  #: estimates: a forgetful person stays below
TRIES_OF_AN_ADDRESS = 40  #: an office shares one
AT_ONCE = 2  #: argon2id takes 64 MiB for each
REMEMBERED = 10_000  #: names at most, so that guessing cannot fill the memory


class TooOften(Exception):
    """Too many tries; ``minutes`` says how long to wait."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"too many tries, wait {minutes} minutes")
        self.minutes = minutes


class Throttle:
    """Tries of this process's lifetime; a restart forgets them, which costs a guesser more than it gives."""

    def __init__(self) -> None:
        self._tries: dict[str, deque[datetime]] = {}
        self._lock = Lock()
        self._checking = BoundedSemaphore(AT_ONCE)

    @contextmanager
    def counted(self, login: str, address: str, at: datetime) -> Iterator[None]:
        """A try that counts from now on; raises ``TooOften`` without trying."""
        with self._lock:
            self._forget(at)
            limits = {_of(login): TRIES_OF_A_LOGIN, f"@{address}": TRIES_OF_AN_ADDRESS}
            for name, limit in limits.items():
                if len(tries := self._tries.get(name, deque())) >= limit:
                    wait = tries[0] + WHILE - at
                    raise TooOften(max(1, round(wait.total_seconds() / 60)))
            for name in limits:
                self._tries.setdefault(name, deque()).append(at)
        with self._checking:
            yield

    def forgive(self, login: str) -> None:
        """The right password came: earlier tries were mistakes of typing."""
        with self._lock:
            self._tries.pop(_of(login), None)

    def _forget(self, at: datetime) -> None:
        for name, tries in list(self._tries.items()):
            while tries and tries[0] + WHILE <= at:
                tries.popleft()
            if not tries:
                del self._tries[name]
        while len(self._tries) > REMEMBERED:
            del self._tries[next(iter(self._tries))]


def _of(login: str) -> str:
    return login.strip().lower()[:64]
