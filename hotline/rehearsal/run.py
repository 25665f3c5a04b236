"""The rehearsal itself: the clock jumps from one due thing to the next, and the worker keeps what is promised."""

import base64
import gc
import hashlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event, select

from hotline.dialling.dialler import Dialler
from hotline.house import House, open_house
from hotline.rehearsal.agenda import Agenda, Alone, Chance
from hotline.rehearsal.community import Community
from hotline.rehearsal.company import Company
from hotline.rehearsal.dialogues import Sample
from hotline.rehearsal.hours import Hours
from hotline.rehearsal.one_hand import OneHand
from hotline.rehearsal.others import Others
from hotline.rehearsal.residents import Need, needs_of, person, write_down
from hotline.settings import Settings
from hotline.worker import Worker
from proxy_agents.residents import Resident
from speech.ears.scripted import ScriptedEars
from tickets.callbacks import Callback
from tickets.models import Ticket
from tickets.policies import PolicyRow, use

AT_ONCE = timedelta(minutes=1)  #: what happens within so long may share a transaction
SETTLED = 50  #: steps between two commits
MARGIN = timedelta(seconds=15)  #: in which a lease is renewed before it is over
#: how much later, or earlier, than it is due a chore of the worker is begun
GRACE = {"fire": timedelta(minutes=1), "tell": timedelta(minutes=1), "look up": -MARGIN}
OWN_FILES = ("catalogue.toml", "emergency.toml", "places.toml", "places.csv", "places.txt")

#: told of the progress: days that are over
Tell = Callable[[float], None]


class CannotRehearse(Exception):
    """The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is rehearsed."""

    policy: str  #: as text
    community: Community
    residents: int
    days: int
    seed: int = 1
    sample: int = 1000  #: calls that go through the real dialogues
    database: str = ""  #: else a SQLite file that is thrown away


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A house with everybody in it, on a moved clock."""

    plan: Plan
    house: House
    database: OneHand
    agenda: Agenda
    others: Others
    company: Company
    sample: Sample
    worker: Worker
    needs: list[Need]
    hours: Hours
    begin: datetime
    end: datetime
    rounds: int = 0
    stuck: bool = False  #: callbacks are due, and none can be made
    new_callback: bool = False
    leased: datetime | None = None  #: the lease of a dial that ends first
    kept: datetime | None = None  #: one that the worker left to run out

    def run(self, tell: Tell) -> None:
        for need in self.needs:
            self._will_be_told(need)
        for step in count():
            if self.agenda.now >= self.end:
                break
            self._go_on(self._work())
            if self.database.lost:
                raise CannotRehearse("something of ours failed: `hotline -v rehearse` shows what")
            if step % SETTLED == 0:
                self.database.settle()
                tell((self.agenda.now - self.begin) / timedelta(days=1))

    def _will_be_told(self, need: Need) -> None:
        if self.others.people[need.resident].number and self.sample.wants("intake"):
            self.agenda.put_alone(need.at, partial(self.sample.intake, need, self.others))
        else:
            self.agenda.put(need.at, partial(self.others.told, need))

    def _work(self) -> datetime:
        """The worker does all that is due now; returns when it is wanted next."""
        while True:
            wanted = self._wanted()
            chores = {one for one, at in wanted.items() if at <= self.agenda.now}
            if not chores:
                return min(wanted.values(), default=self.end)
            done = self.worker.round({*chores, "renew"} if "look up" in chores else chores)
            self.rounds += 1
            if "look up" in chores:
                self.kept = self.leased
            if done.failed:
                raise CannotRehearse(f"the worker failed: {', '.join(done.failed)}")
            # Callbacks are due, and something else than lines is in the way until something happens.
            self.stuck = "dial" in chores and not (done.did["dialled"] or done.did["put off"])

    def _wanted(self) -> dict[str, datetime]:
        """When each of its chores is wanted: callbacks to the second, clocks within a minute, leases before they end."""
        due = self.worker.due()
        if self.stuck or self._no_line():
            due.pop("dial", None)
        self.leased = due.get("look up")
        wanted = {chore: at + GRACE.get(chore, timedelta()) for chore, at in due.items()}
        if self.leased and self.leased == self.kept:  # nobody renews it: it is a long call's
            wanted["look up"] = self.leased
        return wanted

    def _no_line(self) -> bool:
        return self.company.in_use >= self.others.policy.callbacks.lines

    def _go_on(self, wanted: datetime) -> None:
        """To the moment when the worker is wanted, or through what happens until then."""
        first = min(self.agenda.next_at() or self.end, self.end)
        if wanted <= first:
            self.agenda.now = wanted
            return
        until = min(first + AT_ONCE, wanted, self.end)
        while (alone := self._together(until)) is not None:
            self.database.settle()
            alone()
            self.database.settle()
        self.agenda.now = max(self.agenda.now, first)

    def _together(self, until: datetime) -> Alone | None:
        """What happens by then shares a transaction; returns what wants one of its own, if that comes next."""
        waits, self.new_callback = self.stuck or self._no_line(), False
        with self.house.database.write() as session:
            while (item := self.agenda.pop(until)) is not None:
                if item.act is None:
                    return item.alone
                item.act(session, self.agenda.now)
                if (item.frees and waits) or self.new_callback:
                    self.stuck = False
                    break
        return None

    def notice(self, row: object) -> None:
        """Somebody is to be rung: the worker is wanted."""
        self.new_callback |= isinstance(row, Callback)


def rehearse(plan: Plan, settings: Settings, tell: Tell = lambda _days: None) -> dict[str, Any]:
    """Everything that came of it, ready to be printed. Raises ``BadPolicy``, ``CannotRehearse``."""
    from hotline.rehearsal.figures import figures_of  # noqa: PLC0415

    with rehearsal(plan, settings) as one, _few_collections():
        one.run(tell)
        return figures_of(one)


@contextmanager
def rehearsal(plan: Plan, settings: Settings) -> Iterator[Rehearsal]:
    """Set up in a home of its own, which is thrown away."""
    begin = datetime.combine(plan.community.begin, time(0), tzinfo=settings.zone).astimezone(UTC)
    agenda = Agenda(begin)
    with (
        TemporaryDirectory(prefix="hotline-rehearsal-") as home,
        open_house(
            _elsewhere(plan, settings, Path(home)), now=agenda, ears=ScriptedEars()
        ) as house,
    ):
        if house.database.gate is not None:
            _not_durable(house)
        one = _set_up(plan, house, agenda)
        one.database.watch(one.notice)
        try:
            yield one
        finally:
            one.worker.close()
            one.house.database.close()


def _set_up(plan: Plan, house: House, agenda: Agenda) -> Rehearsal:
    database = OneHand.of(house.database)
    house = replace(house, database=database, exchange=replace(house.exchange, database=database))
    zone, chance, community = house.settings.zone, Chance(plan.seed), plan.community
    needs = needs_of(community, plan.seed, residents=plan.residents, days=plan.days, zone=zone)
    people = {
        one: person(community, chance, one) for one in sorted({need.resident for need in needs})
    }
    with house.database.write() as session:
        if any(session.scalar(select(one.id).limit(1)) for one in (Ticket, Resident, PolicyRow)):
            raise CannotRehearse("this database is in use: a rehearsal needs an empty one")
        policy = use(session, plan.policy, by="rehearsal", at=agenda.now)
        write_down(session, people.values(), agenda.now)
    others = Others(community=community, policy=policy, chance=chance, agenda=agenda, people=people)
    every = max(1, 2 * len(needs) // plan.sample) if plan.sample else 0
    sample = Sample(house=house, every=every, most=plan.sample)
    hours = Hours(policy)
    database.watch(others.notice)
    company = Company(house=house, agenda=agenda, others=others, sample=sample, hours=hours)
    database.watch(company.notice)
    dialler = Dialler(house, company, hands=AtOnce())
    return Rehearsal(
        plan=plan, house=house, database=database, agenda=agenda, others=others, company=company, sample=sample,
        worker=Worker(house, company, dialler=dialler, rings_staff=False), needs=needs, hours=hours,
        begin=agenda.now, end=agenda.now + timedelta(days=plan.days),
    )  # fmt: skip


class AtOnce(Executor):
    """Does what it is given right away: on a moved clock nothing takes time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **facts: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(fn(*args, **facts))
        return future


def _elsewhere(plan: Plan, settings: Settings, home: Path) -> Settings:
    """No letter is sent, nobody is rung, nothing of the real home is touched; its catalogue and places are the same."""
    for name in OWN_FILES:
        if (settings.home / name).is_file():
            shutil.copy(settings.home / name, home / name)
    key = hashlib.sha256(
        f"rehearsal {plan.seed}".encode()
    ).digest()  # the same draws for the same seed
    return Settings.read(
        {
            "HOME": str(home),
            "HOTLINE_HOME": str(home),
            "HOTLINE_KEY": base64.b64encode(key).decode(),
            "HOTLINE_ZONE": str(settings.zone),
            "HOTLINE_DATABASE_URL": plan.database,
        }
    )


def _not_durable(house: House) -> None:
    """The file is thrown away: nobody waits for the disk."""

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(house.database.engine, "connect", hurry)
    house.database.engine.dispose()


@contextmanager
def _few_collections() -> Iterator[None]:
    """Rows come and go by the million, and none of them in circles that matter."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
