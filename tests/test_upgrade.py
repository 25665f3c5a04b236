"""A new version is installed in the middle of the seven days: what was promised before is kept after."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import MetaData, Table

from hotline.torture.child import finish
from hotline.torture.processes import run
from hotline.torture.world import SteppedClock, World, reckon
from store.database import open_database
from store.keyfile import find_keys
from store.migrations import _config
from store.seal import Keyring

BEFORE = datetime(2026, 1, 5, 2)  # revision 0003, Monday at ten in Shanghai; naive, as stored
NUMBER = "13800000001"


def old_house(world: World) -> None:
    """As version 0.1.0 left it: one result waits to be told, another dial was cut off by the upgrade."""
    keyring = Keyring(find_keys(world.home, {}))
    url = world.database or f"sqlite:///{world.home}/hotline.db"
    database = open_database(url, keyring)
    migrating = database.engine.execution_options(mode="migrate")
    with database.held(), migrating.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        tables = MetaData()

        def add(table: str, **facts: object) -> None:
            connection.execute(Table(table, tables, autoload_with=connection).insert(), facts)

        for number, state in ((1, "owed"), (2, "dialling")):
            phone = f"1380000000{number}"
            add(
                "tickets", id=number, words=keyring.seal("电梯".encode(), "tickets.words"), language="zh",
                department="property", assignee_kind="department", status="handled", reopened=0,
                callback_number=keyring.seal(phone.encode(), "tickets.callback_number"),
                callback_index=keyring.blind(phone),
                result_words=keyring.seal("修好了".encode(), "tickets.result_words"),
                opened_at=BEFORE, respond_due=BEFORE, handle_due=BEFORE,
                feedback_due=BEFORE + timedelta(days=7), version=1,
            )  # fmt: skip
            add(
                "timers", id=number, ticket_id=number, kind="feedback", due_at=BEFORE + timedelta(days=7),
                state="armed", attempt=0,
            )  # fmt: skip
            add("callbacks", id=number, ticket_id=number, due_at=BEFORE, state=state, tries=0)
        add("dial_attempts", id=1, callback_id=2, at=BEFORE)
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_promised_before_an_upgrade_is_told_after_it(kind, tmp_path, request):
    url = request.getfixturevalue("empty_postgresql_url") if kind == "postgresql" else ""
    turns = {"*": ["answers 111"]}
    noon = SteppedClock(datetime(2026, 1, 7, 7, tzinfo=UTC))
    world = World(home=tmp_path, database=url, clock=noon, turns=turns)
    old_house(world)
    assert run(finish, world) == 0
    done = reckon(world)
    assert (done.promised, done.told, done.dials, done.visits) == (2, 2, 2, 0)
    with world.opened() as house:
        assert world.ledger(house).dials_to(NUMBER) == 1
