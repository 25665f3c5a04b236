"""How clocks behave with a million open tickets: nothing due, a hundred due, opening one more, eight who write at once."""

import math
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from hotline.bench_clocks_load import SPREAD, NoDatabase, fresh, load
from hotline.bench_measures import p95
from store.database import Database, open_database
from store.gate import StoreBusy
from store.seal import Keyring
from tickets import desk
from tickets.commands import OpenTicket
from tickets.models import Ticket, TicketEvent, Timer
from tickets.timers import claim_due, due_now

KINDS = ("sqlite", "postgresql")
SMALLER = 100  #: times fewer tickets, to see how it grows
LEAST = 1000  #: tickets
CLAIM = 100  #: timers at once
CLAIMS, LOOKS, OPENED = 60, 60, 300  #: how often each is measured
BLOCK = 25  #: tickets opened by one way before the other has its turn: a machine has moods
WRITERS = 8
NEED = OpenTicket(
    call="bench", resident=7, recording=None, words="水管漏水", department="property",
    service="leak", number="13800138000",
)  # fmt: skip

Tell = Callable[[str, float], None]


def clock_figures(tickets: int, seconds: float, at: datetime, tell: Tell) -> dict[str, Any]:
    """Figures for each database; one that is not there is None, with a note why."""
    figures: dict[str, Any] = {}
    for kind in KINDS:
        try:
            figures[kind] = _figures(kind, tickets, seconds, at, tell)
        except NoDatabase as none:
            figures[kind], figures[f"{kind}_note"] = None, str(none)
    return figures


def _figures(kind: str, tickets: int, seconds: float, at: datetime, tell: Tell) -> dict[str, Any]:
    few = max(LEAST, tickets // SMALLER)
    with fresh(kind) as database:
        load(database, few, at, lambda _done: None)
        small = _claims(database, few, at)
    with fresh(kind) as database:
        begun = time.perf_counter()
        load(database, tickets, at, lambda done: tell(f"{kind}: loading", done))
        loaded = time.perf_counter() - begun
        nothing = _nothing_due(database, at)
        claims = _claims(database, tickets, at)
        tell(f"{kind}: opening tickets", 0.0)
        opened = min(OPENED, tickets // 20)
        ratio = _insert_ratio(
            database, at, opened, lambda done: tell(f"{kind}: opening tickets", done)
        )
        tell(f"{kind}: {WRITERS} writers", 0.0)
        writing = _write_at_once(database, seconds, at)
        tell(f"{kind}: {WRITERS} writers", 1.0)
    return {
        "tickets": tickets,
        "timers": 3 * tickets,
        "loaded_s": round(loaded, 1),
        "nothing_due_ms": round(nothing, 2),
        "claim_100_p95_ms": round(p95(claims) or 0.0, 2),
        "claim_100_ms": round(median(claims), 2),
        "claim_growth": round(median(claims) / median(small), 2),
        "claim_growth_bound": round(math.log(3 * tickets) / math.log(3 * few), 2),
        "insert_ratio": round(ratio, 3),
        **writing,
    }


def _nothing_due(database: Database, at: datetime) -> float:
    """Milliseconds (p95) of a look, and of a claim that finds nothing; the larger of the two."""

    def look() -> None:
        with database.read() as session:
            assert not due_now(session, at)

    def claim() -> None:
        with database.write() as session:
            assert not claim_due(session, at)

    return max(p95([_ms(one) for _ in range(LOOKS)]) or 0.0 for one in (look, claim))


def _claims(database: Database, tickets: int, at: datetime) -> list[float]:
    """Milliseconds of claiming a hundred timers and committing that, one time after the other."""
    rounds = min(CLAIMS, max(1, 3 * tickets // CLAIM // 2))
    due = at + SPREAD * (rounds + 2) * CLAIM / (3 * tickets)

    def claim() -> None:
        with database.write() as session:
            assert len(claim_due(session, due, limit=CLAIM)) == CLAIM

    claim()  # the first one compiles statements and fills caches
    return [_ms(claim) for _ in range(rounds)]


def _insert_ratio(
    database: Database, at: datetime, opened: int, tell: Callable[[float], None]
) -> float:
    """Tickets opened in a second, beside the same rows by SQLAlchemy's own inserts; each in its transaction."""
    rows = _rows_of_one(database, at)

    def ours() -> None:
        with database.write() as session:
            desk.open_ticket(session, NEED, at=at, by="bench")

    def bare() -> None:
        with database.engine.begin() as connection:
            ticket = connection.execute(insert(Ticket), rows.ticket).inserted_primary_key
            id_ = {"ticket_id": ticket[0] if ticket else None}
            connection.execute(insert(Timer), [one | id_ for one in rows.timers])
            connection.execute(insert(TicketEvent), [one | id_ for one in rows.events])

    spent = {ours: 0.0, bare: 0.0}
    for done in range(0, opened, BLOCK):
        for way in (ours, bare):
            spent[way] += sum(_ms(way) for _ in range(BLOCK))
        tell((done + BLOCK) / opened)
    return spent[bare] / spent[ours]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a ticket is made of, without its number."""

    ticket: dict[str, Any]
    timers: list[dict[str, Any]]
    events: list[dict[str, Any]]


def _rows_of_one(database: Database, at: datetime) -> _Rows:
    with database.write() as session:
        number = desk.open_ticket(session, NEED, at=at, by="bench").number
    with database.read() as session:
        ticket = session.get_one(Ticket, number)
        return _Rows(
            _values(ticket, "id"),
            [_values(one, "id", "ticket_id") for one in ticket.timers],
            [_values(one, "ticket_id") for one in ticket.history],
        )


def _values(row: Ticket | Timer | TicketEvent, *without: str) -> dict[str, Any]:
    names = [column.key for column in type(row).__mapper__.column_attrs]
    return {name: getattr(row, name) for name in names if name not in without}


def _write_at_once(database: Database, seconds: float, at: datetime) -> dict[str, Any]:
    """Eight processes open tickets and claim timers as fast as they can; how often one found the database locked."""
    spawn = multiprocessing.get_context("spawn")
    said: Any = spawn.SimpleQueue()
    url = database.engine.url.render_as_string(hide_password=False)
    database.engine.dispose()
    ready: Any = spawn.Barrier(WRITERS)
    writers = [
        spawn.Process(target=_write, args=(url, seconds, at, ready, said), daemon=True)
        for _ in range(WRITERS)
    ]
    for one in writers:
        one.start()
    found = [said.get() for _ in writers]
    for one in writers:
        one.join()
    return {
        "locked": sum(locked for _, locked in found),
        "writers": WRITERS,
        "writers_s": seconds,
        "written": sum(written for written, _ in found),
    }


def _write(url: str, seconds: float, at: datetime, ready: Any, said: Any) -> None:
    """One of them: transactions committed, and those that a lock refused."""
    # Words are sealed with a key of its own: nobody reads them.
    database = open_database(url, Keyring({1: b"bench" * 6 + b"ke"}))
    written, locked, later = 0, 0, at + timedelta(minutes=1)
    ready.wait()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with database.write() as session:
                desk.open_ticket(session, NEED, at=at, by="bench")
            with database.write() as session:
                claim_due(session, later, limit=5)
            written += 2
        except (OperationalError, StoreBusy):
            locked += 1
    database.close()
    said.put((written, locked))


def _ms(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begun)
