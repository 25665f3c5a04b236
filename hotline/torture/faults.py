"""Other faults: a worker that outlives its lease, a database that is switched off, a disk that is full."""

import errno
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from hotline.dialling.dialler import Dialler
from hotline.house import House
from hotline.torture.child import Points, Watched, work
from hotline.torture.kills import end_quietly
from hotline.torture.postgres import Cluster
from hotline.torture.processes import several, start, wait_for
from hotline.torture.world import MONDAY, Reckoning, SteppedClock, World, begin, promise, reckon
from ivr.lines.provider import Order, Provider
from tickets.models import Ticket


class Hesitant(Watched):
    """Says that it is about to dial, and takes its time: to be stopped in."""

    def __init__(self, provider: Provider, told: Connection) -> None:
        super().__init__(provider, Points())
        self._told = told

    def place(self, order: Order) -> None:
        self._told.send("about to dial")
        time.sleep(0.5)
        try:
            super().place(order)
        except Exception as why:
            self._told.send(type(why).__name__)
            raise
        self._told.send("dialled")


def hesitate(world: World, told: Connection) -> None:
    """Dials once, slowly, and does nothing else: whoever is stopped in the middle of a write on SQLite stops everybody."""
    with world.opened() as house:
        dialler = Dialler(house, Hesitant(world.provider(house), told))
        dialler.dial()
        dialler.close()


def outlive_a_lease(world: World) -> tuple[str, Reckoning]:
    """Stopped in mid-dial; others look it up and dial anew; then it goes on, and what it tells is the answer."""
    begin(world)
    with world.opened() as house:
        promise(house.database, "13800000001", MONDAY)
    slow = start(hesitate, replace(world, clock=SteppedClock(), turns={"*": ["answers 111"]}))
    wait_for(slow)
    os.kill(slow.process.pid or 0, signal.SIGSTOP)
    later = replace(world, clock=SteppedClock(MONDAY + timedelta(minutes=3)))
    end_quietly(replace(later, turns={"*": ["answers 111"]}))
    os.kill(slow.process.pid or 0, signal.SIGCONT)
    said = str(wait_for(slow))
    slow.process.join()
    return said, reckon(replace(later, clock=SteppedClock(later.clock() + timedelta(minutes=3))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    """What was accepted, what was refused meanwhile, and the reckoning in the end."""

    accepted: int
    refused: int
    readable: bool  #: could it be read while nothing could be written?
    kept: int  #: of what was accepted
    resumed: bool  #: did the worker go on by itself?
    reckoning: Reckoning

    @property
    def fine(self) -> bool:
        return self.kept == self.accepted and self.readable and self.resumed and self.reckoning.fine


def switch_off(world: World, cluster: Cluster, times: int = 3) -> Survived:
    """The database is stopped as by a power cut while workers work and needs are dealt with."""
    begin(world)
    asked = _Asked()
    with world.opened() as house, several(lambda: start(work, world), 2) as workers:
        for worker in workers:
            wait_for(worker)
        for _ in range(times):
            asked.for_a_while(house, 0.7)
            cluster.stop_immediately()
            asked.for_a_while(house, 0.3)
            cluster.start()
        asked.for_a_while(house, 0.7)
        resumed = _goes_on(world, house)
    ended = end_quietly(world)
    with world.opened() as house:
        kept = _kept(house, asked.accepted)
    return Survived(
        accepted=len(asked.accepted), refused=asked.refused, readable=True, kept=kept, resumed=resumed, reckoning=ended,
    )  # fmt: skip


def fill_the_disk(world: World) -> Survived:
    """The home's disk is full for a while. ``world.home`` should lie on a small one."""
    begin(world)
    asked = _Asked()
    with world.opened() as house, several(lambda: start(work, world), 1) as workers:
        wait_for(workers[0])
        asked.for_a_while(house, 0.7)
        with _full(world.home):
            asked.for_a_while(house, 1.5)
            readable = _kept(house, asked.accepted) == len(asked.accepted)
        asked.for_a_while(house, 0.7)
        resumed = _goes_on(world, house)
    ended = end_quietly(world)
    with world.opened() as house:
        kept = _kept(house, asked.accepted)
    return Survived(
        accepted=len(asked.accepted), refused=asked.refused, readable=readable, kept=kept, resumed=resumed, reckoning=ended,
    )  # fmt: skip


@contextmanager
def small_disk(folder: Path, megabytes: int = 12) -> Iterator[Path]:
    """A disk of its own in memory; raises ``PermissionError`` where nothing may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603  # our own arguments
    if done.returncode:
        raise PermissionError(done.stderr.decode(errors="replace").strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S603, S607  # our own mount


@contextmanager
def _full(folder: Path) -> Iterator[None]:
    """Not a byte is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as problem:
            if problem.errno != errno.ENOSPC:
                raise
    try:
        yield
    finally:
        filler.unlink()


class _Asked:
    """Somebody who goes on dealing with needs, whatever happens, and remembers what was accepted."""

    def __init__(self) -> None:
        self.accepted: list[int] = []
        self.refused = 0

    def for_a_while(self, house: House, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            number = f"139{len(self.accepted):08}"
            try:
                self.accepted.append(promise(house.database, number, house.now()))
            except (SQLAlchemyError, OSError):
                self.refused += 1
            time.sleep(0.02)


def _kept(house: House, accepted: list[int]) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).where(Ticket.id.in_(accepted))) or 0


def _goes_on(world: World, house: House) -> bool:
    """Whether somebody is dialled again before half a minute is over."""
    before = len(world.ledger(house).refresh().dials)
    promise(house.database, "13700000000", house.now())
    until = time.monotonic() + 30.0
    while time.monotonic() < until:
        if len(world.ledger(house).refresh().dials) > before:
            return True
        time.sleep(0.1)
    return False
