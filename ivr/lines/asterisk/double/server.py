"""The double's HTTP server: ARI's requests and its socket of events."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web

from ivr.lines.asterisk.ari import basic
from ivr.lines.asterisk.double.pbx import DoublePbx
from ivr.lines.asterisk.double.rules import REASONS, RULES, No, Wrong

VERSION = "22.8.0-double"
EMPTY = web.Response
Handle: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class DoubleAri:
    """``fails``: statuses of the next answers; ``hangs``: seconds before each."""

    pbx: DoublePbx
    user: str
    password: str = field(repr=False)
    fails: list[int] = field(default_factory=list)
    hangs: float = 0.0
    asked: list[str] = field(default_factory=list)  #: "POST channels/x"
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    app: str = ""  #: whose events are listened to

    def __post_init__(self) -> None:
        self.pbx.tell = self._tell
        self._out: asyncio.Queue[str] | None = None
        self.listened = asyncio.Event()  #: somebody has come for the events

    def site(self) -> web.Application:
        @web.middleware
        async def answered(request: web.Request, handler: Handle) -> web.StreamResponse:
            return await self._answered(request, handler)

        site = web.Application(middlewares=[answered])
        site.add_routes(
            [
                web.get("/ari/events", self._events),
                web.get("/ari/asterisk/info", self._info),
                web.get("/ari/asterisk/modules/{name}", self._module),
                web.get("/ari/applications/{app}", self._application),
                web.get("/ari/bridges", self._bridges),
                web.post("/ari/bridges/{id}", self._bridge),
                web.delete("/ari/bridges/{id}", self._end_bridge),
                web.post("/ari/bridges/{id}/{what:addChannel|removeChannel}", self._members),
                web.get("/ari/channels/{id}", self._channel),
                web.post("/ari/channels/{id}", self._originate),
                web.delete("/ari/channels/{id}", self._hang_up),
                web.post("/ari/channels/{id}/answer", self._answer),
            ]
        )
        return site

    async def drop(self) -> None:
        """The socket of events breaks; what happens meanwhile is told to nobody."""
        for socket in self.sockets:
            await socket.close()

    # --- every request

    async def _answered(self, request: web.Request, handle: Handle) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path.removeprefix('/ari/')}")
        await asyncio.sleep(self.hangs)
        try:
            self._let_in(request)
            return await handle(request)
        except No as no:
            if isinstance(no, Wrong):
                self.pbx.complaints.append(f"{self.asked[-1]}: {no}")
            return web.json_response({"message": str(no)}, status=no.status)

    def _let_in(self, request: web.Request) -> None:
        if self.fails:
            raise No(self.fails.pop(0), "the double fails")
        wanted = basic(self.user, self.password)
        if not hmac.compare_digest(request.headers.get("Authorization", ""), wanted):
            raise No(401, "Authentication required")

    async def _said(self, request: web.Request, rule: str) -> dict[str, Any]:
        said: dict[str, Any] = dict(request.query)
        if request.can_read_body:
            try:
                said |= dict(json.loads(await request.text()))
            except (ValueError, TypeError):
                raise Wrong("the body is no JSON") from None
        RULES[rule].check(said)
        return said

    # --- events

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        said = await self._said(request, "events")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self._out is not None:
            self._tell({"type": "ApplicationReplaced"})
        out = self._out = asyncio.Queue()
        self.app = said["app"]
        self.sockets.append(socket)
        self.listened.set()
        sending = asyncio.create_task(self._send(socket, out))
        try:
            async for _ in socket:
                pass
        finally:
            sending.cancel()
            if self._out is out:
                self._out = None
        return socket

    async def _send(self, socket: web.WebSocketResponse, out: asyncio.Queue[str]) -> None:
        while True:
            await socket.send_str(await out.get())

    def _tell(self, event: dict[str, Any]) -> bool:
        if self._out is None:
            return False
        whole = {
            "application": self.app,
            "timestamp": "2026-01-05T09:00:00.000+0000",
            "asterisk_id": "double",
        }
        self._out.put_nowait(json.dumps(whole | event))
        return True

    # --- asking and doing

    async def _info(self, request: web.Request) -> web.Response:
        await self._said(request, "nothing")
        return web.json_response({"system": {"version": VERSION, "entity_id": "double"}})

    async def _module(self, request: web.Request) -> web.Response:
        return web.json_response({"name": request.match_info["name"], "status": "Running"})

    async def _application(self, request: web.Request) -> web.Response:
        if self._out is None or request.match_info["app"] != self.app:
            raise No(404, "Application not found")
        ids = [one.id for one in self.pbx.channels.values()]
        return web.json_response({"name": self.app, "channel_ids": ids, "bridge_ids": []})

    async def _bridges(self, request: web.Request) -> web.Response:
        found = [
            {"id": one, "bridge_type": "mixing", "channels": [c.id for c in self.pbx.members(one)]}
            for one in sorted(self.pbx.bridges)
        ]
        return web.json_response(found)

    async def _bridge(self, request: web.Request) -> web.Response:
        await self._said(request, "bridge")
        self.pbx.bridges.add(request.match_info["id"])
        return web.json_response({"id": request.match_info["id"], "channels": []})

    async def _end_bridge(self, request: web.Request) -> web.Response:
        self.pbx.end_bridge(request.match_info["id"])
        return EMPTY(status=204)

    async def _members(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        named = (await self._said(request, what))["channel"]
        ids = [str(one) for one in named] if isinstance(named, list) else [str(named)]
        (self.pbx.join if what == "addChannel" else self.pbx.leave)(request.match_info["id"], ids)
        return EMPTY(status=204)

    async def _channel(self, request: web.Request) -> web.Response:
        return web.json_response(self.pbx.channel(request.match_info["id"]).told())

    async def _originate(self, request: web.Request) -> web.Response:
        said = await self._said(request, "originate")
        return web.json_response(self.pbx.originate(request.match_info["id"], said).told())

    async def _hang_up(self, request: web.Request) -> web.Response:
        reason = (await self._said(request, "hang up")).get("reason", "normal")
        if reason not in REASONS:
            raise Wrong("Invalid reason for hangup provided")
        self.pbx.hang_up(request.match_info["id"], REASONS[reason])
        return EMPTY(status=204)

    async def _answer(self, request: web.Request) -> web.Response:
        await self._said(request, "nothing")
        self.pbx.answer(request.match_info["id"])
        return EMPTY(status=204)
