"""``hotline bench line``: what a live line costs beside a bare socket server."""

import click

from hotline.bench_line import line_figures
from hotline.cli import json_option, screen
from hotline.commands.measuring import bench, measured, report


@bench.command()
@click.option(
    "--calls",
    default=100,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Live calls at once.",
)
@json_option
def line(calls: int, as_json: bool) -> None:
    """Live calls beside a bare socket server in the same run: CPU, frame lag; webhook turns beside a bare view.

    Recognition and its voice detector are left out; recordings are kept. About two minutes; nothing else should run.
    """
    with measured(), screen.status("measuring") as status:
        figures = line_figures(calls, status.update)
    report(figures, as_json=as_json)


COMMANDS = (bench,)  #: the same group, with this one in it
