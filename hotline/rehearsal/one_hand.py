"""A database for one hand alone: all that a rehearsal does goes through one session that remembers what it has read.

Nobody else writes, so there is nothing to lock, a row is not read again as long as it is remembered, and
what is written is committed now and then (``settle``) instead of every time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from store.database import Database

MOST = 30_000  #: rows that are remembered; then it begins anew


class OneHand(Database):
    """In place of a database that is shared."""

    @classmethod
    def of(cls, database: Database) -> "OneHand":
        return cls(
            engine=database.engine,
            keyring=database.keyring,
            sessions=database.sessions,
            gate=None,
            session=_Remembering(database.engine, database.sessions.kw["info"]),
        )

    def __init__(self, *, session: "_Remembering", **facts: Any) -> None:
        super().__init__(**facts)
        object.__setattr__(self, "session", session)
        object.__setattr__(self, "lost", False)

    session: "_Remembering"
    lost: bool  #: an exception has taken back what others had written

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Written down at the end, not committed; an exception takes back all that was not settled."""
        try:
            yield self.session
            self.session.flush()
        except BaseException:
            object.__setattr__(self, "lost", True)
            self.session.rollback()
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        yield self.session

    def settle(self) -> None:
        """Between two writes: what was written cannot be taken back any more."""
        self.session.commit()
        self.session.forget()
        object.__setattr__(self, "lost", False)

    def watch(self, told: Callable[[object], None]) -> None:
        """``told`` of every row that is new."""
        event.listen(self.session, "pending_to_persistent", lambda _session, row: told(row))

    def close(self) -> None:
        self.session.close()
        super().close()


class _Remembering(Session):
    """Rows that it has read or written stay with it."""

    def __init__(self, engine: Any, info: Any) -> None:
        super().__init__(engine, expire_on_commit=False, info=info)
        self._kept: list[object] = []
        event.listen(self, "loaded_as_persistent", self._keep)
        event.listen(self, "pending_to_persistent", self._keep)

    def get(self, *args: Any, **facts: Any) -> Any:
        """Nobody else has changed it."""
        facts.pop("with_for_update", None)
        facts.pop("populate_existing", None)
        return super().get(*args, **facts)

    def forget(self) -> None:
        """All of it, when it is too much."""
        if len(self._kept) > MOST:
            self.expunge_all()
            self._kept.clear()

    def _keep(self, _session: Session, row: object) -> None:
        self._kept.append(row)
