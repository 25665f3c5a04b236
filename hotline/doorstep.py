"""Connections on which nothing is asked: closed in time, so that whoever opens a thousand does not keep calls out.

The server (uvicorn) closes connections that are idle after a request, but waits for ever for the head of one.
"""

import asyncio
import logging
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

HEAD = 10.0  #: seconds after which a request has to have begun; at most twice that


class Doorstep(H11Protocol):
    """uvicorn's own, with an end to its patience."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look: asyncio.TimerHandle = self.loop.call_later(HEAD, self._waits_for, None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)

    def _waits_for(self, before: Any) -> None:
        """``before``: the last request at the last look. A socket that has become another protocol's is left alone."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        request: Any = self.cycle  # none before the first
        waiting = request is None or request.response_complete
        if waiting and request is before:
            log.info("a connection on which nothing is asked is closed")
            self.transport.abort()
            return
        seen = request if waiting else self  # never equal to a request
        self._look = self.loop.call_later(HEAD, self._waits_for, seen)


def widen() -> None:
    """As many connections as this machine allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
