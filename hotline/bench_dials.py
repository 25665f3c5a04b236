"""How many dials the database carries: claimed, committed, ended by busy lines; one process."""

import time
from datetime import datetime, timedelta
from typing import Any

from hotline.bench_clocks_load import NoDatabase, fresh
from hotline.bench_measures import p95
from store.database import Database
from tickets import desk
from tickets.callbacks import Callback
from tickets.commands import OpenTicket
from tickets.dialling import Reach, claim_dials, dial_ended
from tickets.policies import use

KINDS = ("sqlite", "postgresql")
#: Nothing but the database holds anybody up.
POLICY = """
[quiet]
hours = ["03:00-03:01"]
[callbacks]
lines = 500
calls_per_second = 1000.0
a_day = 20
parts = ["08:00-12:00", "12:00-20:00"]
[breaker]
failures = 50
"""


def dial_figures(callbacks: int, at: datetime) -> dict[str, Any]:
    """For each kind of database: dials a second, milliseconds a dial and of our own CPU, or why not."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        try:
            with fresh(kind) as database:
                found[kind] = _figures(database, callbacks, at)
        except NoDatabase as why:
            found[kind] = {"skipped": str(why)}
    return found


def _figures(database: Database, callbacks: int, at: datetime) -> dict[str, Any]:
    with database.write() as session:
        use(session, POLICY, by="bench", at=at)
    for number in range(callbacks):
        _owe(database, f"138{number:08}", at)
    cpu = time.process_time()
    took = _dial(database, callbacks // 2, at)
    cpu = time.process_time() - cpu
    return {
        "callbacks": callbacks,
        "dial_cpu_ms": round(cpu / len(took) * 1000, 2),
        "dials_per_second": round(len(took) / sum(took), 1),
        "dial_p95_ms": round((p95(took) or 0.0) * 1000, 2),
    }


def _owe(database: Database, number: str, at: datetime) -> None:
    need = OpenTicket(
        call=None, resident=None, recording=None, words="水管漏水", department="property",
        service="leak", number=number,
    )  # fmt: skip
    with database.write() as session:
        ticket = desk.open_ticket(session, need, at=at, by="bench").number
        desk.take(session, ticket, by="bench", at=at)
        desk.handle(session, ticket, by="bench", at=at, result_words="修好了")


def _dial(database: Database, most: int, at: datetime) -> list[float]:
    """Seconds of each dial: claimed and committed, then settled by a busy line."""
    took = []
    for _ in range(most):
        at += timedelta(milliseconds=1)
        began = time.perf_counter()
        with database.write() as session:
            claimed = claim_dials(session, at, reach=_reach)
        for dial in claimed.dials:
            with database.write() as session:
                dial_ended(session, dial.key, "busy", at)
        took.append(time.perf_counter() - began)
    return took


def _reach(_session: object, callback: Callback) -> Reach:
    return Reach(number=callback.number or "")
