"""Everything in one file that can be carried away, and everything back from it. The key is not in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from store.archive import Archive, BackupError, Manifest, checked_manifest, members_of, new_archive
from store.database import Database
from store.dump import fill, is_empty, lines_of, tables_of
from store.migrations import revision_of

__all__ = ["BackupError", "Summary", "make_backup", "restore_backup"]


@dataclass(frozen=True, slots=True)
class Summary:
    """How much was kept or brought back."""

    rows: int
    recordings: int

    def __str__(self) -> str:
        return f"{self.rows} rows and {self.recordings} recordings"


def make_backup(database: Database, shelf_folder: Path, file: Path, at: datetime) -> Summary:
    """Write all tables, as they stand at one moment, and all recordings into a new ``file``.

    The hotline may go on meanwhile. Raises ``BackupError``.
    """
    with _snapshot(database) as connection:
        manifest = Manifest(
            made_at=at.isoformat(),
            revision=revision_of(connection) or "",
            keys={str(version): mark for version, mark in database.keyring.fingerprints.items()},
        )
        with new_archive(file, manifest, database.keyring) as archive:
            rows = sum(
                archive.add_lines(f"tables/{table.name}.jsonl", lines_of(connection, table))
                for table in tables_of(connection)
            )
            # After the tables: every recording a row tells of is on the shelf by now.
            recordings = _add_recordings(archive, shelf_folder)
    return Summary(rows, recordings)


def restore_backup(file: Path, database: Database, shelf_folder: Path) -> Summary:
    """Bring a backup back into a migrated, empty database and an empty shelf, or change nothing.

    Raises ``BackupError`` for a target that is not empty, a damaged file, another revision,
    another key.
    """
    manifest = checked_manifest(file, database.keyring)
    try:
        with database.held(), database.engine.begin() as connection:
            _check_target(connection, manifest, shelf_folder)
            with _new_shelf(shelf_folder) as shelf:
                return _unpack(file, connection, shelf)
    except (OSError, OperationalError) as no:
        raise BackupError(f"the backup cannot be restored here: {no}") from no


@contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees the database as it was at its first look."""
    options = {"mode": "read"}
    if database.engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with database.engine.execution_options(**options).connect() as connection:
        yield connection


def _add_recordings(archive: Archive, shelf_folder: Path) -> int:
    files = sorted(shelf_folder.glob("??/*.rec"))
    for file in files:
        # Read whole, for one that is being recorded grows; a torn end is left out when it is heard.
        archive.add(f"recordings/{file.parent.name}/{file.name}", file.read_bytes())
    return len(files)


def _check_target(connection: Connection, manifest: Manifest, shelf_folder: Path) -> None:
    revision = revision_of(connection)
    if manifest.revision != revision:
        raise BackupError(
            f"the backup is of database version {manifest.revision or 'none'}, this hotline of "
            f"{revision or 'none'}: restore it with the version that made it, then upgrade"
        )
    if not is_empty(connection) or any(shelf_folder.glob("??/*.rec")):
        raise BackupError("something is stored here already: restore into an empty hotline")


@contextmanager
def _new_shelf(shelf_folder: Path) -> Iterator[Path]:
    """A folder beside the shelf that takes its place at the end, and is gone after an error."""
    draft = shelf_folder.with_name(f"{shelf_folder.name}.restoring")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        yield draft
        if shelf_folder.exists():
            for folder in shelf_folder.glob("??"):
                folder.rmdir()
            shelf_folder.rmdir()
        draft.replace(shelf_folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unpack(file: Path, connection: Connection, shelf: Path) -> Summary:
    tables = {f"tables/{table.name}.jsonl": table for table in tables_of(connection)}
    rows = recordings = 0
    with members_of(file) as members:
        for name, content in members:
            if name in tables:
                rows += fill(connection, tables[name], content)
            elif name.startswith("recordings/"):
                _put(shelf / name.removeprefix("recordings/"), content.read())
                recordings += 1
    return Summary(rows, recordings)


def _put(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
