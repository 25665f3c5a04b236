"""Killed at every enumerated point: before and after each commit and each call of the provider.

The same story is told again and again, each time with a worker that kills itself one point later; then another
worker finishes it, and the promises are counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from hotline.torture.child import STEP, step_through
from hotline.torture.kills import end_quietly
from hotline.torture.processes import start
from hotline.torture.world import MONDAY, Reckoning, SteppedClock, World, begin, promise

STEPS = 5  #: moves of the clock before the worker is let go
#: One who answers, one who is busy first, one whom the provider does not reach at first, and a lost receipt.
TURNS: Mapping[str, list[str]] = {
    "13800000001": ["answers 111"],
    "13800000002": ["busy", "answers 111"],
    "13800000003": ["down", "answers 111"],
    "13800000004": ["unsure 111"],
}


@dataclass(frozen=True, slots=True)
class Death:
    """At which point, whether it was reached, and what became of the promises."""

    point: int
    died: bool
    reckoning: Reckoning


def deaths(world: World, folder: Path, every: int = 1) -> Iterator[Death]:
    """One after the other until the story ends before the point; ``every`` so many points."""
    point = 1
    while True:
        death = die_at(replace(world, home=folder / f"point {point}"), point)
        yield death
        if not death.died:
            return
        point += every


def die_at(world: World, point: int) -> Death:
    """The story once, with a worker that dies at this point; 0 for one that does not."""
    world.home.mkdir(parents=True)
    told = replace(world, clock=SteppedClock(), turns=TURNS)
    begin(told)
    with told.opened() as house:
        for number in TURNS:
            promise(house.database, number, MONDAY)
        promise(house.database, "13800000005", MONDAY, handled=False)
    child = start(step_through, told, STEPS, point)
    child.process.join()
    died = child.process.exitcode != 0
    later = SteppedClock(MONDAY + STEPS * STEP + timedelta(minutes=1))
    return Death(point, died, end_quietly(replace(told, clock=later)))
