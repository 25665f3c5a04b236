"""A house with its door open on a port of this process, and the page's side of a call without a browser."""

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn
from a2wsgi import WSGIMiddleware
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from console.app import create_app
from console.parts import Parts
from hotline.browser_line import rules_of
from hotline.commands.serving import LARGEST
from hotline.front import Front
from hotline.house import House
from hotline.lines import open_lines
from tests.test_front import free_port


@dataclass
class Open:
    """A house that can be rung."""

    house: House
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asks(self, query: str = "", **headers: str) -> tuple[int, dict[str, str]]:
        """For a call, as the page does."""
        sent = {"Origin": self.origin} | headers
        request = urllib.request.Request(f"{self.origin}/phone/calls{query}", b"", sent)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as no:
            return no.code, json.load(no)

    def token(self, query: str = "") -> str:
        return self.asks(query)[1]["token"]

    def socket(self, **headers: str) -> ClientConnection:
        sent = {"Origin": self.origin} | headers
        url = f"ws://127.0.0.1:{self.port}/phone/live"
        return connect(url, additional_headers=sent, max_size=None)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(self.origin + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as no:
            return no.code, no.read().decode()


@contextmanager
def opened(house: House) -> Iterator[Open]:
    """As ``hotline serve`` does it, but with the pages in this process."""
    lines = open_lines(house)
    parts = Parts(
        database=house.database, keyring=house.keyring, shelf=house.shelf,
        zone=house.settings.zone, now=house.now, phone=rules_of(house.settings),
    )  # fmt: skip
    pages: Any = WSGIMiddleware(create_app(parts))  # type: ignore[arg-type]
    port = free_port()
    config = uvicorn.Config(
        Front(lines.sockets, pages, lines.requests),
        port=port, ws="wsproto", ws_max_size=LARGEST, lifespan="off", log_level="warning",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield Open(house, port)
    finally:
        server.should_exit = True
        thread.join(60)
        lines.close()


def told(socket: ClientConnection, event: str, patience: float = 60) -> dict[str, Any]:
    """The next message of this kind; sound and others are passed over."""
    while True:
        message = socket.recv(patience)
        if isinstance(message, str) and (said := json.loads(message))["event"] == event:
            found: dict[str, Any] = said
            return found


def rest(socket: ClientConnection) -> None:
    """Until the other end closes."""
    with suppress(ConnectionClosed):
        for _ in socket:
            pass


def says(socket: ClientConnection, event: str, **more: str) -> None:
    socket.send(json.dumps({"event": event, **more}))
