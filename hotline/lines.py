"""The live lines of a house put together: which path is which line, and what goes on beside them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hotline.asterisk_account import pbx_of
from hotline.browser_line import Phone, rules_of
from hotline.front import Answer
from hotline.house import House
from hotline.reception import admit
from hotline.twilio_account import account_of
from hotline.zombies import end_zombies
from ivr.lines.asterisk.account import LIVE
from ivr.lines.sockets import Socket
from ivr.lines.switchboard import Switchboard

log = logging.getLogger(__name__)

LOOK = 60.0  #: seconds between two looks for calls that nobody carries

Carry = Callable[[Socket], Awaitable[None]]


@dataclass(frozen=True)
class Lines:
    """``sockets``: who takes in a WebSocket, ``requests``: who answers a request, by its path."""

    house: House
    switchboard: Switchboard
    sockets: Mapping[str, Carry]
    requests: Mapping[str, Answer]
    listening: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()  #: to what a PBX tells

    def beside(self) -> list[Coroutine[Any, Any, None]]:
        """What runs as long as the lines are open."""
        return [self._watch(), *(one() for one in self.listening)]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            try:
                await asyncio.to_thread(end_zombies, self.house, self.switchboard.live)
            except Exception:
                log.exception("calls without life were not looked for")

    def close(self) -> None:
        self.switchboard.close()


def open_lines(house: House) -> Lines:
    """Every line that the settings allow."""
    switchboard = Switchboard(partial(admit, house))
    phone = Phone(house, rules_of(house.settings), switchboard)
    sockets: dict[str, Carry] = {"/phone/live": phone.carry}
    if account := account_of(house.settings):
        from hotline import twilio_line  # noqa: PLC0415

        sockets["/lines/twilio/live"] = twilio_line.carrier(house, account, switchboard)
    listening: list[Callable[[], Coroutine[Any, Any, None]]] = []
    if pbx := pbx_of(house.settings):
        from hotline import asterisk_line  # noqa: PLC0415

        line = asterisk_line.line_of(house, pbx)
        sockets[LIVE] = asterisk_line.carrier(house, line, switchboard)
        listening.append(line.run)
    requests = {"/phone/calls": phone.begin}
    return Lines(house, switchboard, sockets, requests, listening)
