"""A whole house in a temporary folder, with scripted ears, for stories about live calls."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.account import account_of
from hotline.demo import MovedClock, record_result, voice
from hotline.house import House, open_house
from hotline.reception import answer_phone
from hotline.settings import Settings
from ivr.lines.simulated import Caller, ScriptedCaller, SimulatedLine
from ivr.live import LiveCall
from speech.audio import Sound
from speech.ears.scripted import ScriptedEars
from store.recordings import Recording
from tickets.desk import take

NUMBER = "01055550101"


@contextmanager
def house_in(
    folder: Path, *texts: str, ears=None, environ: Mapping[str, str] | None = None, **facts
) -> Iterator[House]:
    """A house whose ears hear ``texts``, one after the other, unless other ears are brought."""
    settings = Settings.read({"HOTLINE_HOME": str(folder), "HOME": str(folder), **(environ or {})})
    with open_house(settings, ears=ears or ScriptedEars(texts), **facts) as house:
        yield house


def ring(
    house: House, caller: Caller, number: str = NUMBER, behind: Sound | None = None
) -> tuple[dict[str, Any], SimulatedLine, LiveCall]:
    """A call from beginning to end: its account, the line, the live call."""
    line = SimulatedLine(caller, behind=behind)
    conversation = answer_phone(house, line="simulated", number=number)
    call = line.carry(conversation)
    return account_of(house, conversation.call), line, call


@contextmanager
def result_waiting(folder: Path) -> Iterator[House]:
    """A house where a result waits to be told, at nine in the morning."""
    moved = MovedClock.at_nine(ZoneInfo("Asia/Shanghai"))
    with house_in(folder, "我们这个单元的电梯又坏了", now=moved) as house:
        told, _, _ = ring(house, ScriptedCaller(voice("resident_need"), keys="1"))
        with house.database.write() as session:
            take(session, told["ticket"]["id"], by="mechanic", at=house.now())
        record_result(house, told["ticket"]["id"], voice("result"))
        yield house


def seconds_kept(house: House, call: str) -> float:
    """Of sound, on the shelf, all recordings of a call together."""
    with house.database.read() as session:
        ids = session.scalars(select(Recording.id).where(Recording.call_id == call)).all()
    return sum(house.shelf.seconds(one) for one in ids)
