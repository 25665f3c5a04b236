"""The database: writers queue, readers cannot write, nothing is half done."""

import multiprocessing
import subprocess
import sys
import threading
from datetime import timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from store.database import open_database
from store.keyfile import KeyProblem
from store.looks import Look, look
from store.seal import Keyring, Sealed

MANY = 60


def look_often(url, who, at):
    database = open_database(url, Keyring({1: b"k" * 32}))
    for number in range(MANY):
        with database.write() as session:
            session.scalar(select(func.count()).select_from(Look))
            look(session, who=who, what=f"ticket:{number}", how="view", at=at)
    database.close()


def test_two_threads_and_two_processes_write_at_once_and_none_finds_it_locked(database, at):
    url = database.engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    writers = [
        make(target=look_often, args=(url, f"{make.__name__} {n}", at))
        for n in range(2)
        for make in (spawn.Process, threading.Thread)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Look)) == 4 * MANY


def test_a_write_that_fails_leaves_nothing(database, at):
    with pytest.raises(ZeroDivisionError), database.write() as session:  # noqa: PT012
        look(session, who="a", what="b", how="view", at=at)
        session.flush()
        raise ZeroDivisionError
    with database.read() as session:
        assert session.scalars(select(Look)).all() == []


def test_a_session_for_reading_refuses_to_write(database, at):
    with database.read() as session:
        look(session, who="a", what="b", how="view", at=at)
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.flush()
    with database.write() as session:
        look(session, who="a", what="b", how="view", at=at)


def test_a_write_inside_a_write_is_refused_on_sqlite(sqlite):
    with sqlite.write(), pytest.raises(RuntimeError, match="inside a write"), sqlite.write():
        pass
    with sqlite.write():
        pass


def test_sqlite_is_opened_the_durable_way(sqlite):
    with sqlite.write() as session:
        pragma = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_times_come_back_aware_and_in_utc(database, at):
    shanghai = at.astimezone(timezone(timedelta(hours=8)))
    with database.write() as session:
        look(session, who="a", what="b", how="view", at=shanghai)
    with database.read() as session:
        assert session.scalars(select(Look.at)).one() == at


def test_a_naive_time_is_a_bug(database, at):
    with pytest.raises(StatementError, match="naive"), database.write() as session:
        look(session, who="a", what="b", how="view", at=at.replace(tzinfo=None))


def test_a_sealed_column_needs_a_database_opened_with_a_key(sqlite_file):
    from sqlalchemy.dialects.sqlite import dialect

    with pytest.raises(KeyProblem, match="no keyring"):
        Sealed("x").process_bind_param("secret", dialect())


def test_a_database_in_memory_is_refused(keyring):
    with pytest.raises(ValueError, match="name a file"):
        open_database("sqlite://", keyring)


HOLD_THE_GATE = """
import sys, time
from store.database import open_database
from store.seal import Keyring
with open_database(sys.argv[1], Keyring({1: b"k" * 32})).write():
    print("holding", flush=True)
    time.sleep(60)
"""


def test_a_writer_killed_in_mid_write_locks_nobody_out(sqlite, at):
    url = sqlite.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", HOLD_THE_GATE, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        holder.kill()
    with sqlite.write() as session:
        look(session, who="a", what="b", how="view", at=at)


def test_what_the_database_complains_about_names_no_values(database):
    with pytest.raises(DBAPIError) as complaint, database.write() as session:
        session.execute(text("SELECT :number FROM nowhere"), {"number": "13800138000"})
    assert "13800138000" not in str(complaint.value)
