"""What is said on both sides, as text for those who read along.

A caption is ``{"event": "caption", "who": "hotline" | "caller" | "now", "text": …}``: our sentences as they
begin; what was understood of an answer, with ``"final": false`` while it is still being said; and what the
line does: "speaking", "listening" or "thinking". Only the caller's own socket gets them.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable

from ivr.calls import Call
from ivr.engine import Turn
from ivr.live import LiveCall

log = logging.getLogger(__name__)

LOOK = 0.12  #: seconds between two looks at the call
WORDS = ".words"  #: how the keys of what was understood end


class Captions:
    """Of one call; it only looks on."""

    def __init__(self, call: LiveCall, send: Callable[[str], Awaitable[None]]) -> None:
        self._call = call
        self._send = send
        self._turn: Turn | None = None
        self._now = self._partial = ""
        self._read = 0  # entries of the log

    async def follow(self) -> None:
        """Until it is cancelled. A call goes on without captions where they fail."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK)
        except Exception:
            log.exception("call %s: no captions any more", self._call.conversation.call)

    async def look(self) -> None:
        """Tell what is new."""
        call = self._call
        turn, partial = call.turn, call.partial
        if turn is not None and turn is not self._turn:
            self._turn = turn
            for words in await asyncio.to_thread(self._understood):
                await self._tell("caller", words, final=True)
            said = " ".join(call.conversation.text(say) for say in turn.spoken)
            await self._tell("hotline", said)
        if partial and partial != self._partial:
            await self._tell("caller", partial, final=False)
        self._partial = partial
        if (now := _now(call)) != self._now:
            self._now = now
            await self._tell("now", now)

    def _understood(self) -> list[str]:
        """What has come into the log since we last looked."""
        conversation = self._call.conversation
        with conversation.exchange.database.read() as session:
            log = session.get_one(Call, conversation.call).log
        new, self._read = log[self._read :], len(log)
        found = [(one.heard.result or {}).get("text", "") for one in new if one.key.endswith(WORDS)]
        return [text for text in found if text]

    async def _tell(self, who: str, text: str, **more: bool) -> None:
        if text:
            caption = {"event": "caption", "who": who, "text": text, **more}
            await self._send(json.dumps(caption, ensure_ascii=False))


def _now(call: LiveCall) -> str:
    if call.listening:
        return "listening"
    return "thinking" if call.thinking else "speaking"
