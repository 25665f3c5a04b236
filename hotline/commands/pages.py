"""``hotline pages``: the pages alone; ``hotline serve`` starts them."""

from pathlib import Path

import click

from hotline.cli import logs
from hotline.pages_process import open_site, serve_pages
from hotline.settings import Settings


@click.command(hidden=True)
@click.argument("place", type=click.Path(path_type=Path))
def pages(place: Path) -> None:
    """Answer on the Unix socket PLACE until the process that started this one ends."""
    logs()
    with open_site(Settings.read()) as site:
        serve_pages(site, place)


COMMANDS = (pages,)
