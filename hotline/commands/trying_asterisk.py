"""``hotline asterisk-double``: try the Asterisk line without a PBX and without a telephone."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import click
from aiohttp import web

from hotline.asterisk_account import pbx_of
from hotline.cli import screen, sentences
from hotline.commands.calling import number_option
from hotline.settings import Settings
from ivr.lines.asterisk.account import LIVE, Pbx
from ivr.lines.asterisk.double.pbx import DoublePbx
from ivr.lines.asterisk.double.people import Somebody
from ivr.lines.asterisk.double.server import DoubleAri
from ivr.lines.simulated_provider import ByNumber
from speech.audio import Sound, read_sound, ulaw_decode, write_wav

PATIENCE = 60.0  #: seconds for a hotline to come


@click.command("asterisk-double")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@number_option
@click.option("--keys", default="", metavar="1...", help="Pressed after each later sentence; x hangs up.")  # fmt: skip
@click.option("--live", default=f"ws://127.0.0.1:8000{LIVE}", show_default=True,
              help="Where the hotline takes in the sound of calls.")  # fmt: skip
@click.option("--heard", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.wav",
              help="Write what the caller heard to a file.")  # fmt: skip
def asterisk_double(file: Path | None, number: str, keys: str, live: str, heard: Path | None) -> None:  # fmt: skip
    """A double of Asterisk at HOTLINE_ASTERISK_URL, in real time: no SIP, but ARI and chan_websocket.

    It waits for `hotline serve`, plays FILE as a caller and ends with the call. Without FILE it goes on until
    Ctrl-C; numbers that are rung behave as HOTLINE_HOME/simulated.toml says.
    """
    with sentences():
        settings = Settings.read()
        pbx = pbx_of(settings)
        if pbx is None:
            raise click.ClickException("Set HOTLINE_ASTERISK_URL, _USER and _PASSWORD: docs/asterisk.md")  # fmt: skip
        said = read_sound(file) if file else None
        told = settings.home / "simulated.toml"
        try:
            script = ByNumber.of(told.read_text("utf-8") if told.exists() else "")
        except ValueError as mistake:
            raise click.ClickException(f"{told}: {mistake}") from None
        caller = None if said is None else Somebody([said], keys=keys)
        double = DoublePbx(live, script=script, client=pbx.media)
        try:
            asyncio.run(_play(pbx, double, caller, number))
        except KeyboardInterrupt:
            screen.print("the double ends")
        if heard and caller:
            write_wav(heard, _sound(caller))
    for complaint in double.complaints:
        screen.print(f"Asterisk would not have understood: {complaint}")
    if double.complaints:
        raise click.ClickException("the line said something that Asterisk does not know")


async def _play(pbx: Pbx, double: DoublePbx, caller: Somebody | None, number: str) -> None:
    ari = DoubleAri(double, pbx.user, pbx.password)
    runner = web.AppRunner(ari.site(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    place = urlsplit(pbx.url)
    try:
        await web.TCPSite(runner, place.hostname, place.port or 80).start()
        screen.print(f"a double of Asterisk, {pbx.url}")
        await _until(ari)
        if caller is None:
            await asyncio.Event().wait()
        else:
            channel = double.rings_in(caller, number)
            screen.print("it rings")
            await channel.over.wait()
            told = "heard us" if caller.heard_anything else "heard nothing"
            screen.print(f"the call is over: cause {channel.cause}; the caller {told}")
            await asyncio.sleep(1.0)  # what else ends is told
    finally:
        await double.close()
        await runner.cleanup()


async def _until(ari: DoubleAri) -> None:
    try:
        await asyncio.wait_for(ari.listened.wait(), PATIENCE)
    except TimeoutError:
        raise click.ClickException(
            "no hotline came: run `hotline serve` with the same HOTLINE_ASTERISK_…"
        ) from None


def _sound(caller: Somebody) -> Sound:
    return ulaw_decode(bytes(caller.heard))


COMMANDS = (asterisk_double,)
