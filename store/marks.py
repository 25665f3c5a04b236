"""Which keys sealed this database: their fingerprints, so that a wrong key is noticed before it writes."""

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.keyfile import KeyProblem
from store.seal import Keyring


class KeyMark(Base):
    """A key version this database knows; the fingerprint tells nothing about the key."""

    __tablename__ = "key_marks"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(16))


def unknown_marks(session: Session, keyring: Keyring) -> list[KeyMark]:
    """Versions this database was sealed with that the keyring lacks or holds differently."""
    marks = session.scalars(select(KeyMark).order_by(KeyMark.version))
    return [mark for mark in marks if keyring.fingerprints.get(mark.version) != mark.fingerprint]


def check_keys(session: Session, keyring: Keyring) -> None:
    """Note new keys; raises ``KeyProblem`` where the keyring cannot open this database."""
    if lost := unknown_marks(session, keyring):
        versions = ", ".join(str(mark.version) for mark in lost)
        raise KeyProblem(
            f"this database was sealed with another key (version {versions}); "
            "give the key it was made with: without it nothing in it can be read"
        )
    for version, fingerprint in keyring.fingerprints.items():
        if session.get(KeyMark, version) is None:
            session.add(KeyMark(version=version, fingerprint=fingerprint))
