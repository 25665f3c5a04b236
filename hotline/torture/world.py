"""A house for torture: promises to keep, a turned clock that all processes share, and the reckoning in the end."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from hotline.dialling.events import DialEvents
from hotline.house import House, open_house
from hotline.process import is_alive, this_process
from hotline.settings import Settings
from ivr.calls import Call
from ivr.conversation import Conversation
from ivr.lines.ledger import Ledger
from ivr.lines.provider import COMPLETED
from ivr.lines.simulated_provider import ByNumber, BySeed, SimulatedProvider, Turn, over_the_line
from speech.ears.scripted import ScriptedEars
from store.database import Database
from tickets import desk
from tickets.callbacks import Callback, CallbackState, DialAttempt
from tickets.commands import Judge, OpenTicket, Tell, Verdict
from tickets.dialling import ambiguous
from tickets.lifecycle import Status
from tickets.models import Ticket, TicketEvent, Timer, TimerState
from tickets.policies import use

MONDAY = datetime(2026, 1, 5, 2, tzinfo=UTC)  #: ten in the morning in Shanghai
LIFT_MAN = "torture: lift mechanic"

PICKING_UP = 0.04  #: seconds a shortened call takes before and after: time to be killed in

#: Rings around the clock, so that a minute of torture is not a night of waiting.
POLICY = """
[clocks.respond]
within = "4 min"
warn = "1 min"
[quiet]
hours = ["00:00-00:01"]
[callbacks]
lines = 8
calls_per_second = 100.0
a_day = 50
parts = ["00:01-08:00", "08:00-16:00", "16:00-24:00"]
[callbacks.again]
no_answer = "7 min"
machine = "7 min"
hung_up = "3 min"
[asked_again]
share = 0.0
[breaker]
failures = 3
rest = "1 min"
"""
#: what happens when somebody is rung
CHANCES: Mapping[str, float] = {
    "answers 111": 10, "busy": 2, "no_answer": 2, "machine": 1, "down": 1, "unsure 111": 1, "wrong_person": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TurnedClock:
    """Runs ``speed`` times as fast as the real one, from Monday on; the same in every process."""

    begun: float  #: by ``time.time``
    speed: float = 120.0

    def __call__(self) -> datetime:
        return MONDAY + timedelta(seconds=(time.time() - self.begun) * self.speed)


@dataclass(slots=True)
class SteppedClock:
    """Stands still until it is moved."""

    at: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a process needs to know to open the house; ``dialogues``: calls are really carried."""

    home: Path
    database: str = ""
    seed: int = 1
    clock: TurnedClock | SteppedClock
    turns: Mapping[str, list[str]] = field(default_factory=dict)  #: by number; else by chance
    dialogues: bool = False
    triggers: bool = False

    @contextmanager
    def opened(self) -> Iterator[House]:
        environ = {"HOTLINE_HOME": str(self.home), "HOME": str(self.home)}
        if self.database:
            environ["HOTLINE_DATABASE_URL"] = self.database
        if not self.triggers:
            environ["HOTLINE_TRIGGERS"] = "off"
        with open_house(Settings.read(environ), now=self.clock, ears=ScriptedEars()) as house:
            yield house

    def provider(self, house: House) -> SimulatedProvider:
        return SimulatedProvider(
            self.ledger(house),
            ByNumber.told(self.turns) if self.turns else BySeed(self.seed, CHANCES),
            DialEvents(house, SimulatedProvider.name),
            process=this_process(),
            alive=is_alive,
            play=over_the_line if self.dialogues else shortened,
        )

    def ledger(self, house: House) -> Ledger:
        return Ledger(self.home / "dials.jsonl", house.keyring.blind)


def begin(world: World) -> None:
    """The policy of torture, in force."""
    with world.opened() as house, house.database.write() as session:
        use(session, POLICY, by="torture", at=house.now())


def promise(database: Database, number: str, at: datetime, *, handled: bool = True) -> int:
    """A need is opened; dealt with, a call is owed to that number; else its clock will fire."""
    need = OpenTicket(
        call=None, resident=None, recording=None, words="the lift", department="property",
        service="lift_repair", number=number,
    )  # fmt: skip
    with database.write() as session:
        ticket = desk.open_ticket(session, need, at=at, by="torture").number
        if handled:
            desk.take(session, ticket, by=LIFT_MAN, at=at)
            desk.handle(session, ticket, by=LIFT_MAN, at=at, result_words="mended")
    return ticket


def shortened(conversation: Conversation, turn: Turn) -> str:
    """A call reduced to what comes of it: whoever answers with 1 hears every result and calls it solved."""
    exchange = conversation.exchange
    time.sleep(PICKING_UP)
    if not turn.keys.startswith("11"):
        return COMPLETED
    with exchange.database.read() as session:
        answers = session.get_one(Call, conversation.call).caller.answers
    for answer in answers:
        with exchange.database.write() as session:
            at = exchange.now()
            exchange.acts[Tell](session, Tell(ticket=answer.ticket, call=conversation.call), at)
            solved = Judge(ticket=answer.ticket, verdict=Verdict.SOLVED, evidence="key 1")
            exchange.acts[Judge](session, solved, at)
    time.sleep(PICKING_UP)
    conversation.hang_up(trouble=True)
    return COMPLETED


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What became of the promises. ``lost`` and ``doubled`` have to be 0."""

    promised: int
    told: int
    visits: int
    with_a_person: int
    lost: int  #: a result that nobody told, and that nobody will: no call owed, no visit, no person
    clocks_lost: int  #: due, and nobody acted
    dials: int
    doubled: int  #: a key dialled twice, a telephone rung while it rang, a result told twice
    ambiguous: int  #: dials that had to be looked up
    not_placed: int  #: of these: never made

    @property
    def fine(self) -> bool:
        return not (self.lost or self.clocks_lost or self.doubled)

    def data(self) -> dict[str, Any]:
        return asdict(self)


def reckon(world: World) -> Reckoning:
    """Count everything that was promised and everything that was kept, when nothing is under way any more."""
    with world.opened() as house, house.database.read() as session:
        states = Counter(session.scalars(select(Callback.state)))
        over = {CallbackState.TOLD, CallbackState.VISIT, CallbackState.MISSED}
        results = session.scalars(
            select(Ticket.status).where(Ticket.result_words.is_not(None))
        ).all()
        tellings = session.execute(
            select(func.count()).where(TicketEvent.kind == "Told").group_by(TicketEvent.ticket_id)
        ).scalars()
        late = Timer.state.in_([TimerState.ARMED, TimerState.CLAIMED]), Timer.due_at <= house.now()
        outcomes = Counter(session.scalars(select(DialAttempt.outcome)))
        told = sum(one in {Status.TOLD, Status.SOLVED} for one in results)
        closed = states[CallbackState.VISIT] + states[CallbackState.MISSED]
        ledger = world.ledger(house).refresh()
        return Reckoning(
            promised=len(results),
            told=told,
            visits=states[CallbackState.VISIT],
            with_a_person=states[CallbackState.MISSED],
            lost=max(len(results) - told - closed, sum(states[one] for one in set(states) - over)),
            clocks_lost=session.scalar(select(func.count()).where(*late)) or 0,
            dials=len(ledger.dials),
            doubled=ledger.doubled + sum(count > 1 for count in tellings),
            ambiguous=ambiguous(session),
            not_placed=outcomes["not_placed"],
        )
