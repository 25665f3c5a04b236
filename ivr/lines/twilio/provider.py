"""Calls that we place through Twilio.

``calls.create`` takes no key of ours, so it is never tried again: what is unclear is looked up among the calls to
that number since the attempt was written down, and dials of one person never overlap. The key travels in the
addresses that Twilio rings when somebody answers and when the line is free.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)

from ivr.lines.provider import (
    COMPLETED,
    Fate,
    KeyRefused,
    Known,
    NumberRefused,
    Order,
    ProviderDown,
    Unsure,
)
from ivr.lines.twilio.account import Account, abroad
from ivr.lines.twilio.rest import LIMIT, client_of
from tickets.policy import Miss

log = logging.getLogger(__name__)

RINGS = 45  #: seconds
LONGEST = 45 * 60  #: seconds of one call
EARLY = timedelta(seconds=5)  #: two clocks

#: Twilio's word for how it ended -> ours
OUTCOMES: Mapping[str, str] = {
    "completed": COMPLETED,
    "busy": Miss.BUSY,
    "no-answer": Miss.NO_ANSWER,
    "failed": Miss.FAILED,
    "canceled": Miss.FAILED,
}
#: errors that say: never to this number (Twilio's error dictionary)
NEVER = {21211, 21214, 21217, 21401, 13223, 13224, 13225, 21215, 21216, 21219}
#: what their library raises over an answer that is no JSON, or another one than promised
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was written down before a dial."""

    number: str
    at: datetime
    until: datetime


class TwilioProvider:
    name = "twilio"

    def __init__(
        self,
        account: Account,
        attempt: Callable[[str], Attempt | None],
        now: Callable[[], datetime],
        *,
        limit: float = LIMIT,
    ) -> None:
        """``attempt`` finds by key what was written down."""
        self._account = account
        self._attempt = attempt
        self._now = now
        self._calls = client_of(account, limit).calls

    def place(self, order: Order) -> None:
        if self._now() >= order.until:
            raise KeyRefused("too late: somebody else decides it")
        key = urlencode({"key": order.key})
        try:
            made = self._calls.create(
                to=abroad(order.number, self._account.country),
                from_=self._account.number,
                url=f"{self._account.base}/answered?{key}",
                status_callback=f"{self._account.base}/dialled?{key}",
                status_callback_event=["completed"],
                timeout=RINGS,
                time_limit=LONGEST,
            )
        except (TwilioRestException, TwilioServiceException) as no:
            raise _refusal(no) from None
        except requests.ConnectTimeout:
            raise ProviderDown("Twilio is not reached") from None
        except requests.ConnectionError as problem:
            raise _unreached(problem) from None
        except (requests.RequestException, *UNREADABLE) as problem:
            raise Unsure(type(problem).__name__) from None
        if not made.sid:
            raise Unsure("an answer that names no call")

    def look_up(self, key: str) -> Fate:
        attempt = self._attempt(key)
        if attempt is None:
            return Fate(Known.NOT_PLACED)
        calls = self._found(attempt)
        if calls:
            status = str(calls[0].status)
            outcome = OUTCOMES.get(status)
            return Fate(Known.ENDED, outcome) if outcome else Fate(Known.UNDER_WAY)
        return Fate(Known.NOT_PLACED if self._now() > attempt.until + EARLY else Known.UNKNOWN)

    def hang_up(self, key: str) -> None:
        attempt = self._attempt(key)
        for call in self._found(attempt) if attempt else []:
            if str(call.status) not in OUTCOMES:
                self._asked(partial(call.update, status="completed"))

    def _found(self, attempt: Attempt) -> list[Any]:
        """Calls to them since, newest last; a queued one has no start yet."""
        to = abroad(attempt.number, self._account.country)

        def ours() -> list[Any]:
            """One page: the newest twenty."""
            found = self._calls.page(to=to, page_size=20)
            mine = [one for one in found if self._is_ours(one, attempt)]
            return sorted(mine, key=lambda one: one.date_created or attempt.at)

        return list(self._asked(ours))

    def _is_ours(self, call: Any, attempt: Attempt) -> bool:
        made = call.date_created or call.start_time
        outbound = str(call.direction).startswith("outbound")
        return outbound and (made is None or attempt.at - EARLY <= made <= attempt.until + EARLY)

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except (TwilioException, requests.RequestException, *UNREADABLE) as problem:
            raise ProviderDown(type(problem).__name__) from None


def _refusal(no: TwilioRestException | TwilioServiceException) -> Exception:
    """What a status and an error of theirs say of a call: refused, not made, or nobody knows."""
    log.warning("Twilio placed no call: status %s, error %s", no.status, no.code)
    if no.code in NEVER:
        return NumberRefused(str(no.code))
    if no.status >= 500 or no.status == requests.codes.request_timeout:
        return Unsure(str(no.status))
    return ProviderDown(str(no.status))


def _unreached(problem: requests.ConnectionError) -> Exception:
    """Only where no connection was made is it sure that nobody was rung."""
    refused = "NewConnectionError" in repr(problem) or "NameResolution" in repr(problem)
    return ProviderDown("Twilio is not reached") if refused else Unsure("the line to Twilio broke")
