"""The door of the house: live sound is taken in here, every other request goes on to the pages' own process."""

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
        try:
            await self._pass_on(scope, receive, send)
        except ClientError as problem:
            log.warning("the pages did not answer: %s", type(problem).__name__)
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"2")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": STARTING})

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _there(self) -> None:
        """Right after the start the pages need a few seconds; nobody is sent away for that."""
        waited = 0.0
        while not self._place.exists() and waited < PATIENCE:
            await asyncio.sleep(LOOK)
            waited += LOOK

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = {name for name, _ in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        async with self._session().request(
            scope["method"],
            URL(f"http://pages{path}", encoded=True),
            headers=_headers(scope),
            data=_body(receive) if names & {b"content-length", b"transfer-encoding"} else None,
            allow_redirects=False,
        ) as answer:
            kept = [(k.lower(), v) for k, v in answer.raw_headers if k.lower() not in OWN]
            start = {"type": "http.response.start", "status": answer.status, "headers": kept}
            await send(start)
            async for chunk in answer.content.iter_any():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

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


def _headers(scope: Scope) -> list[tuple[str, str]]:
    kept = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
        if name.lower() not in OWN
    ]
    client = (scope.get("client") or ("127.0.0.1", 0))[0]
    return [*kept, ("X-Forwarded-For", client), ("X-Forwarded-Proto", scope["scheme"])]


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientError("the caller has gone")
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


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
