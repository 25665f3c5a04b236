"""``hotline serve``: the pages, and whatever has to be mended first."""

import socket
from contextlib import nullcontext

import click
import uvicorn
from a2wsgi import WSGIMiddleware

from console.app import create_app
from console.parts import Parts
from hotline.cli import opened, screen
from hotline.commands.working import working
from hotline.house import House
from hotline.recover import recover


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="0.0.0.0 shows it to the network."
)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="Believe the X-Forwarded headers of a TLS proxy on this machine.",
)
@click.option("--no-worker", is_flag=True, help="`hotline worker` runs elsewhere.")
def serve(host: str, port: int, behind_proxy: bool, no_worker: bool) -> None:
    """Start the pages: /review for supervisors and operators, /agent for departments and proxy agents.

    A worker runs beside them: clocks fire, residents are rung (see `hotline worker --help`).
    Calls that a crash left open are mended first. People sign in with what
    `hotline staff import` and `hotline agents import` gave them.
    """
    _check_free(host, port)
    with opened() as house:
        for one in recover(house):
            screen.print(
                f"mended call {one.call}: {one.outcome}, {one.seconds:.1f} s of sound kept"
            )
        house.warm("zh")
        screen.print(f"http://{host}:{port}/review  and  /agent   (Ctrl-C ends)")
        app = WSGIMiddleware(create_app(pages(house)))  # type: ignore[arg-type]
        with nullcontext() if no_worker else working(house):
            uvicorn.run(app, host=host, port=port, log_level="warning", proxy_headers=behind_proxy)


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise click.ClickException(
                f"Nothing can listen on {host}:{port} ({problem.strerror}); try --port {port + 1}"
            ) from problem


def pages(house: House) -> Parts:
    """What the web site needs of the house."""
    return Parts(
        database=house.database,
        keyring=house.keyring,
        shelf=house.shelf,
        zone=house.settings.zone,
        now=house.now,
        gazetteer=house.desk.gazetteer,
    )


COMMANDS = (serve,)
