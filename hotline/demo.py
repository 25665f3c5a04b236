"""The main job once, from the first word to the resident's verdict, on a clock that is moved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from importlib.resources import as_file, files
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from hotline.account import account_of, ticket_data
from hotline.callbacks import call_back, due, tickets_of
from hotline.house import House, clock
from hotline.reception import answer_phone
from ivr.dialogue import Kind, Listen
from ivr.lines.simulated import Reply, ScriptedCaller, SimulatedLine
from proxy_agents.residents import Resident, residents_of_line
from speech.audio import Sound, read_sound, ulaw_encode
from store.recordings import Recording
from tickets.commands import Verdict
from tickets.desk import handle, take
from tickets.models import Ticket, TicketEvent

NUMBER = "01055550101"  #: a made-up line
LIFT_MAN = "demo: lift mechanic"
VERDICT_KEYS = {Verdict.SOLVED: "1", Verdict.HALF_SOLVED: "2", Verdict.NOT_SOLVED: "3"}


@dataclass(slots=True)
class MovedClock:
    """The real clock, some days behind, moved forward by hand: nobody waits, nothing lies in the future."""

    behind: timedelta
    read: Callable[[], datetime] = clock

    @classmethod
    def at_nine(cls, zone: tzinfo) -> "MovedClock":
        """It is nine in the morning, two days ago, where the community is."""
        now = clock()
        nine = (now.astimezone(zone) - timedelta(days=2)).replace(hour=9, minute=0)
        return cls(now - nine)

    def __call__(self) -> datetime:
        return self.read() - self.behind

    def move(self, by: timedelta) -> None:
        self.behind -= by


@dataclass(slots=True)
class AtHome:
    """The demo's resident when we ring back: opens both gates, says how it went, and what is missing."""

    verdict: Verdict
    missing: Sound
    asked_keys: list[str] = field(default_factory=list)

    def asked(self, listen: Listen) -> Reply:
        if ".verdict." in listen.key:
            return Reply(keys=VERDICT_KEYS[self.verdict])
        if listen.kind is Kind.STORY:
            return Reply(sound=self.missing)
        return Reply(keys="2" if listen.key.startswith("else.") else "1")


def voice(name: str) -> Sound:
    """A recorded voice that comes with the project."""
    with as_file(files("hotline") / "demo_voices" / f"{name}.wav") as path:
        return read_sound(path)


def run(
    house: House, moved: MovedClock, verdict: Verdict, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Play the whole loop; returns the ids and states that ``hotline demo --json`` prints."""
    register(house)
    tell("a resident rings and tells a need")
    line = SimulatedLine(ScriptedCaller(voice("resident_need"), keys="1"))
    told = answer_phone(house, line="simulated", number=NUMBER)
    line.carry(told)
    account = account_of(house, told.call)
    if account["ticket"] is None:
        raise DemoStopped(f"the call ended with {account['outcome']}, not with a ticket")
    ticket = account["ticket"]["id"]

    tell("the department takes it, and records the result by voice")
    moved.move(timedelta(minutes=9))
    with house.database.write() as session:
        take(session, ticket, by=LIFT_MAN, at=house.now())
    moved.move(timedelta(hours=6))
    record_result(house, ticket, voice("result"))

    tell("the hotline rings back and asks whether it helped")
    moved.move(timedelta(hours=19))
    back = ring_back(house, ticket, AtHome(verdict, voice("missing")))
    return outcome(house, account, ticket, back)


class DemoStopped(Exception):
    """A step did not do what it should; what is recorded so far stays."""


def register(house: House) -> None:
    """The demo's resident, once."""
    with house.database.write() as session:
        if residents_of_line(session, house.keyring, NUMBER):
            return
        resident = Resident(
            name="示范住户",
            address="示范小区六号楼二单元六零一",
            building="六号楼",
            added_at=house.now(),
        )
        resident.set_phone(house.keyring, NUMBER)
        session.add(resident)


def record_result(house: House, ticket: int, sound: Sound) -> None:
    """What the handler says about it, kept as a recording."""
    recording = uuid4().hex
    at = house.now()
    seconds = house.shelf.keep(recording, ulaw_encode(sound))
    with house.database.write() as session:
        session.add(
            Recording(
                id=recording,
                call_id=None,
                key="result",
                started_at=at,
                ended_at=at,
                seconds=seconds,
            )
        )
        session.flush()
        handle(session, ticket, by=LIFT_MAN, at=at, result_recording=recording)


def ring_back(house: House, ticket: int, resident: AtHome) -> str:
    """Make the callback that is owed for this ticket; returns the id of the call."""
    for callback in due(house):
        if ticket in tickets_of(house, callback):
            return call_back(house, callback, SimulatedLine(resident)).call
    raise DemoStopped(f"no callback is owed for ticket {ticket}")


def outcome(house: House, account: dict[str, Any], ticket: int, back: str) -> dict[str, Any]:
    with house.database.read() as session:
        row = session.scalars(select(Ticket).where(Ticket.id == ticket)).one()
        judged = [event for event in row.history if event.kind in {"FoundSolved", "FoundWanting"}]
        return {
            "call": account,
            "ticket": {**(ticket_data(row) or {}), "words": row.words},
            "callback": account_of(house, back),
            "verdict": _verdict(judged[-1]) if judged else None,
            "status": row.status,
            "events": [
                {"at": event.at.isoformat(), "kind": event.kind, "by": event.by}
                for event in row.history
            ],
            "timings": None,
        }


def _verdict(event: TicketEvent) -> str:
    if event.kind == "FoundSolved":
        return Verdict.SOLVED
    return Verdict.HALF_SOLVED if event.details["half"] else Verdict.NOT_SOLVED
