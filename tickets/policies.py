"""The policy in force, and every one there was."""

from datetime import datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.seal import Keyring, Sealed, keyring_of
from tickets.policy import Policy
from tickets.policy_keeping import Kept, keep
from tickets.policy_reading import read

SEALED = "policies.text"
#: asked in nearly every transaction, so it is asked as briefly as can be
NEWEST = "SELECT text FROM policies ORDER BY id DESC LIMIT 1"
HERE = ZoneInfo("Asia/Shanghai")  #: where no session says otherwise


class PolicyRow(Base):
    """A policy somebody put in force; the newest one is. Never changed, never deleted."""

    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Sealed(SEALED))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


def policy_of(session: Session) -> Policy:
    """What is in force in this transaction; the one that comes with the hotline where nobody has said otherwise."""
    return _in_force(session).policy


def refused_of(session: Session) -> tuple[str, ...]:
    """What an upgrade refuses of the policy in force: each mistake; there the shipped one holds until it is mended."""
    return _in_force(session).refused


def _in_force(session: Session) -> Kept:
    newest = session.connection().exec_driver_sql(NEWEST).scalar()
    return _opened(bytes(newest or b""), keyring_of(session), zone_of(session))


def use(session: Session, text: str, *, by: str, at: datetime) -> Policy:
    """Put it in force for everybody, at once. Raises ``BadPolicy`` and changes nothing."""
    policy = read(text, zone_of(session))
    session.add(PolicyRow(text=text, by=by, at=at))
    session.flush()
    return policy


@lru_cache(maxsize=16)
def _opened(sealed: bytes, keyring: Keyring, zone: tzinfo) -> Kept:
    """No two seals are alike, not even of one text: whoever has the bytes has the policy."""
    return keep(keyring.open(sealed, SEALED).decode() if sealed else "", zone)


def zone_of(session: Session) -> tzinfo:
    """The community's own, as the database was opened with."""
    zone = session.info.get("zone", HERE)
    return zone if isinstance(zone, tzinfo) else HERE
