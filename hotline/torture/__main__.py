"""``python -m hotline.torture``: the long form, with as many kills and seeds as you like."""

import json
import logging
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from hotline.torture.faults import fill_the_disk, outlive_a_lease, small_disk, switch_off
from hotline.torture.kills import kills
from hotline.torture.points import deaths
from hotline.torture.postgres import NoPostgres, cluster
from hotline.torture.world import Reckoning, SteppedClock, TurnedClock, World

DATABASES = ("sqlite", "postgresql", "triggers")  #: the last one is PostgreSQL with Procrastinate


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--kills", "count", default=100, show_default=True, help="Workers killed for each seed."
)
@click.option("--seeds", default=5, show_default=True, help="From --seed on.")
@click.option("--seed", "first", default=1, show_default=True)
@click.option(
    "--database", "databases", multiple=True, type=click.Choice(DATABASES), default=DATABASES
)
@click.option(
    "--points/--no-points", default=True, help="A death at every commit and provider call."
)
@click.option("--faults/--no-faults", default=True, help="Leases, power cuts, a full disk.")
@click.option("--dialogues", is_flag=True, help="Calls are really carried, with every sentence.")
def main(  # noqa: PLR0913, PLR0917  # a command has as many options as people need
    count: int, seeds: int, first: int, databases: tuple[str, ...], points: bool, faults: bool, dialogues: bool
) -> None:  # fmt: skip
    """Kill workers and count promises. Ends with one JSON object; exit code 1 where one was lost or doubled."""
    logging.disable(logging.ERROR)  # what fails on purpose is counted in the end
    found: dict[str, Any] = {}
    for name in databases:
        for seed in range(first, first + seeds):
            found[f"kills {name} seed {seed}"] = _kills(name, seed, count, dialogues=dialogues)
    if points:
        found["points"] = _points()
    if faults:
        found |= _faults()
    bad = [name for name, facts in found.items() if not facts.get("fine", True)]
    click.echo(json.dumps({"torture": found, "bad": bad}))
    raise SystemExit(bool(bad))


def _kills(name: str, seed: int, count: int, *, dialogues: bool) -> dict[str, Any]:
    began = time.monotonic()
    with _world(name) as world:
        done = kills(replace(world, seed=seed, dialogues=dialogues), count)
    facts = _facts(done) | {"seconds": round(time.monotonic() - began, 1)}
    click.echo(f"{count} kills, {name}, seed {seed}: {_sentence(facts)}", err=True)
    return facts


def _points() -> dict[str, Any]:
    """All of them, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        done = list(deaths(World(home=home, clock=SteppedClock()), home))
    bad = [death.point for death in done if not death.reckoning.fine]
    ambiguous = sum(death.reckoning.ambiguous for death in done)
    facts = {
        "points": sum(death.died for death in done),
        "ambiguous": ambiguous,
        "bad": bad,
        "fine": not bad,
    }
    click.echo(f"a death at each point: {_sentence(facts)}", err=True)
    return facts


def _faults() -> dict[str, Any]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        said, done = outlive_a_lease(World(home=Path(folder), clock=SteppedClock()))
        found["lease"] = {"late dial": said, **_facts(done)}
        try:
            with small_disk(Path(folder) / "small") as home:
                full = fill_the_disk(World(home=home, clock=TurnedClock(time.time())))
            found["disk full"] = asdict(full) | {"fine": full.fine}
        except PermissionError as why:
            found["disk full"] = {"skipped": str(why)}
    try:
        with cluster() as server, tempfile.TemporaryDirectory() as folder:
            clock = TurnedClock(time.time())
            off = switch_off(World(home=Path(folder), database=server.url, clock=clock), server)
        found["power cuts"] = asdict(off) | {"fine": off.fine}
    except NoPostgres as why:
        found["power cuts"] = {"skipped": str(why)}
    for name, facts in found.items():
        click.echo(f"{name}: {_sentence(facts)}", err=True)
    return found


@contextmanager
def _world(name: str) -> Iterator[World]:
    """A home, and where it is wanted a server of our own. Raises ``NoPostgres``."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(home=Path(folder), clock=TurnedClock(time.time()))
        if name == "sqlite":
            yield world
            return
        with cluster() as server:
            yield replace(world, database=server.url, triggers=name == "triggers")


def _facts(done: Reckoning) -> dict[str, Any]:
    return done.data() | {"fine": done.fine}


def _sentence(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


if __name__ == "__main__":
    main()
