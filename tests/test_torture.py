"""Workers are killed, stopped and starved; every promise is counted. The long form is ``make torture``."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.torture.child import finish
from hotline.torture.faults import fill_the_disk, outlive_a_lease, small_disk, switch_off
from hotline.torture.kills import end_quietly, kills
from hotline.torture.points import TURNS, die_at
from hotline.torture.postgres import NoPostgres, cluster
from hotline.torture.processes import run
from hotline.torture.world import MONDAY, SteppedClock, TurnedClock, World, begin, promise, reckon


@pytest.fixture
def turned(tmp_path):
    """A home whose clock runs fast."""
    return World(home=tmp_path, clock=TurnedClock(time.time()))


@pytest.fixture
def stepped(tmp_path):
    """A home whose clock is moved."""
    return World(home=tmp_path, clock=SteppedClock())


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of our own, which may be stopped."""
    try:
        with cluster() as made:
            yield made
    except NoPostgres as why:
        pytest.skip(str(why))


def test_killed_workers_lose_nothing_and_ring_nobody_twice(turned):
    done = kills(replace(turned, seed=7), 6)
    assert (done.lost, done.doubled, done.clocks_lost) == (0, 0, 0)
    assert done.promised == done.told + done.visits >= 10


def test_nor_do_they_on_many_machines_with_triggers(turned, empty_postgresql_url):
    world = replace(turned, seed=8, database=empty_postgresql_url, triggers=True)
    done = kills(world, 6)
    assert (done.lost, done.doubled, done.clocks_lost) == (0, 0, 0)


def test_calls_that_are_really_carried_survive_it_too(turned):
    done = kills(replace(turned, seed=9, dialogues=True), 2)
    assert (done.lost, done.doubled) == (0, 0)


@pytest.mark.parametrize("point", [5, 19, 33, 47])
def test_a_death_before_or_after_any_commit_or_dial_costs_nothing(stepped, point):
    """Every point in turn is for ``make torture``."""
    death = die_at(replace(stepped, home=stepped.home / "home"), point)
    assert death.died
    assert death.reckoning.fine
    assert death.reckoning.told == len(TURNS)


def test_a_worker_that_outlives_its_lease_in_mid_dial_dials_no_more(stepped):
    said, done = outlive_a_lease(stepped)
    assert said == "KeyRefused"
    assert (done.dials, done.told, done.doubled, done.not_placed) == (1, 1, 0, 1)


def test_a_power_cut_of_the_database_three_times_loses_nothing(turned, server):
    survived = switch_off(replace(turned, database=server.url), server)
    assert survived.refused > 0
    assert (survived.kept, survived.resumed) == (survived.accepted, True)
    assert survived.reckoning.fine


def test_a_full_disk_loses_nothing_that_was_accepted_and_work_goes_on_by_itself(turned):
    try:
        with small_disk(turned.home / "small") as home:
            survived = fill_the_disk(replace(turned, home=home))
    except PermissionError as why:
        pytest.skip(f"no small disk can be mounted here: {why}")
    assert survived.refused > 0
    assert survived.readable
    assert (survived.kept, survived.resumed) == (survived.accepted, True)
    assert survived.reckoning.fine


def test_a_house_that_was_shut_for_two_days_keeps_its_promises_when_it_opens(stepped):
    begin(stepped)
    with stepped.opened() as house:
        promise(house.database, "13800000001", MONDAY)
        promise(house.database, "13800000002", MONDAY, handled=False)
    late = SteppedClock(MONDAY + timedelta(days=2))
    done = end_quietly(replace(stepped, clock=late, turns={"*": ["answers 111"]}))
    assert (done.told, done.clocks_lost, done.dials) == (1, 0, 1)


def test_a_clock_that_is_put_back_rings_nobody_twice_and_forgets_nobody(stepped):
    world = replace(
        stepped, turns={"13800000001": ["answers 111"], "13800000002": ["busy", "answers 111"]}
    )
    begin(world)
    with world.opened() as house:
        for number in world.turns:
            promise(house.database, number, MONDAY)
    for hours in (1, -3, 2):
        run(finish, replace(world, clock=SteppedClock(MONDAY + timedelta(hours=hours))))
    done = reckon(replace(world, clock=SteppedClock(MONDAY + timedelta(hours=9))))
    assert (done.told, done.doubled, done.dials) == (2, 0, 3)
