"""What has to be known of a Twilio account; the secrets come from the environment and are never shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "/lines/twilio"  #: of the paths of its webhooks and sockets
API = "https://api.twilio.com"
NO = {"", "0", "no", "false", "off"}


class BadAccount(Exception):
    """A setting cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    sid: str  #: HOTLINE_TWILIO_SID
    token: str = field(repr=False)  #: HOTLINE_TWILIO_TOKEN
    public: str  #: HOTLINE_PUBLIC_URL: exactly what Twilio is told to ring
    number: str = field(default="", repr=False)  #: HOTLINE_TWILIO_NUMBER: our own, as +8610...
    signing_key: str = field(default="", repr=False)  #: HOTLINE_TWILIO_SIGNING_KEY: for SHA-256
    live: bool = True  #: HOTLINE_TWILIO_LIVE: sound as it comes, else turn by turn
    speech: bool = False  #: HOTLINE_TWILIO_SPEECH: Twilio hears short answers; they leave the house
    signed_streams: bool = True  #: HOTLINE_TWILIO_SIGNED_STREAMS: no only to try simulators
    country: str = "86"  #: HOTLINE_COUNTRY: of numbers that are written without a code
    api: str = API  #: HOTLINE_TWILIO_API: elsewhere only for tests

    @classmethod
    def read(cls, environ: Mapping[str, str], public: str) -> "Account | None":
        """None where there is no account. Raises ``BadAccount``."""
        said = {name: environ.get(f"HOTLINE_TWILIO_{name}", "").strip() for name in _NAMES}
        if not said["SID"]:
            return None
        if not re.fullmatch(r"AC[0-9a-fA-F]{32}", said["SID"]):
            raise BadAccount("HOTLINE_TWILIO_SID: an account's id is AC and 32 hexadecimal digits")
        if not said["TOKEN"]:
            raise BadAccount("HOTLINE_TWILIO_TOKEN is missing: without it nobody could be trusted")
        if not public.startswith("https://") and not _is_here(public):
            raise BadAccount("HOTLINE_PUBLIC_URL: Twilio needs an https:// address to ring")
        return cls(
            sid=said["SID"],
            token=said["TOKEN"],
            public=public.rstrip("/"),
            number=said["NUMBER"],
            signing_key=said["SIGNING_KEY"],
            live=said["LIVE"].lower() not in NO if said["LIVE"] else True,
            speech=said["SPEECH"].lower() not in NO,
            signed_streams=said["SIGNED_STREAMS"].lower() not in NO
            if said["SIGNED_STREAMS"]
            else True,
            country=environ.get("HOTLINE_COUNTRY", "").strip("+ ") or "86",
            api=said["API"].rstrip("/") or API,
        )

    @property
    def base(self) -> str:
        """Where our webhooks are."""
        return self.public + PREFIX

    @property
    def stream(self) -> str:
        """Where our socket is."""
        return re.sub(r"^http", "ws", self.base) + "/live"


MOBILE = re.compile(r"1[3-9]\d{9}")  #: in China
SHORT = 6  #: digits of a service number, which has no code


def abroad(number: str, country: str) -> str:
    """As E.164 wants it: the code of the country before a number that lacks one."""
    if number.startswith("+") or len(number) <= SHORT:
        return number
    if number.startswith("0"):
        return f"+{country}{number.lstrip('0')}"
    if country == "86" and MOBILE.fullmatch(number):
        return f"+86{number}"
    return f"+{number}"


_NAMES = ("SID", "TOKEN", "NUMBER", "SIGNING_KEY", "LIVE", "SPEECH", "SIGNED_STREAMS", "API")


def _is_here(public: str) -> bool:
    """On this machine itself, to try things."""
    return re.match(r"http://(127\.0\.0\.1|localhost)(:|/|$)", public) is not None
