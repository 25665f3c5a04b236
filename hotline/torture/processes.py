"""Processes that may be killed: forked from a clean server that has imported everything and opened nothing."""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

READY_WITHIN = 120.0  #: seconds


@dataclass(slots=True)
class Child:
    process: BaseProcess
    told: Connection  #: what it says
    ready_at: float | None = None
    doomed_at: float = 0.0

    def has_told(self) -> bool:
        return self.told.poll()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()
        self.told.close()


def start(target: Callable[..., object], *args: object) -> Child:
    """``target(*args, connection)`` in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["hotline.torture.child"])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_quietly, args=(target, *args, there), daemon=True)
    process.start()
    there.close()
    return Child(process, here)


def wait_for(child: Child, seconds: float = READY_WITHIN) -> object:
    """What it says; raises ``TimeoutError``, ``EOFError`` where it died first."""
    if not child.told.poll(seconds):
        raise TimeoutError("a process said nothing")
    return child.told.recv()


def run(target: Callable[..., object], *args: object) -> int | None:
    """To its end; the exit code, -9 where it was killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["hotline.torture.child"])
    process = context.Process(target=_quietly, args=(target, *args), daemon=True)
    process.start()
    process.join()
    return process.exitcode


def _quietly(target: Callable[..., object], *args: object) -> None:
    """What fails on purpose is counted in the end, not told."""
    logging.disable(logging.CRITICAL)
    target(*args)


@contextmanager
def several(make: Callable[[], Child], count: int) -> Iterator[list[Child]]:
    """So many of them, killed in the end."""
    children = [make() for _ in range(count)]
    try:
        yield children
    finally:
        for child in children:
            child.kill()


def ready(child: Child) -> bool:
    """Whether it has said so; notes when."""
    if child.ready_at is None and child.has_told():
        child.told.recv()
        child.ready_at = time.monotonic()
    return child.ready_at is not None
