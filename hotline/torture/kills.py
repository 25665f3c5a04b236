"""Workers are killed 0.25 to 0.6 s after each is ready, while needs go on being dealt with."""

import random
import time
from dataclasses import replace
from datetime import timedelta

from hotline.torture.child import finish, work
from hotline.torture.processes import Child, ready, run, several, start
from hotline.torture.world import Reckoning, SteppedClock, World, begin, promise, reckon

SOONEST, LATEST = 0.25, 0.6  #: seconds between "ready" and SIGKILL
WORKERS = 3
PER_KILL = 3  #: promises made for every kill


def kills(world: World, count: int) -> Reckoning:
    """So many kills; then a quiet end, and the reckoning."""
    begin(world)
    chance = random.Random(world.seed)  # noqa: S311  # no secret
    with world.opened() as house, several(lambda: start(work, world), WORKERS) as workers:
        made = killed = 0
        while killed < count:
            for place, child in enumerate(workers):
                if _is_doomed(child, chance):
                    child.kill()
                    killed += 1
                    workers[place] = start(work, world)
            while made < killed * PER_KILL:
                number = f"138{made // 2:08}" if made % 8 < 2 else f"139{made:08}"
                promise(house.database, number, house.now(), handled=made % 5 != 4)
                made += 1
            time.sleep(0.005)
    return end_quietly(world)


def _is_doomed(child: Child, chance: random.Random) -> bool:
    if not ready(child):
        return False
    if not child.doomed_at:
        child.doomed_at = time.monotonic() + chance.uniform(SOONEST, LATEST)
    return time.monotonic() >= child.doomed_at


def end_quietly(world: World) -> Reckoning:
    """One worker that nobody kills, three minutes later, until nothing is owed any more."""
    late = world.clock() + timedelta(minutes=3)
    run(finish, replace(world, clock=SteppedClock(late)))
    return reckon(replace(world, clock=SteppedClock(late)))
