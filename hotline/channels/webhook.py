"""A notice as a signed POST of JSON.

    {"key": "…", "ticket": 12, "department": "property", "clock": "handle", "step": 1,
     "promised": "2026-01-06T09:00:00+00:00", "link": "https://…/agent/12"}

``X-Hotline-Signature`` is ``sha256=`` and the HMAC-SHA256 of the body with HOTLINE_WEBHOOK_SECRET, in hex. The same
notice may come twice, with the same key (``Idempotency-Key``). Redirections are not followed.
"""

import hmac
import json
import ssl
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from hotline.channels import Message, NotTold
from hotline.settings import BadSetting, Settings

TIMEOUT = 10.0  #: seconds
SHORTEST = 16  #: characters of a secret


@dataclass(frozen=True, slots=True)
class Webhook:
    """Whatever listens at an address that the policy names."""

    secret: str

    @classmethod
    def of(cls, settings: Settings) -> "Webhook | None":
        """As HOTLINE_WEBHOOK_SECRET says; None where it says nothing. Raises ``BadSetting``."""
        secret = settings.environ.get("HOTLINE_WEBHOOK_SECRET", "")
        if secret and len(secret) < SHORTEST:
            raise BadSetting(f"HOTLINE_WEBHOOK_SECRET: {SHORTEST} characters at least")
        return cls(secret) if secret else None

    def tell(self, address: str, message: Message) -> None:
        body = json.dumps(asdict(message) | {"promised": message.promised.isoformat()}).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "X-Hotline-Signature": f"sha256={signature(self.secret, body)}",
        }
        try:
            status = _post(urlsplit(address), body, headers)
        except (HTTPException, OSError, ValueError) as problem:
            raise NotTold(f"the webhook was not reached ({type(problem).__name__})") from None
        if not 200 <= status < 300:
            raise NotTold(f"the webhook answered {status}")


def signature(secret: str, body: bytes) -> str:
    """What the other side computes, too."""
    return hmac.digest(secret.encode(), body, "sha256").hex()


def _post(url: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    if url.scheme == "https":
        context = ssl.create_default_context()
        line: HTTPConnection = HTTPSConnection(url.netloc, timeout=TIMEOUT, context=context)
    else:
        line = HTTPConnection(url.netloc, timeout=TIMEOUT)
    try:
        line.request(
            "POST", url._replace(scheme="", netloc="", fragment="").geturl() or "/", body, headers
        )
        return line.getresponse().status
    finally:
        line.close()
