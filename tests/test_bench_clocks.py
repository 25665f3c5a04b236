"""Clocks among very many: what is loaded is what is claimed, and both databases look it up in an index."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from hotline.bench_clocks import CLAIM, clock_figures
from hotline.bench_clocks_load import SPREAD, NoDatabase, fresh, load
from store.database import Database
from tickets.models import Ticket, Timer
from tickets.timers import _CHOSEN, LEASE, claim_due, due_now

TICKETS = 1000


@pytest.fixture
def loaded(database, at):
    load(database, TICKETS, at, lambda _done: None)
    return database


def test_three_timers_run_for_each_ticket_and_none_is_due_yet(loaded, at):
    with loaded.read() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == TICKETS
        assert session.scalar(select(func.count()).select_from(Timer)) == 3 * TICKETS
        assert not due_now(session, at)
        assert session.get_one(Ticket, 7).words == "水管漏水"


def test_as_many_are_claimed_as_are_due(loaded, at):
    with loaded.write() as session:
        assert len(claim_due(session, at + SPREAD / 300, limit=CLAIM)) == 10
        assert len(claim_due(session, at + SPREAD, limit=CLAIM)) == CLAIM


def plan(database: Database, at, number: int) -> str:
    """How the database would look for one kind of what may be claimed."""
    with database.write() as session:
        chosen = _CHOSEN[number].params(at=at, latest=at + 2 * LEASE, most=CLAIM)
        said = chosen.compile(database.engine, compile_kwargs={"literal_binds": True})
        how = "QUERY PLAN" if database.engine.dialect.name == "sqlite" else ""
        return "\n".join(str(row) for row in session.execute(text(f"EXPLAIN {how} {said}")))


@pytest.mark.parametrize(
    ("number", "index"), [(0, "ix_timers_leased"), (1, "ix_timers_paused"), (2, "ix_timers_due")]
)
def test_what_is_due_is_looked_up_in_its_index(loaded, at, number, index):
    found = plan(loaded, at + timedelta(minutes=5), number)
    assert index in found
    assert "Seq Scan" not in found


def test_without_a_server_the_other_database_is_measured_and_the_reason_given(at, monkeypatch):
    monkeypatch.setenv("HOTLINE_BENCH_POSTGRESQL", "postgresql://127.0.0.1:1/none")
    with pytest.raises(NoDatabase, match="HOTLINE_BENCH_POSTGRESQL"), fresh("postgresql"):
        pass


def test_figures_for_a_few_tickets(at, monkeypatch):
    monkeypatch.setenv("HOTLINE_BENCH_POSTGRESQL", "postgresql://127.0.0.1:1/none")
    figures = clock_figures(TICKETS, 0.5, at, lambda _what, _done: None)
    found = figures["sqlite"]
    assert figures["postgresql"] is None
    assert figures["postgresql_note"].startswith("no PostgreSQL")
    assert found["locked"] == 0
    assert min(found[name] for name in ("nothing_due_ms", "claim_growth", "insert_ratio")) > 0
    assert found["written"] > 0
