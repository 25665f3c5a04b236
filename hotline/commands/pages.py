"""``hotline pages``: the pages alone; ``hotline serve`` starts them."""

from pathlib import Path

import click

from hotline.pages_process import open_pages, serve_pages
from hotline.settings import Settings


@click.command(hidden=True)
@click.argument("place", type=click.Path(path_type=Path))
def pages(place: Path) -> None:
    """Answer on the Unix socket PLACE until the process that started this one ends."""
    with open_pages(Settings.read()) as parts:
        serve_pages(parts, place)


COMMANDS = (pages,)
