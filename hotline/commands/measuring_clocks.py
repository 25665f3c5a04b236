"""``hotline bench clocks``: a million open tickets, on both databases."""

import click
from rich.progress import Progress, TaskID

from hotline.bench_clocks import LEAST, clock_figures
from hotline.bench_dials import dial_figures
from hotline.cli import json_option, print_json, screen
from hotline.commands.measuring import bench
from hotline.house import clock


@bench.command()
@click.option(
    "--tickets", default=1_000_000, show_default=True, type=click.IntRange(LEAST, 10_000_000),
    help="Open tickets; each has three armed timers.",
)  # fmt: skip
@click.option(
    "--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600),
    help="How long eight processes write at once.",
)  # fmt: skip
@json_option
def clocks(tickets: int, seconds: float, as_json: bool) -> None:
    """Timers among very many: nothing due, a hundred due, one ticket more, and eight who write at once.

    On SQLite in a temporary folder, and on PostgreSQL in a database of its own: on HOTLINE_BENCH_POSTGRESQL, else on
    127.0.0.1:5432; without a server that part is left out, and says so.
    """
    with Progress(console=screen, transient=True) as bars:
        rows: dict[str, TaskID] = {}

        def tell(what: str, done: float) -> None:
            if what not in rows:
                rows[what] = bars.add_task(what, total=1.0)
            bars.update(rows[what], completed=min(1.0, done))

        figures = clock_figures(tickets, seconds, clock(), tell)
    for kind, found in figures.items():
        screen.print(f"[bold]{kind}[/bold] {found}")
    if as_json:
        print_json(figures)


@bench.command()
@click.option("--callbacks", default=2000, show_default=True, type=click.IntRange(10, 1_000_000))
@json_option
def dials(callbacks: int, as_json: bool) -> None:
    """How many dials a second the database carries: attempt claimed and committed, then settled. No telephone is in it."""
    figures = dial_figures(callbacks, clock())
    for kind, found in figures.items():
        screen.print(f"[bold]{kind}[/bold] {found}")
    if as_json:
        print_json(figures)


COMMANDS = (bench,)  #: the same group, with this one in it
