"""The telephone at ``/phone`` as a line of this house: its page asks for a call, then opens a socket for it.

Nobody is known on this line: it shows no number, so no resident, no result and no broken-off need of
anybody is found by it. Whoever says a name or a number there is written down, never believed.
"""

import asyncio
import json
import logging
from urllib.parse import parse_qs

from sqlalchemy.exc import SQLAlchemyError

from hotline.house import House
from hotline.reception import answer_phone
from hotline.settings import BadSetting, Settings
from ivr.lines.browser.captions import Captions
from ivr.lines.browser.door import BadPhone, Door, Refused, Rules, Visitor
from ivr.lines.browser.stream import NAME, BrowserStream
from ivr.lines.sockets import Receive, Scope, Send, Socket
from ivr.lines.switchboard import Switchboard
from ivr.lines.tokens import issue
from ivr.live import LiveCall
from ivr.wording import LANGUAGES

log = logging.getLogger(__name__)

STATUS = {Refused.CLOSED: 403, Refused.FOREIGN: 403, Refused.OFTEN: 429, Refused.BUSY: 503}


def rules_of(settings: Settings) -> Rules:
    """Raises ``BadSetting``."""
    try:
        return Rules.read(settings.environ, settings.public)
    except BadPhone as problem:
        raise BadSetting(str(problem)) from None


class Phone:
    """Takes in the calls of the page."""

    def __init__(self, house: House, rules: Rules, switchboard: Switchboard) -> None:
        self._house = house
        self._door = Door(rules)
        self._switchboard = switchboard

    async def begin(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """``POST /phone/calls?language=zh``: ``{"token": "…"}`` for one socket, or ``{"no": why}``."""
        visitor = _visitor(scope)
        if scope["method"] != "POST":
            await _answer(send, 405, {})
        elif no := self._door.ring(visitor, self._house.now()):
            log.warning("the browser phone takes no call: %s", no)
            await _answer(send, STATUS[no], {"no": no})
        else:
            try:
                token = await asyncio.to_thread(self._token, _language(scope))
            except SQLAlchemyError as problem:
                log.error("the browser phone could begin no call: %s", type(problem).__name__)  # noqa: TRY400
                await _answer(send, 503, {"no": Refused.BUSY})
            else:
                await _answer(send, 200, {"token": token})

    async def carry(self, socket: Socket) -> None:
        """``/phone/live``."""
        with self._door.socket(Visitor(socket.client, socket.headers)) as no:
            if no:
                log.warning("a socket of the browser phone is refused: %s", no)
                await socket.refuse()
                return

            async def beside(call: LiveCall) -> None:
                await Captions(call, socket.send).follow()

            await self._switchboard.carry(socket, BrowserStream(), beside=beside)

    def _token(self, language: str | None) -> str:
        call = answer_phone(self._house, line=NAME, language=language).call
        with self._house.database.write() as session:
            return issue(session, call, self._house.now())


async def _answer(send: Send, status: int, data: dict[str, str]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(data).encode()})


def _visitor(scope: Scope) -> Visitor:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    return Visitor((scope.get("client") or ("", 0))[0], headers)


def _language(scope: Scope) -> str | None:
    """What the page is read in; they may still speak another."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("language", [""])[0]
    return asked if asked in LANGUAGES else None
