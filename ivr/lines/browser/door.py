"""Who may ring from a browser: only this machine unless the house is open to the public, and nobody too often.

``HOTLINE_PHONE`` is ``local`` (only this machine), ``public`` or ``off``. Where it says nothing the phone is
local; but off where ``HOTLINE_PUBLIC_URL`` is set, for behind a proxy everybody may look like this machine.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

HOUR = timedelta(hours=1)
REMEMBERED = 10_000  #: addresses at most
THEIRS = 64  #: bits of an IPv6 address that one household has
#: headers that only somebody between us and the caller writes
BETWEEN = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class BadPhone(Exception):
    """A setting of the browser phone cannot be used; the message says which."""


class Refused(StrEnum):
    """Why a call is not taken; also the name of the sentence on the page."""

    CLOSED = "closed"  #: the phone is not open to this address
    FOREIGN = "foreign"  #: asked by a page that is not ours
    OFTEN = "often"  #: too many calls from this address in an hour
    BUSY = "busy"  #: too many at once


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks: ``headers`` in lower case, as the server saw them."""

    address: str
    headers: Mapping[str, str]

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def household(self) -> str:
        """What is counted as one caller."""
        try:
            found = ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
            return str(IPv6Address(int(found) >> (128 - THEIRS) << (128 - THEIRS)))
        return str(getattr(found, "ipv4_mapped", None) or found)

    @property
    def is_here(self) -> bool:
        """Somebody at this machine: by address, by the name they called us, and with nobody in between."""
        between = any(self.headers.get(name) for name in BETWEEN)
        return not between and _is_loopback(self.address) and _is_loopback(_name(self.host))

    def is_own_page(self, public: str) -> bool:
        """Does the page that asks come from us? Browsers say so, and cannot be made to lie by a page."""
        origin = _place(self.headers.get("origin", "")).netloc.lower()
        return bool(origin) and origin in {self.host.lower(), _place(public).netloc.lower()}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings allow."""

    opened: str = "local"
    public: str = ""  #: where the pages are reached from outside
    an_hour: int = 30  #: calls of one address
    at_once: int = 8  #: calls together; half of them of one address

    @classmethod
    def read(cls, environ: Mapping[str, str], public: str) -> "Rules":
        """Raises ``BadPhone``."""
        opened = environ.get("HOTLINE_PHONE") or ("off" if public else "local")
        if opened not in {"local", "public", "off"}:
            raise BadPhone(f"HOTLINE_PHONE={opened}: write local, public or off")
        return cls(
            opened,
            public,
            an_hour=_number(environ, "HOTLINE_PHONE_AN_HOUR", LOCAL.an_hour),
            at_once=_number(environ, "HOTLINE_PHONE_AT_ONCE", LOCAL.at_once),
        )

    def lets_in(self, visitor: Visitor) -> bool:
        """May this visitor use the phone at all?"""
        return self.opened == "public" or (self.opened == "local" and visitor.is_here)


LOCAL = Rules()  #: where the settings say nothing


class Door:
    """Counts while this process lives."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._rung: dict[str, deque[datetime]] = {}
        self._open: Counter[str] = Counter()

    def ring(self, visitor: Visitor, at: datetime) -> Refused | None:
        """A call that counts from now on; or why there is none."""
        if no := self._stranger(visitor):
            return no
        if self._full(visitor.household):
            return Refused.BUSY
        self._forget(at)
        rung = self._rung.setdefault(visitor.household, deque())
        if len(rung) >= self.rules.an_hour:
            return Refused.OFTEN
        rung.append(at)
        return None

    @contextmanager
    def socket(self, visitor: Visitor) -> Iterator[Refused | None]:
        """One socket as long as it is open; or why it may not be."""
        household = visitor.household
        no = self._stranger(visitor) or (Refused.BUSY if self._full(household) else None)
        if no:
            yield no
            return
        self._open[household] += 1
        try:
            yield None
        finally:
            self._open[household] -= 1
            self._open += Counter()  # whoever has none is forgotten

    def _stranger(self, visitor: Visitor) -> Refused | None:
        if not self.rules.lets_in(visitor):
            return Refused.CLOSED
        return None if visitor.is_own_page(self.rules.public) else Refused.FOREIGN

    def _full(self, household: str) -> bool:
        theirs = max(1, self.rules.at_once // 2)
        return self._open.total() >= self.rules.at_once or self._open[household] >= theirs

    def _forget(self, at: datetime) -> None:
        for household, rung in list(self._rung.items()):
            while rung and rung[0] + HOUR <= at:
                rung.popleft()
            if not rung:
                del self._rung[household]
        while len(self._rung) > REMEMBERED:
            del self._rung[next(iter(self._rung))]


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    return _place(f"//{host}").hostname or ""


def _place(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name) or str(default)
    if not given.isdecimal() or not 0 < int(given) < 100_000:
        raise BadPhone(f"{name}={given}: write a whole number from 1 on")
    return int(given)
