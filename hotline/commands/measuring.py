"""``hotline bench``: figures by command, on this machine."""

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from hotline import bench as measure
from hotline.cli import json_option, print_json, screen


@click.group()
def bench() -> None:
    """Measure this installation: speed, memory, hearing."""


@bench.command()
@click.option("--calls", default=5, show_default=True, help="Calls in real time, about 50 s each.")
@json_option
def loop(calls: int, as_json: bool) -> None:
    """First sound after the confirmation key (median, ms) and memory of the server (MiB)."""
    with TemporaryDirectory() as home, screen.status("measuring") as status:
        settings = measure.settings_elsewhere(Path(home))
        figures = measure.server_memory(settings)
        figures |= measure.first_sounds(settings, calls, status.update)
    for name, figure in figures.items():
        screen.print(f"{name}: {figure}")
    if as_json:
        print_json(figures)


COMMANDS = (bench,)
