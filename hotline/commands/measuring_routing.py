"""``hotline bench routing`` and ``hotline bench repeats``: whose matter it is, and whether it was told before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import Progress, TaskID

from hotline.bench_routing import routing_figures, shipped_mb, told_before
from hotline.cli import json_option, screen
from hotline.commands.measuring import bench, measured, report
from hotline.settings import Settings

tickets_option = click.option(
    "--tickets",
    default=1_000_000,
    show_default=True,
    type=click.IntRange(0, 20_000_000),
    help="Told before, among which a need told again is looked for; a million take minutes and a gigabyte, 0 none.",
)


@click.command()
@click.option(
    "--writers",
    is_flag=True,
    help="Also train anew with every writer of the corpus held back: needs, questions, emergencies; ten minutes.",
)
@tickets_option
@json_option
def routing(writers: bool, tickets: int, as_json: bool) -> None:
    """How often the routing is right: on citizen messages (HOTLINE_TEST_DATA), clean and misheard, and on new writers.

    And how well what was told before is found again (`hotline bench repeats`).
    """
    data = _test_data()
    with measured(), _telling() as tell:
        figures = routing_figures(data, tell, foreign=writers)
        if tickets:
            figures |= told_before(data, tickets, tell)
    report(figures | {"shipped_mb": shipped_mb()}, as_json=as_json)


@click.command()
@tickets_option
@click.option(
    "--database",
    default="",
    metavar="URL",
    help="An empty PostgreSQL database, which is filled; else SQLite.",
)
@json_option
def repeats(tickets: int, database: str, as_json: bool) -> None:
    """Is a need told again, with three characters in ten misheard, among five suggestions; and in how many ms.

    Among TICKETS whose stories are put together from citizen messages (HOTLINE_TEST_DATA) or the corpus.
    """
    with measured(), _telling() as tell:
        figures = told_before(_test_data(), tickets, tell, database)
    report(figures, as_json=as_json)


def _test_data() -> Path | None:
    given = Settings.read().environ.get("HOTLINE_TEST_DATA")
    return Path(given) if given else None


@contextmanager
def _telling() -> Iterator[Callable[[str, float], None]]:
    """A bar for each thing that is told of."""
    with Progress(console=screen, transient=True) as bars:
        rows: dict[str, TaskID] = {}

        def tell(what: str, done: float) -> None:
            if what not in rows:
                rows[what] = bars.add_task(what, total=1.0)
            bars.update(rows[what], completed=min(1.0, done))

        yield tell


bench.add_command(routing)
bench.add_command(repeats)

COMMANDS = (bench,)  #: the same group, with these two in it
