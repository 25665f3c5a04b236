"""What has to be known of a PBX; its password comes from the environment and is never shown."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LIVE = "/lines/asterisk/live"  #: where Asterisk brings the sound of a call
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
DIAL = "PJSIP/{number}@trunk"


class BadPbx(Exception):
    """A setting cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbx:
    url: str  #: HOTLINE_ASTERISK_URL: of its HTTP server, as http://127.0.0.1:8088
    user: str = field(repr=False)  #: HOTLINE_ASTERISK_USER: in ari.conf
    password: str = field(repr=False)  #: HOTLINE_ASTERISK_PASSWORD
    app: str = "hotline"  #: HOTLINE_ASTERISK_APP: as in Stasis(hotline)
    media: str = "hotline"  #: HOTLINE_ASTERISK_MEDIA: a section of websocket_client.conf
    dial: str = DIAL  #: HOTLINE_ASTERISK_DIAL: whom to dial for {number}
    number: str = field(
        default="", repr=False
    )  #: HOTLINE_ASTERISK_NUMBER: shown to whoever we ring

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Pbx | None":
        """None where there is no PBX. Raises ``BadPbx``."""
        said = {name: environ.get(f"HOTLINE_ASTERISK_{name}", "").strip() for name in _NAMES}
        if not said["URL"]:
            return None
        _check(said)
        named = {one.lower(): said[one] or "hotline" for one in ("APP", "MEDIA")}
        return cls(
            url=said["URL"].rstrip("/").removesuffix("/ari"),
            user=said["USER"],
            password=said["PASSWORD"],
            dial=said["DIAL"] or DIAL,
            number=said["NUMBER"],
            **named,
        )

    def endpoint(self, number: str) -> str:
        """Whom Asterisk dials for a number of ours; only digits and a plus get there."""
        return self.dial.replace("{number}", re.sub(r"[^0-9+]", "", number))

    def sound(self, token: str) -> str:
        """The channel that brings a call's sound to us: mu-law, texts in JSON, the token in our address."""
        return f"WebSocket/{self.media}/c(ulaw)f(json)v(token={token})"

    @property
    def is_near(self) -> bool:
        """Does the password stay on this machine, or travel sealed?"""
        place = urlsplit(self.url)
        if place.scheme == "https" or place.hostname == "localhost":
            return True
        try:
            return ipaddress.ip_address(place.hostname or "").is_loopback
        except ValueError:
            return False


_NAMES = ("URL", "USER", "PASSWORD", "APP", "MEDIA", "DIAL", "NUMBER")


def _check(said: Mapping[str, str]) -> None:
    """Raises ``BadPbx``."""
    place, dial = urlsplit(said["URL"]), said["DIAL"] or DIAL
    if place.scheme not in {"http", "https"} or not place.hostname:
        raise BadPbx("HOTLINE_ASTERISK_URL: write it like http://127.0.0.1:8088")
    if place.username or place.password:
        raise BadPbx("HOTLINE_ASTERISK_URL: the password goes to HOTLINE_ASTERISK_PASSWORD")
    for one in ("USER", "PASSWORD"):
        if not said[one]:
            raise BadPbx(f"HOTLINE_ASTERISK_{one} is missing: as in ari.conf")
    for one in ("APP", "MEDIA"):
        if said[one] and not NAME.fullmatch(said[one]):
            raise BadPbx(f"HOTLINE_ASTERISK_{one}: letters, digits, - and _ only")
    if dial.count("{number}") != 1 or "/" not in dial:
        raise BadPbx(f"HOTLINE_ASTERISK_DIAL: write it like {DIAL}")
