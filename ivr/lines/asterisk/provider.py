"""Calls that we place through a PBX.

The channel has an id made of the dial's key: as long as it lives Asterisk begins no second one, and after a crash it is
asked for by that id. Asterisk remembers no channel that has ended; a dial that is not found any more is taken for one that
failed, never for one that was not made (docs/decisions/0021).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ivr.lines.asterisk.account import Pbx
from ivr.lines.asterisk.ari import LIMIT, Ari, AriDown, AriProblem, AriRefused, AriUnsure
from ivr.lines.asterisk.carried import DIAL
from ivr.lines.provider import COMPLETED, Fate, KeyRefused, Known, Order, ProviderDown, Unsure
from tickets.policy import Miss

log = logging.getLogger(__name__)

T = TypeVar("T")

RINGS = 45  #: seconds
EARLY = timedelta(seconds=5)  #: a request that is still on its way
TAKEN = 409  #: ARI: a channel of this id exists


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was written down of a dial."""

    until: datetime
    answered: bool  #: somebody answered, and it became a call


class AsteriskProvider:
    name = "asterisk"

    def __init__(
        self,
        pbx: Pbx,
        attempt: Callable[[str], Attempt | None],
        now: Callable[[], datetime],
        *,
        limit: float = LIMIT,
    ) -> None:
        """``attempt`` finds by key what was written down."""
        self._pbx = pbx
        self._attempt = attempt
        self._now = now
        self._limit = limit

    def place(self, order: Order) -> None:
        if self._now() >= order.until:
            raise KeyRefused("too late: somebody else decides it")
        try:
            self._ask(lambda ari: self._place(ari, order))
        except AriUnsure as problem:
            raise Unsure(str(problem)) from None
        except AriRefused as no:
            log.warning("Asterisk placed no call: %s", no)
            raise (KeyRefused if no.status == TAKEN else ProviderDown)(str(no)) from None
        except AriDown as problem:
            raise ProviderDown(str(problem)) from None

    def look_up(self, key: str) -> Fate:
        attempt = self._attempt(key)
        if attempt is None:
            return Fate(Known.NOT_PLACED)
        if self._asked(lambda ari: ari.channel(f"{DIAL}{key}")) is not None:
            return Fate(Known.UNDER_WAY)
        if attempt.answered:
            return Fate(Known.ENDED, COMPLETED)
        late = self._now() > attempt.until + EARLY
        return Fate(Known.ENDED, Miss.FAILED) if late else Fate(Known.UNKNOWN)

    def hang_up(self, key: str) -> None:
        self._asked(lambda ari: ari.hang_up(f"{DIAL}{key}"))

    async def _place(self, ari: Ari, order: Order) -> None:
        try:
            listening = await ari.application()
        except AriUnsure as problem:  # nothing was asked for yet
            raise AriDown(str(problem)) from None
        if listening is None:
            raise AriDown("nobody would talk to whoever answers: hotline serve is not connected")
        if self._now() >= order.until:
            raise KeyRefused("too late: somebody else decides it")
        await ari.originate(
            f"{DIAL}{order.key}", self._pbx.endpoint(order.number),
            args="dial", rings=RINGS, shown=self._pbx.number,
        )  # fmt: skip

    def _asked(self, ask: Callable[[Ari], Coroutine[Any, Any, T]]) -> T:
        try:
            return self._ask(ask)
        except AriProblem as problem:
            raise ProviderDown(f"{type(problem).__name__} {problem}") from None

    def _ask(self, ask: Callable[[Ari], Coroutine[Any, Any, T]]) -> T:
        """On a loop of its own: dials are made by threads."""

        async def main() -> T:
            async with Ari(self._pbx, limit=self._limit) as ari:
                return await ask(ari)

        return asyncio.run(main())
