"""Tables as lines of JSON and back: the same on SQLite and PostgreSQL. What is sealed stays sealed."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Integer, MetaData, Table, func, insert, select, text

BATCH = 500  #: rows at a time
NOT_DUMPED = {"alembic_version", "key_marks"}  #: they say how this database is, not what is in it
FOLLOWS = "_fts"  #: in the names of SQLite's search tables, which follow their rows by themselves


def tables_of(connection: Connection) -> list[Table]:
    """The tables as they stand, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: FOLLOWS not in name)
    return [table for table in metadata.sorted_tables if table.name not in NOT_DUMPED]


def is_empty(connection: Connection) -> bool:
    return not any(
        connection.scalar(select(func.count()).select_from(table))
        for table in tables_of(connection)
    )


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """One line of JSON for each row, in the order of the primary key."""
    rows = connection.execution_options(yield_per=BATCH).execute(
        select(table).order_by(*table.primary_key)
    )
    for row in rows.mappings():
        plain = {name: _to_json(value) for name, value in row.items()}
        yield json.dumps(plain, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def fill(connection: Connection, table: Table, lines: Iterable[bytes]) -> int:
    """Put the rows into an empty table; returns how many."""
    rows = ({name: _from_json(v) for name, v in json.loads(line).items()} for line in lines)
    count = 0
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(table), batch)
        count += len(batch)
    _go_on_counting(connection, table)
    return count


def _go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL counts ids apart from the rows: the next one has to follow the highest."""
    key = table.primary_key.columns.get("id")
    if connection.dialect.name != "postgresql" or key is None or not isinstance(key.type, Integer):
        return
    sequence = func.pg_get_serial_sequence(table.name, "id")
    following = select(func.coalesce(func.max(key), 0) + 1).scalar_subquery()
    connection.execute(select(func.setval(sequence, following, text("false"))))


def _to_json(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    return value


def _from_json(value: Any) -> Any:
    match value:
        case {"bytes": encoded}:
            return b64decode(encoded)
        case {"time": when}:
            return datetime.fromisoformat(when)
        case _:
            return value
