"""The database as it stands, for whoever only looks: nothing is made, nothing is migrated."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect, make_url
from sqlalchemy.orm import Session

from hotline.settings import Settings
from store.base import Base
from store.database import open_database
from store.seal import Keyring


@contextmanager
def stored(settings: Settings, table: type[Base]) -> Iterator[Session | None]:
    """None where there is no database yet, or none with that table. Raises ``SQLAlchemyError``, ``KeyProblem``, ``OSError``."""
    place = make_url(settings.database)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").exists():
        yield None
        return
    keyring = Keyring.load(settings.home, settings.environ)
    database = open_database(settings.database, keyring, settings.zone)
    try:
        with database.read() as session:
            there = inspect(session.get_bind()).has_table(table.__tablename__)
            yield session if there else None
    finally:
        database.close()
