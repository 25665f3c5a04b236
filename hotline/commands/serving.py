"""``hotline serve``: the lines and the pages, and whatever has to be mended first."""

import asyncio
import socket
import sys
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import uvicorn

from hotline.cli import logs, opened, screen
from hotline.commands.working import working
from hotline.doorstep import Doorstep, widen
from hotline.front import Front, Pages, keep_pages
from hotline.house import House
from hotline.lines import open_lines
from hotline.recover import recover

LARGEST = 64 * 1024  #: bytes of one message on a socket: a second of sound has 11,000


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
    """Start the lines and the pages: /review for supervisors and operators, /agent for departments and proxy agents.

    A worker runs beside them: clocks fire, residents are rung (see `hotline worker --help`).
    Calls that a crash left open are mended first. People sign in with what
    `hotline staff import` and `hotline agents import` gave them. The sound of live calls is
    carried by this process, the pages by another one that it starts. /phone is a telephone in
    the browser: for this machine, unless HOTLINE_PHONE=public.
    """
    logs()
    widen()
    _check_free(host, port)
    with opened() as house, TemporaryDirectory(prefix="hotline-") as folder:
        for one in recover(house):
            screen.print(
                f"mended call {one.call}: {one.outcome}, {one.seconds:.1f} s of sound kept"
            )
        house.warm("zh")
        screen.print(
            f"http://{host}:{port}/review  and  /agent, to try a call /phone   (Ctrl-C ends)"
        )
        config = {"host": host, "port": port, "proxy_headers": behind_proxy}
        with nullcontext() if no_worker else working(house):
            _run(house, Path(folder) / "pages", config)


def _run(house: House, place: Path, listening: dict[str, object]) -> None:
    lines, inner = open_lines(house), Pages(place)
    config = uvicorn.Config(
        Front(lines.sockets, inner, lines.requests),
        log_level="warning",
        http=Doorstep,
        ws="wsproto",
        ws_max_size=LARGEST,
        lifespan="off",
        **listening,  # type: ignore[arg-type]
    )
    server = uvicorn.Server(config)

    async def main() -> None:
        command = [sys.executable, "-m", "hotline", "pages", str(place)]
        beside = [asyncio.create_task(keep_pages(command))]
        beside += [asyncio.create_task(one) for one in lines.beside()]
        try:
            await server.serve()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await inner.close()

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(main())
    lines.close()


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise click.ClickException(
                f"Nothing can listen on {host}:{port} ({problem.strerror}); try --port {port + 1}"
            ) from problem


COMMANDS = (serve,)
