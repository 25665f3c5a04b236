"""Does a request really come from Twilio? Checked by their own library, with the address they were told to ring.

The address is the configured public one, never what a proxy or a Host header says. Both ways of signing are
known: SHA-1 with the account's token, and SHA-256 with a signing key, named in a header of its own. A JSON body
is checked as the text it is: given as a dict, its hash would silently not be looked at.
"""

from collections.abc import Mapping
from typing import Any

from twilio.request_validator import (
    HMAC_SHA1,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from ivr.lines.twilio.account import Account


class Signatures:
    def __init__(self, account: Account) -> None:
        self._public = account.public
        self._token = account.token
        self._key = account.signing_key

    def good(self, path: str, headers: Mapping[str, str], sent: Any) -> bool:
        """``path`` with its query; ``sent``: the form as a MultiDict, or the body as text."""
        return self._good(self._public + path, headers, sent)

    def good_socket(self, path: str, headers: Mapping[str, str]) -> bool:
        """Of the upgrade to a WebSocket, signed as wss:// without a body."""
        return self._good(self._public.replace("http", "ws", 1) + path, headers, {})

    def _good(self, url: str, headers: Mapping[str, str], sent: Any) -> bool:
        algorithm = get_signature_algorithm(_of(headers, SIGNATURE_SETTINGS_HEADER))
        secret = self._token if algorithm.upper() == HMAC_SHA1 else self._key
        signature = _of(headers, SIGNATURE_HEADER)
        if not secret or not signature:
            return False
        if isinstance(sent, str) and "bodySHA256=" not in url:
            return False
        return bool(RequestValidator(secret).validate(url, sent, signature, algorithm))


def _of(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name) or headers.get(name.lower()) or ""
