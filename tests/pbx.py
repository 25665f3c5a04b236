"""A hotline with a PBX for stories: the double, the line and the door on one loop, faster than life."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvicorn
from aiohttp import web
from sqlalchemy import select

from hotline.account import account_of
from hotline.asterisk_line import HouseDesk, carrier
from hotline.front import Front
from hotline.house import House
from hotline.reception import admit
from ivr.calls import Call
from ivr.lines.asterisk.account import LIVE, Pbx
from ivr.lines.asterisk.ari import Ari
from ivr.lines.asterisk.double.pbx import DoublePbx
from ivr.lines.asterisk.double.server import DoubleAri
from ivr.lines.asterisk.line import AsteriskLine
from ivr.lines.simulated_provider import ByNumber
from ivr.lines.switchboard import Switchboard

SPEED = 6.0
SECRET = "s3cret"


class Fast:
    """Time for sessions."""

    def now(self) -> float:
        return asyncio.get_running_loop().time() * SPEED

    async def wait(self, _call: Any, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


@dataclass
class Exchange:
    """What a story sees."""

    house: House
    pbx: Pbx
    double: DoublePbx
    ari: DoubleAri
    board: Switchboard
    line: AsteriskLine
    listening: asyncio.Task[None]

    def calls(self) -> list[dict[str, Any]]:
        with self.house.database.read() as session:
            ids = session.scalars(select(Call.id).order_by(Call.started_at, Call.id)).all()
        return [account_of(self.house, one) for one in ids]

    def endings(self) -> list[str | None]:
        with self.house.database.read() as session:
            return [one.ending for one in session.scalars(select(Call).order_by(Call.started_at))]

    async def until(self, true: Callable[[], Any], limit: float = 60) -> None:
        async with asyncio.timeout(limit):
            while not await asyncio.to_thread(true):  # noqa: ASYNC110  # the house tells nobody
                await asyncio.sleep(0.02)

    async def still(self) -> None:
        """Every call is over, for us and for the PBX."""
        await self.until(lambda: not self.double.channels and not self.double.bridges)
        await self.until(lambda: all(self.endings()) and not self.line._by_call)

    async def hang_up_on(self) -> None:
        """As if the hotline had died: no farewell to Asterisk, no endings."""
        self.listening.cancel()
        self.line._by_channel.clear()
        await asyncio.gather(self.listening, return_exceptions=True)


def listener(house: House, pbx: Pbx, limit: float = 8.0) -> AsteriskLine:
    return AsteriskLine(Ari(pbx, limit=limit), HouseDesk(house))


def free() -> socket.socket:
    one = socket.socket()
    one.bind(("127.0.0.1", 0))
    return one


@asynccontextmanager
async def exchange(
    house: House, *, limit: float = 8.0, **dialled: list[str]
) -> AsyncIterator[Exchange]:
    """``dialled``: what happens where a number is rung, ``n13800000000=["busy"]``."""
    ours, theirs = free(), free()
    script = ByNumber.told({name[1:]: turns for name, turns in dialled.items()})
    live = f"ws://127.0.0.1:{ours.getsockname()[1]}{LIVE}"
    double = DoublePbx(live, script=script, speed=SPEED, patience=0.3)
    ari = DoubleAri(double, "hotline", SECRET)
    runner = web.AppRunner(ari.site(), shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, theirs).start()
    pbx = Pbx(
        url=f"http://127.0.0.1:{theirs.getsockname()[1]}", user="hotline", password=SECRET,
        number="01055550000",
    )  # fmt: skip
    board = Switchboard(partial(admit, house), Fast())
    line = listener(house, pbx, limit)
    door = Front({LIVE: carrier(house, line, board)}, None)  # type: ignore[arg-type]
    config = uvicorn.Config(door, ws="wsproto", log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([ours]))
    listening = asyncio.create_task(line.run())
    one = Exchange(house, pbx, double, ari, board, line, listening)
    try:
        await asyncio.wait_for(line.connected.wait(), 20)
        yield one
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await double.close()
        server.should_exit = True
        await serving
        await runner.cleanup()
        board.close()
        ours.close()
        theirs.close()
