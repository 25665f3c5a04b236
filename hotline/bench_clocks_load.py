"""A million open tickets with three million armed timers, in a database of our own, loaded in a minute or two."""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table, make_url

from store.database import Database, migrate, open_database
from store.seal import Keyring
from tickets.clocks import Clock
from tickets.lifecycle import Status
from tickets.models import Ticket, Timer, TimerState

SERVER = "127.0.0.1:5432"
TOLD = timedelta(days=3)  #: over which the needs were told, until now
SPREAD = timedelta(days=7)  #: over which their clocks run out, from now on
STRIDE = 7919  #: a prime: neighbouring rows are due at quite different times
TABLES = tuple(cast(Table, one.__table__) for one in (Ticket, Timer))


class NoDatabase(Exception):
    """There is none to measure on; the message says why."""


@contextmanager
def fresh(kind: str) -> Iterator[Database]:
    """An empty, migrated database of our own, gone afterwards. Raises ``NoDatabase``."""
    with _place(kind) as url:
        database = open_database(url, Keyring({1: secrets.token_bytes(32)}))
        try:
            migrate(database)
            yield database
        finally:
            database.close()


@contextmanager
def _place(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with TemporaryDirectory(prefix="hotline-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
        return
    server, url = _server()
    name = f"hotline_bench_{secrets.token_hex(4)}"
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _server() -> "tuple[psycopg.Connection[Any], str]":
    """Somebody who may make databases: HOTLINE_BENCH_POSTGRESQL, else on this machine."""
    given = os.environ.get("HOTLINE_BENCH_POSTGRESQL")
    users = filter(None, (os.environ.get("PGUSER"), "root", "postgres"))
    why = "nobody to ask"
    for url in [given] if given else [f"postgresql://{user}@{SERVER}/postgres" for user in users]:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=3), url
        except psycopg.Error as no:
            why = (str(no).splitlines() or [type(no).__name__])[0]
    raise NoDatabase(f"no PostgreSQL: {why}; HOTLINE_BENCH_POSTGRESQL names one")


def load(database: Database, tickets: int, at: datetime, tell: Callable[[float], None]) -> None:
    """So many open tickets, each with three armed timers; all of them are due after ``at``, evenly over ``SPREAD``."""
    with database.held(), database.engine.begin() as connection:
        indexes = [index for table in TABLES for index in table.indexes]
        for index in indexes:  # made anew afterwards: much faster than row by row
            index.drop(connection)
        _fill(connection, TABLES[0], _tickets(database.keyring, tickets, at))
        tell(0.3)
        _fill(connection, TABLES[1], _timers(tickets, at))
        tell(0.7)
        for number, index in enumerate(indexes, 1):
            index.create(connection)
            tell(0.7 + 0.3 * number / len(indexes))
        if connection.dialect.name == "postgresql":
            for table in TABLES:
                counted = f"setval('{table.name}_id_seq', max(id)) FROM {table.name}"
                connection.exec_driver_sql(f"SELECT {counted}")
            connection.exec_driver_sql("ANALYZE tickets, timers")
    if database.gate:
        _settle(database)


def _settle(database: Database) -> None:
    """SQLite's journal holds all that was loaded: into the file with it, as after a while of work."""
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


Row = dict[str, Any]


def _tickets(keyring: Keyring, tickets: int, at: datetime) -> Iterator[Row]:
    words, index = keyring.seal("水管漏水".encode(), "tickets.words"), keyring.blind("13800138000")
    for number in range(1, tickets + 1):
        opened = at - TOLD * (tickets - number) / tickets
        yield {
            "id": number,
            "resident_id": number,
            "words": words,
            "language": "zh",
            "department": "property",
            "service": "leak",
            "assignee_kind": "department",
            "status": Status.TAKEN.value,
            "reopened": 0,
            "urgent": False,
            "callback_index": index,
            "opened_at": opened,
            "respond_due": opened + timedelta(minutes=15),
            "handle_due": opened + timedelta(hours=24),
            "feedback_due": opened + timedelta(days=7),
            "version": 1,
        }


def _timers(tickets: int, at: datetime) -> Iterator[Row]:
    count = len(Clock) * tickets
    for number in range(count):
        due = at + SPREAD * ((number * STRIDE) % count + 1) / count
        yield {
            "id": number + 1,
            "ticket_id": number // len(Clock) + 1,
            "kind": tuple(Clock)[number % len(Clock)].value,
            "due_at": due,
            "promised_at": due,
            "step": 1,
            "state": TimerState.ARMED.value,
            "attempt": 0,
        }


def _fill(connection: Connection, table: Table, rows: Iterator[Row]) -> None:
    """By COPY on PostgreSQL, by one statement with many rows on SQLite."""
    first = next(rows)
    columns = list(first)
    values = (tuple(_plain(row[name]) for name in columns) for row in _all(first, rows))
    names = ", ".join(columns)
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with cast(Any, cursor).copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        texts = (tuple(_text(one) for one in row) for row in values)
        into = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608  # our own names
        cursor.executemany(into, cast(Sequence[Any], texts))
    cursor.close()


def _all(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows


def _plain(value: Any) -> Any:
    """Times as columns keep them: in UTC, without saying so."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _text(value: Any) -> Any:
    """As SQLAlchemy writes them to SQLite."""
    return value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value
