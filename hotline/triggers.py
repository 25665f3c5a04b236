"""Triggers for the grown shape: on PostgreSQL a job of Procrastinate wakes a worker when something falls due.

A job says nothing but "look"; the rows say what is owed. It is deferred in the transaction that owes it, on the
session's own connection, so that there is never one without the other. Where all jobs are lost, the sweep of
the workers finds the rows just the same, seconds later.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy import event, inspect, text
from sqlalchemy.orm import Session

from store.database import Database
from tickets.callbacks import Callback, CallbackState
from tickets.models import Timer, TimerState

log = logging.getLogger(__name__)

QUEUE, TASK = "hotline", "hotline.look"
LOCK = 7_240_120  #: a number of our own for PostgreSQL's advisory lock
AGAIN = 3.0  #: seconds before a listener whose server went away tries again


class Triggers:
    """Of one house: defers with every session of its database, and listens where a worker runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._app = App(connector=SyncPsycopgConnector())
        self._listening: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._over = threading.Event()

    def prepare(self) -> None:
        """Procrastinate's own tables, once; then every session of this database defers."""
        with self._database.write() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if session.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
                _raw(session).execute(self._app.schema_manager.get_schema())
            session.execute(
                text("DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL")
            )
        event.listen(self._database.sessions, "after_flush", self._flushed)

    def listen(self, wake: Callable[[], None]) -> None:
        """``wake`` is called when something is due, until ``close``; returns at once."""
        threading.Thread(target=self._listen, args=(wake,), name="triggers", daemon=True).start()

    def close(self) -> None:
        self._over.set()
        if self._listening is not None:
            loop, task = self._listening
            loop.call_soon_threadsafe(task.cancel)

    # --- deferring

    def _flushed(self, session: Session, _context: object) -> None:
        moments = due_moments([*session.new, *session.dirty])
        if moments:
            self._defer(session, moments)

    def _defer(self, session: Session, moments: Iterable[datetime]) -> None:
        jobs = [
            Job(
                id=None, queue=QUEUE, lock=None, queueing_lock=None, task_name=TASK, priority=0,
                task_kwargs={}, scheduled_at=at,
            )
            for at in moments
        ]  # fmt: skip
        self._app.job_manager.batch_defer_jobs(jobs, connection=_raw(session))

    # --- listening

    def _listen(self, wake: Callable[[], None]) -> None:
        while not self._over.is_set():
            try:
                asyncio.run(self._work(wake))
            except asyncio.CancelledError:
                return
            except Exception as problem:  # noqa: BLE001  # the server went away; the sweep goes on
                log.warning("triggers: %s; the sweep goes on", type(problem).__name__)
            self._over.wait(AGAIN)

    async def _work(self, wake: Callable[[], None]) -> None:
        url = self._database.engine.url.set(drivername="postgresql")
        app = App(connector=PsycopgConnector(conninfo=url.render_as_string(hide_password=False)))

        @app.task(name=TASK, queue=QUEUE)
        async def look() -> None:
            wake()

        async with app.open_async():
            task = asyncio.ensure_future(
                app.run_worker_async(
                    queues=[QUEUE], install_signal_handlers=False, delete_jobs="always"
                )
            )
            self._listening = asyncio.get_running_loop(), task
            await task


def due_moments(rows: Iterable[object]) -> list[datetime]:
    """When somebody has to look because of these rows: whole seconds, each once."""
    owed = [one for one in rows if _is_owed(one) and inspect(one).attrs["due_at"].history.added]
    return sorted({_second(one.due_at) for one in owed})  # type: ignore[attr-defined]


def _is_owed(row: object) -> bool:
    match row:
        case Timer(state=TimerState.ARMED) | Callback(state=CallbackState.OWED):
            return True
        case _:
            return False


def _second(at: datetime) -> datetime:
    """The next whole one."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)


def _raw(session: Session) -> Any:
    """The connection of the driver, in the session's own transaction."""
    return session.connection().connection.driver_connection
