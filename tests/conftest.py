"""What the tests of stored things share: a keyring, one fixed time, and the database in both its kinds."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import inspect, text

from store.database import migrate, open_database
from store.seal import Keyring

SERVER = "127.0.0.1:5432"


@pytest.fixture
def at():
    """A Monday morning."""
    return datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def keyring():
    return Keyring({1: b"k" * 32})


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory, keyring):
    """An empty, migrated SQLite file, copied for each test."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.db"
    database = open_database(f"sqlite:///{file}", keyring)
    migrate(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def postgresql_server():
    """A connection to the server as whoever may make databases there."""
    for user in filter(None, (os.environ.get("PGUSER"), "root", "postgres")):
        url = f"postgresql://{user}@{SERVER}"
        try:
            with psycopg.connect(f"{url}/postgres", autocommit=True, connect_timeout=3) as server:
                yield server, url
                return
        except psycopg.OperationalError as no:
            reason = str(no).splitlines()[0]
    pytest.skip(f"no PostgreSQL at {SERVER}: {reason}")


@contextmanager
def new_database(server: "psycopg.Connection[Any]", url: str) -> Iterator[str]:
    """A database of our own on the server, dropped in the end."""
    name = f"hotline_test_{secrets.token_hex(4)}"
    server.execute(f"CREATE DATABASE {name}")
    yield f"{url}/{name}"
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgresql_url(postgresql_server):
    """A database without tables."""
    with new_database(*postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server):
    with new_database(*postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_tables(postgresql_url, keyring):
    database = open_database(postgresql_url, keyring)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def postgresql(postgresql_tables):
    """An empty PostgreSQL database."""
    yield postgresql_tables
    names = set(inspect(postgresql_tables.engine).get_table_names())
    emptied = ", ".join(names - {"alembic_version", "key_marks"})
    with postgresql_tables.write() as session:
        session.execute(text(f"TRUNCATE {emptied} RESTART IDENTITY CASCADE"))


@pytest.fixture
def sqlite(tmp_path, sqlite_file, keyring):
    """An empty SQLite database."""
    shutil.copy(sqlite_file, tmp_path / "hotline.db")
    database = open_database(f"sqlite:///{tmp_path}/hotline.db", keyring)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """An empty database, once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(request.param)
