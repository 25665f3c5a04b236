"""A WebSocket as a live line uses it, over the ASGI server's own messages."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from ivr.lines.dialect import Message

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

AWAY = 1012  #: the server is about to end (RFC 6455: "service restart")
REFUSED = 1008  #: against the rules of the house


class Socket:
    """One connection; who has gone is no error, but the end."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.path: str = scope["path"]
        self.query: str = scope.get("query_string", b"").decode("latin-1")
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope.get("headers", ())
        }
        self.offered: list[str] = list(scope.get("subprotocols", ()))
        self.client: str = (scope.get("client") or ("", 0))[0]
        self.code: int | None = None  #: why it ended
        self._receive = receive
        self._send = send
        self._accepted = False

    @property
    def gone(self) -> bool:
        return self.code is not None

    async def accept(self, subprotocol: str | None = None) -> None:
        """Once; a line that has to know more first does it before the switchboard."""
        if self._accepted:
            return
        self._accepted = True
        await self._receive()  # "websocket.connect"
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def refuse(self) -> None:
        """Before it was accepted: the client sees 403."""
        await self._receive()
        self.code = REFUSED
        await self._send({"type": "websocket.close", "code": REFUSED})

    async def receive(self) -> Message | None:
        """The next message; None when the other end is gone."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self.code = message.get("code") or 1006
            return None
        text: str | None = message.get("text")
        return text if text is not None else bytes(message.get("bytes") or b"")

    async def send(self, message: Message | None) -> None:
        if message is None or self.gone:
            return
        kind = "text" if isinstance(message, str) else "bytes"
        try:
            await self._send({"type": "websocket.send", kind: message})
        except (OSError, RuntimeError):  # the server says in two ways that nobody is there
            self.code = 1006

    async def close(self, code: int = 1000) -> None:
        if self.gone:
            return
        self.code = code
        try:
            await self._send({"type": "websocket.close", "code": code})
        except (OSError, RuntimeError):
            return
