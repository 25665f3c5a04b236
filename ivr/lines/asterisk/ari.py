"""Asterisk's REST interface (ARI), as much of it as the line needs.

What is asked travels in the body, not in the address: numbers stay out of the logs of whatever lies between.
Nothing is tried again by itself: a dial must never be made twice.
"""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any, Self
from urllib.parse import quote

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    WSMsgType,
)

from ivr.lines.asterisk.account import Pbx

LIMIT = 8.0  #: seconds for one request
HEARTBEAT = 20.0  #: seconds between two looks whether the socket of events still lives
LARGEST = 4 << 20  #: bytes of an event; a channel with all its variables has some kilobytes
GONE = 404


class AriProblem(Exception):
    """It did not work; the words hold no personal data."""


class AriDown(AriProblem):
    """Nobody listens there: surely nothing happened."""


class AriUnsure(AriProblem):
    """It may have happened: no answer came in time, or one that says nothing."""


class AriRefused(AriProblem):
    """Asterisk says no, and did nothing."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Ari:
    """For one event loop. Every method raises ``AriProblem``."""

    def __init__(self, pbx: Pbx, *, limit: float = LIMIT) -> None:
        self.pbx = pbx
        self._base = f"{pbx.url}/ari"
        self._limit = limit
        self._client: ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    # --- asking

    async def about(self) -> dict[str, Any]:
        """Its version and name."""
        return dict(await self._ask("GET", "asterisk/info"))

    async def module(self, name: str) -> dict[str, Any]:
        return dict(await self._ask("GET", f"asterisk/modules/{name}"))

    async def application(self) -> dict[str, Any] | None:
        """Ours, with the ids of its channels; None while nobody listens to its events."""
        return await self._found(f"applications/{self.pbx.app}")

    async def channel(self, channel: str) -> dict[str, Any] | None:
        return await self._found(f"channels/{_in_path(channel)}")

    async def bridges(self) -> list[dict[str, Any]]:
        return list(await self._ask("GET", "bridges"))

    # --- doing

    async def originate(
        self, channel: str, endpoint: str, *, args: str, rings: int, shown: str = ""
    ) -> None:
        """Begin a channel under an id of ours; who answers enters our application with ``args``; ``rings``: seconds."""
        body = {"endpoint": endpoint, "app": self.pbx.app, "appArgs": args, "timeout": rings}
        if shown:
            body["callerId"] = shown
        if endpoint.startswith("WebSocket/"):
            body["formats"] = "ulaw"  # as channels/externalMedia does
        await self._ask("POST", f"channels/{_in_path(channel)}", body)

    async def answer(self, channel: str) -> None:
        await self._ask("POST", f"channels/{_in_path(channel)}/answer")

    async def hang_up(self, channel: str, reason: str = "normal") -> None:
        """Where it is gone already nothing happens."""
        await self._gone(f"channels/{_in_path(channel)}?reason={reason}")

    async def bridge(self, bridge: str) -> None:
        await self._ask("POST", f"bridges/{_in_path(bridge)}", {"type": "mixing"})

    async def join(self, bridge: str, *channels: str) -> None:
        path = f"bridges/{_in_path(bridge)}/addChannel"
        # A list: in a body, unlike in an address, Asterisk takes "a,b" for the name of one channel.
        await self._ask("POST", path, {"channel": list(channels)})

    async def leave(self, bridge: str, channel: str) -> None:
        path = f"bridges/{_in_path(bridge)}/removeChannel"
        await self._ask("POST", path, {"channel": channel})

    async def end_bridge(self, bridge: str) -> None:
        await self._gone(f"bridges/{_in_path(bridge)}")

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What happens, until the socket ends; first an empty one: we are connected."""
        place = f"{self._base}/events"
        asked = {"app": self.pbx.app, "subscribeAll": "false"}
        try:
            async with self._session().ws_connect(
                place, params=asked, heartbeat=HEARTBEAT, max_msg_size=LARGEST
            ) as socket:
                yield {}
                async for message in socket:
                    if message.type is WSMsgType.TEXT and (event := _event(message.data)):
                        yield event
        except (ClientError, OSError, TimeoutError) as problem:
            status = getattr(problem, "status", None)
            raise (AriRefused(status) if status else AriDown(type(problem).__name__)) from None

    # --- one request

    async def _found(self, path: str) -> dict[str, Any] | None:
        try:
            return dict(await self._ask("GET", path))
        except AriRefused as no:
            if no.status != GONE:
                raise
            return None

    async def _gone(self, path: str) -> None:
        try:
            await self._ask("DELETE", path)
        except AriRefused as no:
            if no.status != GONE:
                raise

    async def _ask(self, how: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            async with self._session().request(
                how, f"{self._base}/{path}", json=body, allow_redirects=False
            ) as answer:
                text = await answer.text()
        except ClientConnectorError:
            raise AriDown("Asterisk is not reached") from None
        except (ClientError, OSError, TimeoutError, ValueError) as problem:
            raise AriUnsure(type(problem).__name__) from None
        if answer.status >= 500:
            # Asterisk's word for a channel that could not even be begun: no such trunk, for one.
            if "Allocation failed" in text:
                raise AriDown("nothing was begun")
            raise AriUnsure(f"status {answer.status}")
        if answer.status >= 300:
            raise AriRefused(answer.status)
        return _json(text)

    def _session(self) -> ClientSession:
        """Opened on the loop that uses it."""
        if self._client is None:
            who = {"Authorization": basic(self.pbx.user, self.pbx.password)}
            limit = ClientTimeout(total=self._limit)
            self._client = ClientSession(headers=who, timeout=limit)
        return self._client


def basic(user: str, password: str) -> str:
    """Of the header that lets us in (RFC 7617)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def _in_path(name: str) -> str:
    return quote(name, safe="")


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else {}
    except ValueError:
        raise AriUnsure("an answer that is no JSON") from None


def _event(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
