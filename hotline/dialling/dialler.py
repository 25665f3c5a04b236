"""Dials what is due: claimed and committed first, then placed; looked up where nobody carries it any more."""

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hotline.house import House
from hotline.process import is_alive
from ivr.calls import Call
from ivr.lines.provider import (
    COMPLETED,
    Fate,
    KeyRefused,
    Known,
    NumberRefused,
    Order,
    Provider,
    ProviderDown,
)
from store.numbers import plausible_number
from tickets.callbacks import LEASE, Callback, DialAttempt, callbacks_due
from tickets.dialling import (
    BAD_NUMBER,
    Claimed,
    Dial,
    Reach,
    claim_dials,
    dial_ended,
    leases_run_out,
    not_placed,
    renew,
    still_under_way,
    unclear,
)
from tickets.policy import Miss
from tickets.register import known

log = logging.getLogger(__name__)

ROOM = timedelta(seconds=20)  #: before its lease runs out, the last moment at which a dial is begun
CRASHED = "crashed"  #: we cut them off
UNTOLD = timedelta(
    minutes=5
)  #: without word of an end: the provider is asked, what it told us may be lost
TALKING = timedelta(minutes=35)  #: an open call that began earlier has ended, or will be mended


_RINGING_US = (
    select(Call.id)
    .where(
        Call.number_index == bindparam("line"),
        Call.ended_at.is_(None),
        Call.started_at > bindparam("since"),
    )
    .limit(1)
)


class Dialler:
    """Of one worker. Several share the lines through the database."""

    def __init__(self, house: House, provider: Provider, *, hands: Executor | None = None) -> None:
        self._house = house
        self._provider = provider
        self._hands = hands or ThreadPoolExecutor(8, "dial")
        self._carried: dict[str, datetime] = {}  #: dials that this worker has begun: key, when

    def dial(self, limit: int = 1) -> Claimed:
        """Claim what may be dialled now and begin to dial it; returns at once."""
        at = self._house.now()
        with self._house.database.read() as session:
            if not callbacks_due(session, at, limit=1):
                return Claimed()
        with self._house.database.write() as session:
            claimed = claim_dials(session, at, reach=self._reach, limit=limit)
        for dial in claimed.dials:
            self._carried[dial.key] = at
            self._hands.submit(self._place, dial)
        return claimed

    def renew(self) -> int:
        """Keep the leases of what this worker carries, those of long calls excepted; hang up where nobody wants it any more."""
        keys, at = sorted(self._carried), self._house.now()
        if not keys:
            return 0
        young = [key for key in keys if at - self._carried.get(key, at) < UNTOLD]
        with self._house.database.write() as session:
            in_use = DialAttempt.key.in_(keys), DialAttempt.lease_until.is_not(None)
            open_ = set(session.scalars(select(DialAttempt.key).where(*in_use)))
            unwanted = renew(session, [key for key in young if key in open_], at)
        for key in set(keys) - open_:
            self._carried.pop(key, None)
        for key in unwanted:
            self._try(lambda key=key: self._provider.hang_up(key))  # type: ignore[misc]
        return len(open_)

    def look_up(self) -> Counter[str]:
        """Ask what became of dials whose lease ran out, each once; counted by what was found."""
        at = self._house.now()
        with self._house.database.read() as session:
            run_out = DialAttempt.lease_until <= at
            if session.scalar(select(DialAttempt.id).where(run_out).limit(1)) is None:
                return Counter()
        with self._house.database.write() as session:
            left = leases_run_out(session, at)
        return Counter(self._settle(key, token, self._fate(key)) for key, token in left)

    def close(self, *, wait: bool = True) -> None:
        """Begin no dial any more."""
        self._hands.shutdown(wait=wait, cancel_futures=True)

    def let_go(self) -> None:
        """Somebody else may look up at once what this worker carried."""
        with self._house.database.write() as session:
            renew(session, sorted(self._carried), self._house.now() - LEASE)

    # --- dialling

    def _place(self, dial: Dial) -> None:
        """How it ended where nobody was rung; what is unclear is looked up when its lease has run out."""
        if self._house.now() > dial.until - ROOM:
            self._carried.pop(dial.key, None)
            return
        try:
            self._provider.place(Order(key=dial.key, number=dial.number, until=dial.until))
        except ProviderDown:
            self._ended(dial.key, Miss.FAILED)
        except NumberRefused:
            self._ended(dial.key, BAD_NUMBER)
        except KeyRefused:
            self._carried.pop(dial.key, None)
        except Exception as problem:  # noqa: BLE001  # whatever a provider raises; its words may hold a number
            log.warning("a dial is unclear and will be looked up: %s", type(problem).__name__)
            self._carried.pop(dial.key, None)

    def _ended(self, key: str, outcome: str) -> None:
        with self._house.database.write() as session:
            dial_ended(session, key, outcome, self._house.now())

    def _reach(self, session: Session, callback: Callback) -> Reach:
        """What the register and the lines say of them now."""
        who = known(session, callback.resident_id)
        number = who.number or callback.number or ""
        return Reach(
            number=number if plausible_number(number) else "",
            quiet=who.quiet,
            talking=bool(number) and self._is_ringing_us(session, number),
        )

    def _is_ringing_us(self, session: Session, number: str) -> bool:
        line, since = self._house.keyring.blind(number), self._house.now() - TALKING
        return session.scalar(_RINGING_US, {"line": line, "since": since}) is not None

    # --- looking up

    def _fate(self, key: str) -> Fate:
        """A call that went over another line (``hotline callback``) ended with it, or with its process."""
        with self._house.database.read() as session:
            dials = DialAttempt.key == key, Call.line != self._provider.name
            call = session.scalar(
                select(Call).join(DialAttempt, DialAttempt.call_id == Call.id).where(*dials)
            )
        if call is not None:
            alive = call.ended_at is None and is_alive(call.process) is not False
            return Fate(Known.UNDER_WAY) if alive else Fate(Known.ENDED, CRASHED)
        try:
            return self._provider.look_up(key)
        except Exception as problem:  # noqa: BLE001  # whatever a provider raises; its words may hold a number
            log.warning("a dial cannot be looked up now: %s", type(problem).__name__)
            return Fate(Known.UNKNOWN)

    def _settle(self, key: str, token: str, fate: Fate) -> str:
        # Nobody was there to be told that the call was over: it was we who cut it off.
        outcome = CRASHED if fate.outcome == COMPLETED else fate.outcome
        act: Callable[[Session, datetime], object] = {
            Known.NOT_PLACED: lambda session, at: not_placed(session, key, token, at),
            Known.UNDER_WAY: lambda session, at: still_under_way(session, key, token, at),
            Known.ENDED: lambda session, at: dial_ended(session, key, outcome, at),
            Known.UNKNOWN: lambda session, at: unclear(session, key, token, at),
        }[fate.known]
        with self._house.database.write() as session:
            act(session, self._house.now())
        return fate.known

    def _try(self, act: Callable[[], object]) -> None:
        """What need not succeed."""
        try:
            act()
        except Exception as problem:  # noqa: BLE001  # whatever a provider raises; its words may hold a number
            log.warning("the provider: %s", type(problem).__name__)
