"""Is what was told before found again, and how fast, among a million tickets? Measured on stories heard with other characters.

The tickets tell stories of three clauses each, drawn from all messages there are: the wanted ones share every clause with many
others. They lie in a database of their own, SQLite's in a temporary folder, or an empty one on PostgreSQL that is named.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from secrets import token_bytes
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy import insert, inspect, text

from routing.alike import same_matter, sounds
from routing.desk import find_way
from routing.misheard import Recogniser
from routing.sayings import Saying, language_of, needs, read_rows
from store.database import Database, migrate, open_database
from store.seal import Keyring
from tickets import desk
from tickets.commands import OpenTicket
from tickets.models import Ticket
from tickets.similar import EVERY, TicketSounds, blinded, count_sounds, likest, pieces

__all__ = ["CannotFill", "repeat_figures"]

WANTED = 400  #: stories that are told a second time
NOISE = 0.3
CLAUSES = 3  #: of one story
SHORTEST = 6  #: characters of a clause
BATCH = 20_000
PIECES = "ix_ticket_sounds_sounds"
RETOLD = 0.15  #: of the characters, where a need is told in other words

Figures = dict[str, Any]
Tell = Callable[[str, float], None]


class CannotFill(Exception):
    """The database that was named is not an empty one."""


def repeat_figures(messages: Sequence[str], tickets: int, tell: Tell, url: str = "") -> Figures:
    """``messages``: whose clauses are told (the corpus, where there are none); ``url``: of an empty PostgreSQL database."""
    clauses = _clauses(messages or [one.words for one in needs() if one.language == "zh"])
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        database = open_database(
            url or f"sqlite:///{folder}/repeats.db", Keyring({1: token_bytes(32)})
        )
        stack.callback(database.close)
        if inspect(database.engine).get_table_names():
            raise CannotFill(
                "This database holds something; measuring wants an empty one of its own."
            )
        migrate(database)
        wanted = fill(database, clauses, tickets, tell)
        return {
            **_found_again(database, wanted, Recogniser(clauses), tell),
            **_asked_about(database),
            "repeat_tickets": tickets,
            "repeat_database": database.engine.dialect.name,
        }


def fill(database: Database, clauses: Sequence[str], tickets: int, tell: Tell) -> dict[int, str]:
    """So many tickets with their sounds; returns the stories of some of them, by their numbers."""
    _copy_tickets(database, tickets)
    drawn, words = random.Random(7), [blinded(database.keyring, sounds(one)) for one in clauses]  # noqa: S311
    stories = [tuple(drawn.choices(range(len(clauses)), k=CLAUSES)) for _ in range(tickets)]
    counts: Counter[str] = Counter()
    numbered = iter(enumerate(stories, 1))
    with _index_later(database):
        while batch := list(islice(numbered, BATCH)):
            rows = [
                {"ticket_id": n, "sounds": _together(words[one] for one in story)}
                for n, story in batch
            ]
            counts.update(word for row in rows for word in str(row["sounds"]).split())
            with database.write() as session:
                session.execute(insert(TicketSounds), rows)
            tell("tickets told before", batch[-1][0] / tickets)
    with database.write() as session:
        count_sounds(session, {**counts, EVERY: tickets})
        session.execute(text("ANALYZE"))
    chosen = drawn.sample(range(tickets), min(WANTED, tickets))
    return {n + 1: "，".join(clauses[one] for one in stories[n]) for n in chosen}


def _clauses(messages: Iterable[str]) -> list[str]:
    """Of at least six characters, each once."""
    parts = (part.strip() for one in messages for part in re.split(r"[。！？!?；;，,\n]", one))
    return list(dict.fromkeys(part for part in parts if len(part) >= SHORTEST))


def _copy_tickets(database: Database, tickets: int) -> None:
    """One is opened, the others are like it: only their sounds are looked at."""
    need = OpenTicket(call=None, resident=None, recording=None, words="", department="property", service=None)  # fmt: skip
    with database.write() as session:
        desk.open_ticket(session, need, at=datetime.now(UTC), by="bench")
        columns = ", ".join(one.name for one in Ticket.__table__.columns if one.name != "id")
        session.execute(
            text(
                "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < :tickets) "  # noqa: S608
                f"INSERT INTO tickets (id, {columns}) SELECT n, {columns} FROM tickets, numbers WHERE id = 1"
            ),
            {"tickets": tickets},
        )


@contextmanager
def _index_later(database: Database) -> Iterator[None]:
    """PostgreSQL builds its index of pieces many times faster when the rows are there."""
    if database.engine.dialect.name != "postgresql":
        yield
        return
    with database.write() as session:
        made = session.scalar(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = :name"), {"name": PIECES}
        )
        session.execute(text(f"DROP INDEX {PIECES}"))
    yield
    with database.write() as session:
        session.execute(text(str(made)))


def _together(told: Iterable[list[str]]) -> str:
    return " ".join(sorted({word for words in told for word in words}))


def _found_again(
    database: Database, wanted: dict[int, str], recogniser: Recogniser, tell: Tell
) -> Figures:
    """Each story once more, misheard: is its ticket among five suggestions, and how long did that take?"""
    found, spent, worked = [], [], []
    for place, (number, story) in enumerate(wanted.items(), 1):
        heard = recogniser.write(story, number, NOISE)
        with database.read() as session:
            session.connection()
            began, cpu = time.perf_counter(), time.process_time()
            near = likest(session, pieces(session, sounds(heard)))
            spent.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - cpu))
        found.append(number in [one for one, _ in near])
        tell("told again", place / len(wanted))
    return {
        "repeat_r5_noise30": round(float(np.mean(found)), 4),
        "repeat_p50_ms": round(float(np.percentile(spent, 50)), 2),
        "repeat_p95_ms": round(float(np.percentile(spent, 95)), 2),
        "repeat_cpu_p95_ms": round(float(np.percentile(worked, 95)), 2),  # without a server's own
        "repeat_stories": len(found),
    }


def _asked_about(database: Database) -> Figures:
    """Needs told twice in other words by the same person: asked about they should be, and never another one of the table."""
    rows = list(read_rows("retold", ("first", "again")))
    firsts, agains = (
        [Saying(row[name], "", "", language_of(row[name])) for _, row in rows]
        for name in ("first", "again")
    )
    recogniser = Recogniser(one.words for one in firsts)
    kept = [" ".join(blinded(database.keyring, sounds(one.words, one.language))) for one in firsts]
    ways = [find_way(one.words, one.language) for one in firsts]
    asked: Counter[bool] = Counter()
    with database.read() as session:
        for place, one in enumerate(agains):
            words = (
                recogniser.write(one.words, place, RETOLD) if one.language == "zh" else one.words
            )
            heard, way = pieces(session, sounds(words, one.language)), find_way(words, one.language)
            asked.update(
                place == other
                for other, before in enumerate(ways)
                if same_matter(
                    heard.alike(kept[other]),
                    service=way.service is not None and way.service == before.service,
                    department=None in (way.department, before.department)
                    or way.department == before.department,
                )
            )
    return {
        "repeat_asked": [asked[True], len(rows)],
        "repeat_asked_wrongly": [asked[False], len(rows) * (len(rows) - 1)],
    }
