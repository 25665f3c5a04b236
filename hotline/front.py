"""The door of the house: live sound is taken in here, every other request goes on to the pages' own process.

The pages have few threads, and each reads the body of its request itself. So what anybody may send is taken in
here, whole, before they are asked; only what is longer flows through, and of strangers they refuse that at once.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, UnixConnector
from yarl import URL

from ivr.lines.sockets import Receive, Scope, Send, Socket

log = logging.getLogger(__name__)

#: of one connection only (RFC 9110, 7.6.1); who the client is we say ourselves
OWN = {
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
    b"transfer-encoding", b"upgrade", b"x-forwarded-for", b"x-forwarded-proto",
}  # fmt: skip
AT_ONCE = 100  #: connections to the pages
PATIENCE = 20.0  #: seconds that pages may take to start
LOOK = 0.1
AGAIN = 1.0  #: seconds before pages that have died are started again
SMALL = 64 * 1024  #: bytes of a body that wait here until all are there; strangers may send no more
SLOW = 20.0  #: seconds for these, or for the next piece of a longer one
STARTING = b"The pages are not there yet. Please try again in a moment.\n"


Answer: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class Front:
    """An ASGI app: WebSockets and what begins them by their path, the rest to ``pages``."""

    def __init__(
        self,
        sockets: Mapping[str, Callable[[Socket], Awaitable[None]]],
        pages: Answer,
        requests: Mapping[str, Answer] | None = None,
    ) -> None:
        self._sockets = sockets
        self._pages = pages
        self._requests = requests or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._requests.get(scope["path"], self._pages)(scope, receive, send)
            return
        socket = Socket(scope, receive, send)
        carry = self._sockets.get(socket.path)
        if carry is None:
            await socket.refuse()
        else:
            await carry(socket)


class Pages:
    """Passes requests on over a Unix socket, body and answer as they come."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._client: ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._there()
        reply = Reply(send)
        try:
            await self._pass_on(scope, receive, reply)
        except Refused as no:
            log.warning("a request is refused: %s", no)
            await reply.short(no.status, b"")
        except (ClientError, TimeoutError, ValueError) as problem:
            log.warning("the pages did not answer: %s", type(problem).__name__)
            await reply.short(503, STARTING)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _there(self) -> None:
        """Right after the start the pages need a few seconds; nobody is sent away for that."""
        waited = 0.0
        while not self._place.exists() and waited < PATIENCE:
            await asyncio.sleep(LOOK)
            waited += LOOK

    async def _pass_on(self, scope: Scope, receive: Receive, reply: "Reply") -> None:
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        async with self._session().request(
            scope["method"],
            URL(f"http://pages{path}", encoded=True),
            headers=_headers(scope),
            data=await _body(scope, receive),
            allow_redirects=False,
        ) as answer:
            kept = [(k.lower(), v) for k, v in answer.raw_headers if k.lower() not in OWN]
            await reply.begin(answer.status, kept)
            async for chunk in answer.content.iter_any():
                await reply.more(chunk)
            await reply.end()

    def _session(self) -> ClientSession:
        """Opened on the loop that uses it."""
        if self._client is None:
            self._client = ClientSession(
                connector=UnixConnector(str(self._place), limit=AT_ONCE),
                auto_decompress=False,
                cookie_jar=DummyCookieJar(),  # a cookie is its browser's: none is kept, or given to the next
                timeout=ClientTimeout(total=None, connect=10),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            )
        return self._client


class Refused(Exception):
    """Nothing of such a request reaches the pages."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Reply:
    """One answer; once begun, it can only be broken off."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = False

    async def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def more(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def end(self, last: bytes = b"") -> None:
        await self._send({"type": "http.response.body", "body": last})

    async def short(self, status: int, words: bytes) -> None:
        """Instead of what the pages would have said."""
        if self._begun:
            return  # the server closes the connection: whoever reads sees that it is not whole
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await self.begin(status, [*headers, (b"retry-after", b"2")] if status == 503 else headers)
        await self.end(words)


def _headers(scope: Scope) -> list[tuple[str, str]]:
    kept = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
        if name.lower() not in OWN
    ]
    if any(ord(one) < ord(" ") and one != "\t" for _, value in kept for one in value):
        raise Refused(400, "a header with control characters")
    client = (scope.get("client") or ("127.0.0.1", 0))[0]
    return [*kept, ("X-Forwarded-For", client), ("X-Forwarded-Proto", scope["scheme"])]


async def _body(scope: Scope, receive: Receive) -> bytes | AsyncIterator[bytes] | None:
    """A short one whole, a long one as it comes. Raises ``Refused``, and ``ClientError`` where the caller has gone."""
    names = {name.lower() for name, _ in scope["headers"]}
    told = names & {b"content-length", b"transfer-encoding"}
    if (
        len(told) > 1
    ):  # two lengths: the rest of one would be taken for the beginning of another's request
        raise Refused(400, "a body with two lengths")
    if not told:
        return None
    taken, more = bytearray(), True
    try:
        async with asyncio.timeout(SLOW):
            while more and len(taken) <= SMALL and _length(scope) <= SMALL:
                piece, more = await _piece(receive)
                taken += piece
    except TimeoutError:
        raise Refused(408, "a body that does not come") from None
    return _flowing(bytes(taken), receive) if more else bytes(taken)


def _length(scope: Scope) -> int:
    """As the sender says; 0 where it does not."""
    return int(dict(scope["headers"]).get(b"content-length", b"0"))


async def _flowing(taken: bytes, receive: Receive) -> AsyncIterator[bytes]:
    yield taken
    more = True
    while more:
        async with asyncio.timeout(SLOW):
            piece, more = await _piece(receive)
        yield piece


async def _piece(receive: Receive) -> tuple[bytes, bool]:
    """What has come, and whether there is more."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientError("the caller has gone")
    return message.get("body", b""), bool(message.get("more_body"))


async def keep_pages(command: list[str]) -> None:
    """Run the pages' process, and start it again should it die; cancelled, it ends them."""
    while True:
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        try:
            await process.wait()
            log.error("the pages ended with %s; they are started again", process.returncode)
            await asyncio.sleep(AGAIN)
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
