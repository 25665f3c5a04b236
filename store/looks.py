"""Who looked at what: every view and playback of personal data is a row."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base


class Look(Base):
    """Somebody saw, heard or changed something personal."""

    __tablename__ = "looks"
    __table_args__ = (Index("ix_looks_what_at", "what", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(64), index=True)  #: "operator:3", "agent:12"
    what: Mapped[str] = mapped_column(String(80))  #: "recording:ID", "ticket:12", "call:ID"
    how: Mapped[str] = mapped_column(String(32))  #: "view", "play", "correct" ...


def look(session: Session, *, who: str, what: str, how: str, at: datetime) -> Look:
    """Write the look down; give it the session in which the thing is read."""
    row = Look(at=at, who=who, what=what, how=how)
    session.add(row)
    return row
