"""Opening the database: SQLite on one machine, PostgreSQL on several, the same sessions on both."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from store.gate import Gate
from store.marks import check_keys
from store.migrations import upgrade
from store.seal import Keyring

WAIT_MS = 30_000  #: how long SQLite waits for a lock before it gives up


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where sessions come from: ``read()`` for looking, ``write()`` for changing."""

    engine: Engine  #: begins transactions that may write
    keyring: Keyring
    sessions: sessionmaker[Session]  #: sessions that may write, for those who hold the gate
    gate: Gate | None  #: on SQLite, the queue of the writers

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back by an exception.

        Keep it short and do nothing slow inside: on SQLite everybody else who writes waits.
        """
        with self.held(), self.sessions.begin() as session:
            yield session

    def read(self) -> AbstractContextManager[Session]:
        """A session that may look and not touch."""
        return self.sessions(bind=self.engine.execution_options(mode="read"))

    @contextmanager
    def held(self) -> Iterator[None]:
        """The right to write."""
        with self.gate.passed() if self.gate else nullcontext():
            yield

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, keyring: Keyring, zone: tzinfo | None = None, **info: Any) -> Database:
    """Open ``sqlite:///FILE`` or ``postgresql://...``; its tables come from ``migrate``.

    ``zone``: the community's own time, which sessions carry as ``info["zone"]``, and whatever else
    is to be found there.
    """
    place = make_url(url)
    if not place.database and place.get_backend_name() != "sqlite":
        raise ValueError(f"{url} names no database: without a name it would be somebody else's")
    if place.get_backend_name() == "sqlite":
        engine, gate = _open_sqlite(place)
    else:
        engine, gate = _open_postgresql(place), None
    engine.dialect.keyring = keyring  # type: ignore[attr-defined]  # read by the sealed types
    sessions = sessionmaker(
        engine, expire_on_commit=False, info={"zone": zone, **info} if zone else info
    )
    return Database(engine=engine, keyring=keyring, sessions=sessions, gate=gate)


def migrate(database: Database) -> None:
    """Bring the tables to the newest revision, all or nothing; several processes may do so at once.

    Raises ``store.keyfile.KeyProblem`` where the database was sealed with another key.
    """
    # "migrate" switches foreign keys off: on SQLite a changed table is a new table, renamed.
    migrating = database.engine.execution_options(mode="migrate")
    with database.held(), migrating.begin() as connection:
        upgrade(connection)
        with Session(connection) as session:
            check_keys(session, database.keyring)
            session.commit()


def _open_sqlite(place: URL) -> tuple[Engine, Gate]:
    if not place.database or place.database == ":memory:":
        raise ValueError("a database in memory would not outlive the call: name a file")
    file = Path(place.database)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()  # where nothing can be written, the gate beside it would be waited for in vain
    engine = create_engine(
        place.set(drivername="sqlite"),
        module=_sqlite_module(),
        connect_args={"timeout": 30},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    gate = Gate(file.with_name(f"{file.name}.lock"))
    # Kept in the file. Only one process may switch it on: SQLite's own waiting does not cover it.
    with gate.passed(), engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
    return engine, gate


def _open_postgresql(place: URL) -> Engine:
    plain = "-c jit=off"  # compiling a query costs more than any of ours takes
    engine = create_engine(
        place.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": f"{place.query.get('options', '')} {plain}".strip()},
    )

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("mode") == "read":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    event.listen(engine, "begin", begin)
    return engine


def _sqlite_module() -> ModuleType:
    """``pysqlite3`` where it is installed: SQLite before 3.51.3 may corrupt a WAL when it resets it."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415  # not published for every platform
    except ImportError:
        return sqlite3
    return dbapi2  # type: ignore[no-any-return]


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _on_begin
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """Writers take the lock at once: one that reads first and writes later finds it locked."""
    mode = connection.get_execution_options().get("mode", "write")
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if mode == 'read' else 'OFF'}")
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if mode == 'migrate' else 'ON'}")
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
