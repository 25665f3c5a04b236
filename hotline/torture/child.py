"""The process that is tortured: a worker, killed from outside, or by itself at one enumerated point."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from sqlalchemy import Engine, select

from hotline.house import House
from hotline.recover import mend
from hotline.torture.world import SteppedClock, World
from hotline.worker import Worker
from ivr.lines.provider import Fate, Order, Provider
from tickets.callbacks import LIVE, Callback, DialAttempt

STEP = timedelta(minutes=4)
TICK = timedelta(milliseconds=10)  #: the next call may be placed
PATIENCE = 20.0  #: seconds for calls to end
LONGEST = timedelta(days=7)
_T = TypeVar("_T")


def work(world: World, ready: Connection) -> None:
    """A worker until it is killed; it says when it is ready."""
    with world.opened() as house:
        mend(house)
        worker = Worker(house, world.provider(house))
        ready.send("ready")
        worker.run()


class Points:
    """Numbers every moment before and after a commit and a call of the provider; dies at one of them."""

    def __init__(self, die_at: int = 0) -> None:
        self.reached = 0
        self._die_at = die_at
        self._lock = threading.Lock()

    def pass_(self) -> None:
        with self._lock:
            self.reached += 1
            if self.reached == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[[], _T]) -> _T:
        self.pass_()
        try:
            return act()
        finally:
            self.pass_()

    def watch(self, engine: Engine) -> None:
        """Before and after every commit; what was only read is no point."""
        commit = engine.dialect.do_commit

        def committed(connection: Any) -> None:
            self.around(lambda: commit(connection))

        engine.dialect.do_commit = committed  # type: ignore[method-assign,assignment]


class Watched:
    """A provider whose every call is a point."""

    def __init__(self, provider: Provider, points: Points) -> None:
        self.name = provider.name
        self._provider = provider
        self._points = points

    def place(self, order: Order) -> None:
        self._points.around(lambda: self._provider.place(order))

    def look_up(self, key: str) -> Fate:
        return self._points.around(lambda: self._provider.look_up(key))

    def hang_up(self, key: str) -> None:
        self._points.around(lambda: self._provider.hang_up(key))


def step_through(world: World, steps: int, die_at: int, told: Connection) -> None:
    """Rounds on a clock that is moved between them; tells how many points were reached, if it lives to."""
    points = Points(die_at)
    with world.opened() as house:
        points.watch(house.database.engine)
        worker = Worker(house, Watched(world.provider(house), points))
        for _ in range(steps):
            _round(house, worker, world)
        worker.close()
        told.send(points.reached)


def finish(world: World) -> None:
    """Undisturbed, until nothing is owed any more; ``world.clock`` has to be one that is moved."""
    with world.opened() as house:
        worker = Worker(house, world.provider(house))
        until = house.now() + LONGEST
        while house.now() < until and _is_owed(house):
            _round(house, worker, world)
        worker.close()


def _round(house: House, worker: Worker, world: World) -> None:
    """As many rounds as there is something to do, then the clock moves on.

    Calls that this process carries are waited for; those of dead ones are not over before they are looked up.
    """
    begun, until = house.now(), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if worker.round():
            _move(world, TICK)
        elif _in_use(house, begun):
            time.sleep(0.005)
        else:
            break
    _move(world, STEP)


def _move(world: World, by: timedelta) -> None:
    if isinstance(world.clock, SteppedClock):
        world.clock.at += by


def _in_use(house: House, since: datetime) -> bool:
    with house.database.read() as session:
        ours = DialAttempt.at >= since, DialAttempt.lease_until.is_not(None)
        return session.scalar(select(DialAttempt.id).where(*ours).limit(1)) is not None


def _is_owed(house: House) -> bool:
    with house.database.read() as session:
        live = session.scalar(select(Callback.id).where(Callback.state.in_(LIVE)).limit(1))
        leased = DialAttempt.lease_until.is_not(None)
        return live is not None or session.scalar(select(DialAttempt.id).where(leased)) is not None
