"""Tickets of admission to a socket: for one call, once, and only for a minute."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, LargeBinary, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base

LASTS = timedelta(minutes=2)
KEPT = timedelta(days=1)  #: a used one, so that it is known as used


class StreamToken(Base):
    """Only a hash of the token is kept: who reads the database can open no socket."""

    __tablename__ = "stream_tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


def issue(session: Session, call: str, at: datetime) -> str:
    """A new token for a call."""
    session.execute(delete(StreamToken).where(StreamToken.expires_at < at - KEPT))
    token = secrets.token_urlsafe(24)
    session.add(StreamToken(digest=_digest(token), call_id=call, expires_at=at + LASTS))
    session.flush()
    return token


def redeem(session: Session, token: str, at: datetime) -> str | None:
    """The call it admits to; None for one that is unknown, used or too old. In one statement: it works once."""
    good = update(StreamToken).where(
        StreamToken.digest == _digest(token),
        StreamToken.used_at.is_(None),
        StreamToken.expires_at > at,
    )
    return session.scalar(good.values(used_at=at).returning(StreamToken.call_id))


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
