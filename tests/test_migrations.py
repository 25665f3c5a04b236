"""Migrations: they make what the models say, once, all or nothing, whoever starts first."""

import importlib
import multiprocessing
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from store.base import Base
from store.database import migrate, open_database
from store.keyfile import KeyProblem
from store.migrations import newest, revision_of
from store.seal import Keyring

MODELS = (
    "store.recordings",
    "store.looks",
    "store.marks",
    "tickets.models",
    "tickets.notices",
    "tickets.similar",
    "tickets.callbacks",
    "tickets.policies",
    "tickets.verdicts",
    "tickets.urgent",
    "tickets.visits",
    "tickets.waiting",
    "ivr.lines.tokens",
    "proxy_agents.staff",
    "proxy_agents.residents",
    "ivr.calls",
)


def kept_by_models(_thing, name, _kind, _reflected, _other) -> bool:
    """Not what is searched with: each database has that in a way of its own."""
    return "_fts" not in name and name != "ix_ticket_sounds_sounds"


def test_the_tables_are_what_the_models_say(database):
    for name in MODELS:
        importlib.import_module(name)
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": kept_by_models}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database):
    migrate(database)
    with database.engine.connect() as connection:
        assert revision_of(connection) == newest()


def migrate_at(url: str) -> None:
    database = open_database(url, Keyring({1: b"k" * 32}))
    migrate(database)
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_processes_that_start_at_once_migrate_once(kind, tmp_path, keyring, request):
    url = f"sqlite:///{tmp_path}/new.db"
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgresql_url")
    spawn = multiprocessing.get_context("spawn")
    starting = [spawn.Process(target=migrate_at, args=(url,)) for _ in range(3)]
    for process in starting:
        process.start()
    for process in starting:
        process.join()
    assert [process.exitcode for process in starting] == [0, 0, 0]
    database = open_database(url, keyring)
    assert "tickets" in inspect(database.engine).get_table_names()
    database.close()


def test_a_migration_that_fails_leaves_nothing(tmp_path, keyring):
    file = tmp_path / "half.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE timers (old INTEGER)")
    connection.close()
    database = open_database(f"sqlite:///{file}", keyring)
    with pytest.raises(Exception, match="timers already exists"):
        migrate(database)
    assert inspect(database.engine).get_table_names() == ["timers"]
    database.close()


def test_a_database_does_not_open_with_another_key(sqlite):
    url = sqlite.engine.url.render_as_string(hide_password=False)
    stranger = open_database(url, Keyring({1: b"x" * 32}))
    with pytest.raises(KeyProblem, match="sealed with another key"):
        migrate(stranger)
    stranger.close()


def test_a_new_key_beside_the_old_one_is_noted(sqlite):
    url = sqlite.engine.url.render_as_string(hide_password=False)
    changed = open_database(url, Keyring({1: b"k" * 32, 2: b"n" * 32}))
    migrate(changed)
    with pytest.raises(KeyProblem, match="version 2"):
        migrate(sqlite)
    changed.close()
