"""The policy in force, and every one there was."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.seal import Sealed
from tickets.policy import Policy
from tickets.policy_reading import read

HERE = ZoneInfo("Asia/Shanghai")  #: where no session says otherwise


class PolicyRow(Base):
    """A policy somebody put in force; the newest one is. Never changed, never deleted."""

    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Sealed("policies.text"))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


def policy_of(session: Session) -> Policy:
    """What is in force in this transaction; the one that comes with the hotline where nobody has said otherwise."""
    newest = session.scalar(select(PolicyRow.text).order_by(PolicyRow.id.desc()).limit(1))
    return read(newest or "", zone_of(session))


def use(session: Session, text: str, *, by: str, at: datetime) -> Policy:
    """Put it in force for everybody, at once. Raises ``BadPolicy`` and changes nothing."""
    policy = read(text, zone_of(session))
    session.add(PolicyRow(text=text, by=by, at=at))
    return policy


def zone_of(session: Session) -> tzinfo:
    """The community's own, as the database was opened with."""
    zone = session.info.get("zone", HERE)
    return zone if isinstance(zone, tzinfo) else HERE
