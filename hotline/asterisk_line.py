"""Asterisk as a line of this house: its calls, its sockets, its dials."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from hotline.asterisk_account import pbx_of
from hotline.house import House
from hotline.line_desk import LineDesk, shown
from hotline.reception import answer_phone, conversation_of, missed_call
from hotline.settings import BadSetting
from hotline.transfers import number_for
from ivr.backstage import Connect
from ivr.conversation import Conversation
from ivr.lines.asterisk.account import Pbx
from ivr.lines.asterisk.ari import Ari
from ivr.lines.asterisk.dialect import NAME, AsteriskMedia
from ivr.lines.asterisk.line import RINGS, AsteriskLine
from ivr.lines.asterisk.provider import AsteriskProvider, Attempt
from ivr.lines.sockets import REFUSED, Socket
from ivr.lines.switchboard import Switchboard
from tickets.callbacks import LEASE, DialAttempt

log = logging.getLogger(__name__)

PROTOCOL = "media"  #: as websocket_client.conf offers


def line_of(house: House, pbx: Pbx) -> AsteriskLine:
    return AsteriskLine(Ari(pbx), HouseDesk(house))


def carrier(
    house: House, line: AsteriskLine, switchboard: Switchboard
) -> Callable[[Socket], Awaitable[None]]:
    """Takes in the sound of calls."""

    def connects(conversation: Conversation) -> Connect:
        def connect(to: str) -> bool:
            number = number_for(house, conversation.call, to)
            if not number or line.loop is None:
                return False
            asked = line.connect(conversation.call, number)
            return asyncio.run_coroutine_threadsafe(asked, line.loop).result(RINGS * 2)

        return connect

    async def carry(socket: Socket) -> None:
        token = next(iter(parse_qs(socket.query).get("token", ())), "")
        await socket.accept(PROTOCOL if PROTOCOL in socket.offered else None)
        one = await line.taken(token)
        if one is not None and not one.heard:
            await socket.close(REFUSED)
            return
        try:
            await switchboard.carry(socket, AsteriskMedia(token), connect=connects)
        finally:
            if one is not None:
                one.over.set()

    return carry


def provider(house: House) -> AsteriskProvider:
    """Raises ``BadSetting``."""
    pbx = pbx_of(house.settings)
    if pbx is None:
        raise BadSetting(
            "HOTLINE_PROVIDER=asterisk wants HOTLINE_ASTERISK_URL, _USER and _PASSWORD: see docs/asterisk.md"
        )
    return AsteriskProvider(pbx, lambda key: attempt_of(house, key), house.now)


def attempt_of(house: House, key: str) -> Attempt | None:
    """What was written down before a dial; None where nothing was."""
    with house.database.read() as session:
        attempt = session.scalar(select(DialAttempt).where(DialAttempt.key == key))
        if attempt is None:
            return None
        return Attempt(until=attempt.at + LEASE, answered=attempt.call_id is not None)


class HouseDesk(LineDesk):
    """What the line asks of the house."""

    def __init__(self, house: House) -> None:
        super().__init__(house, NAME)

    def incoming(self, number: str) -> Conversation:
        return answer_phone(self._house, line=NAME, number=shown(number))

    def missed(self, number: str) -> None:
        missed_call(self._house, line=NAME, number=shown(number))

    def answered(self, key: str) -> Conversation | None:
        return self.taken_up(key)

    def broke(self, call: str, trouble: bool) -> None:
        try:
            conversation_of(self._house, call).hang_up(trouble=trouble)
        except NoResultFound:
            log.warning("the end of a call that nobody knows")
