"""Twilio's REST API: one client, with time limits and without retries of its own. A dial must never be made twice."""

import logging
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from ivr.lines.twilio.account import API, Account
from ivr.lines.twilio.recordings import NotThere

log = logging.getLogger(__name__)

logging.getLogger("twilio.http_client").setLevel(
    logging.WARNING
)  # it tells whole requests, numbers and all
LIMIT = 12.0  #: seconds for one request
LARGEST = 12_000_000  #: bytes of a recording: five minutes have 4.8 million


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """The same requests to another address: a double, or a mock of the API."""

    def __init__(self, place: str, **how: Any) -> None:
        super().__init__(**how)
        self._place = urlsplit(place)

    def request(self, method: str, url: str, *args: Any, **how: Any) -> Any:
        at, to = urlsplit(url), self._place
        return super().request(
            method, urlunsplit((to.scheme, to.netloc, at.path, at.query, "")), *args, **how
        )


def client_of(account: Account, timeout: float = LIMIT) -> Client:
    how: dict[str, Any] = {"timeout": timeout}
    http = TwilioHttpClient(**how) if account.api == API else _Elsewhere(account.api, **how)
    return Client(account.sid, account.token, http_client=http)


class RestRecordings:
    """Recordings by their id; their address is ours to make, never what a request says."""

    def __init__(self, account: Account) -> None:
        self._url = f"{account.api}/2010-04-01/Accounts/{account.sid}/Recordings"
        self._who = (account.sid, account.token)

    def fetch(self, sid: str) -> bytes:
        try:
            answer = requests.get(
                f"{self._url}/{sid}.wav", auth=self._who, timeout=LIMIT, stream=True
            )
            with answer:
                if answer.status_code != 200:
                    raise NotThere(str(answer.status_code))
                data = answer.raw.read(LARGEST + 1, decode_content=True)
        except (requests.RequestException, HTTPError) as problem:  # the latter in mid-sound
            raise NotThere(type(problem).__name__) from None
        if len(data) > LARGEST:
            raise ValueError("a recording of more than an hour")
        if not data.startswith(b"RIFF"):
            raise NotThere("a page instead of a sound")
        return bytes(data)

    def delete(self, sid: str) -> None:
        """Nobody else keeps what residents say; what cannot be deleted now is named."""
        try:
            answer = requests.delete(f"{self._url}/{sid}.json", auth=self._who, timeout=LIMIT)
            gone = answer.status_code in {204, 404}
        except requests.RequestException:
            gone = False
        if not gone:
            log.error("recording %s still lies with Twilio: delete it there", sid)
