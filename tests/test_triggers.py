"""On PostgreSQL jobs wake the workers: deferred with what they are about, and not needed for it to happen."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.house import clock
from hotline.torture.child import finish
from hotline.torture.processes import run
from hotline.torture.world import MONDAY, SteppedClock, World, begin, promise, reckon
from tickets.models import Ticket


@pytest.fixture
def world(tmp_path, empty_postgresql_url):
    turns = {"*": ["answers 111"]}
    return World(
        home=tmp_path, database=empty_postgresql_url, clock=SteppedClock(), turns=turns, triggers=True
    )  # fmt: skip


def jobs(house) -> int:
    with house.database.read() as session:
        return session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0


def test_a_job_is_there_with_what_it_is_about_and_never_without_it(world):
    with world.opened() as house:
        before = jobs(house)
        promise(house.database, "13800000001", MONDAY)
        assert jobs(house) > before
        before = jobs(house)
        with house.database.write() as session:
            session.get_one(Ticket, 1).timers[0].due_at = MONDAY
            session.flush()
            session.rollback()
        assert jobs(house) == before


def test_a_worker_is_woken_when_something_falls_due(world):
    begin(world)
    with world.opened() as house:
        woken = threading.Event()
        house.triggers.listen(woken.set)
        promise(house.database, "13800000001", clock() - timedelta(minutes=1))
        assert woken.wait(30)


def test_with_all_jobs_deleted_everything_still_happens(world):
    begin(world)
    with world.opened() as house:
        promise(house.database, "13800000001", MONDAY)
        promise(house.database, "13800000002", MONDAY, handled=False)
        with house.database.write() as session:
            session.execute(text("DELETE FROM procrastinate_jobs"))
    later = replace(world, clock=SteppedClock(MONDAY + timedelta(hours=1)))
    run(finish, later)
    done = reckon(later)
    assert (done.told, done.lost, done.clocks_lost) == (1, 0, 0)


def test_switched_off_there_is_the_sweep_alone(world):
    with replace(world, triggers=False).opened() as house:
        assert house.triggers is None
        promise(house.database, "13800000001", MONDAY)
