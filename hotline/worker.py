"""The worker keeps what was promised: it fires clocks, dials, tells people, looks up what a crash left unclear.

One loop over a table of chores. A chore that fails is logged, without anybody's data, and tried again in the
next round; it does not keep the others from their work. Everything a chore does is a row before it is done,
so that a worker may be killed at any moment and any number of them may run.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import func, select

from hotline.channels.choose import tellers_of
from hotline.clockwork import fire_due, send_notices
from hotline.dialling.dialler import Dialler
from hotline.dialling.providers import NoProvider
from hotline.house import House
from hotline.recover import mend
from ivr.lines.provider import Provider
from tickets.callbacks import OWED, Callback, DialAttempt, DialGate
from tickets.notices import next_notice
from tickets.policy import Channel
from tickets.timers import FIRST as FIRST_TIMERS

log = logging.getLogger(__name__)

PAUSE = 2.0  #: seconds at most between two rounds
SOON = 0.01  #: seconds until the next round where there was more to do than one round does
HEARTBEAT = timedelta(seconds=5)  #: between two renewals of the leases of what is carried
MEND_EVERY = timedelta(seconds=30)

#: does a share of its work; returns what it did, counted by a word for it
Chore: TypeAlias = Callable[[], Mapping[str, int]]


#: what may be due, in one statement: it is asked after every round
_FIRST = select(
    select(func.min(Callback.due_at)).where(OWED).scalar_subquery(),
    select(func.max(DialGate.next_at)).scalar_subquery(),
    select(func.max(DialGate.closed_until)).scalar_subquery(),
    select(func.min(DialAttempt.lease_until))
    .where(DialAttempt.lease_until.is_not(None))
    .scalar_subquery(),
    *FIRST_TIMERS,
)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: "fired 3, dialled 1"; chores that failed by name."""

    did: Mapping[str, int] = field(default_factory=dict)
    failed: Sequence[str] = ()

    def __str__(self) -> str:
        did = [f"{what} {count}" for what, count in self.did.items() if count]
        return ", ".join([*did, *(f"{one} failed" for one in self.failed)])

    def __bool__(self) -> bool:
        return any(self.did.values())


@dataclass(slots=True)
class NowAndThen:
    """A chore that is not done in every round; a clock that was put back does not hold it up."""

    every: timedelta
    now: Callable[[], datetime]
    chore: Chore
    _last: datetime | None = None

    def __call__(self) -> Mapping[str, int]:
        now = self.now()
        if self._last is not None and timedelta() <= now - self._last < self.every:
            return {}
        self._last = now
        return self.chore()


class Worker:
    """``round`` once, or ``run`` until it is asked to ``stop``; ``wake`` begins the next round at once."""

    def __init__(
        self,
        house: House,
        provider: Provider,
        *,
        chores: Mapping[str, Chore] | None = None,
        dialler: Dialler | None = None,
        rings_staff: bool = True,
    ) -> None:
        """``rings_staff``: who is told by telephone is rung; a rehearsal leaves them alone."""
        self._house = house
        self.dialler = dialler or Dialler(house, provider)
        tellers = tellers_of(house.settings)
        self._dials = not isinstance(provider, NoProvider)
        rings = self._dials and rings_staff
        self._tells = {*tellers, Channel.PHONE} if rings else set(tellers)
        self._chores: dict[str, Chore] = {
            "mend": NowAndThen(MEND_EVERY, house.now, self._mend),
            "fire": lambda: {"fired": fire_due(house)},
            "tell": lambda: {"told": send_notices(house, tellers, rings=rings)},
            **(chores or {}),
            "dial": self._dial,
            "renew": NowAndThen(HEARTBEAT, house.now, self._renew),
            "look up": self.dialler.look_up,
        }
        self._awake = threading.Event()
        self._stop = threading.Event()

    def round(self, only: Collection[str] | None = None) -> Round:
        """Every chore once, each a bounded share; or ``only`` some, by their names in ``due``."""
        did: dict[str, int] = {}
        failed = []
        for name, chore in self._chores.items():
            if only is not None and name not in only:
                continue
            try:
                did |= {what: did.get(what, 0) + count for what, count in chore().items()}
            except Exception as problem:  # noqa: BLE001  # the others go on; its words may hold personal data
                log.error("%s: %s; it is tried again", name, type(problem).__name__)  # noqa: TRY400
                failed.append(name)
        return Round(did, failed)

    def run(self, told: Callable[[Round], None] = lambda _round: None) -> None:
        """Round after round until somebody calls ``stop``; ``told`` of each that did something, or failed."""
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        heart.start()
        if self._house.triggers is not None:
            self._house.triggers.listen(self.wake)
        while not self._stop.is_set():
            done = self.round()
            if str(done):
                told(done)
            self._awake.wait(SOON if done else self.pause())
            self._awake.clear()

    def wake(self) -> None:
        """Something is due now."""
        self._awake.set()

    def stop(self) -> None:
        self._stop.set()
        self._awake.set()

    def close(self) -> None:
        """Begin nothing any more; what is dialled already goes on."""
        self.stop()
        self.dialler.close()

    def pause(self) -> float:
        """Seconds until the next thing is due, at most ``PAUSE``."""
        try:
            due = self.next_due()
        except Exception as problem:  # noqa: BLE001  # the database is away: the round will say so
            log.error("nobody can say what is due next: %s", type(problem).__name__)  # noqa: TRY400
            return PAUSE
        left = (due - self._house.now()).total_seconds() if due else PAUSE
        return min(max(left, SOON), PAUSE)

    def next_due(self) -> datetime | None:
        """The first moment at which there may be something to do; None where nothing is awaited."""
        return min(self.due().values(), default=None)

    def due(self) -> dict[str, datetime]:
        """The first moment at which each chore may have something to do, where it awaits anything."""
        with self._house.database.read() as session:
            first: Sequence[datetime | None] = session.execute(_FIRST).one()
            notice = next_notice(session, self._tells)
        owed, next_at, closed_until, leased, *timers = first
        moments = {
            "fire": min(filter(None, timers), default=None),
            "tell": notice,
            "dial": max(filter(None, (owed, next_at, closed_until)))
            if owed is not None and self._dials
            else None,
            "look up": leased,
        }
        return {chore: moment for chore, moment in moments.items() if moment is not None}

    # --- chores

    def _dial(self) -> Mapping[str, int]:
        if not self._dials:
            return {}
        claimed = self.dialler.dial()
        return {"dialled": len(claimed.dials), "put off": claimed.put_off}

    def _mend(self) -> Mapping[str, int]:
        """Calls whose process died."""
        return {"mended": len(mend(self._house))}

    def _renew(self) -> Mapping[str, int]:
        self.dialler.renew()
        return {}

    def _beat(self) -> None:
        """Leases are renewed however long a round takes."""
        while not self._stop.wait(HEARTBEAT.total_seconds()):
            try:
                self.dialler.renew()
            except Exception as problem:  # noqa: BLE001  # the next beat may reach it
                log.error("leases were not renewed: %s", type(problem).__name__)  # noqa: TRY400
