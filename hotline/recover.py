"""After a crash: calls without an ending whose process is gone get one, and what was said is kept for a person."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.dialling.providers import dialler_of
from hotline.house import House
from hotline.process import is_alive
from ivr.calls import Call, Ending, ending_of
from ivr.conversation import Conversation
from ivr.hearing import Hearing
from ivr.memory import remember_all
from speech.commands import LATER, Words
from store.recordings import Recording, RecordingWords

log = logging.getLogger(__name__)

BETWEEN = "between"
FORGOTTEN = timedelta(minutes=35)  #: a call of another host's process that began earlier has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One call that a crash had left open."""

    call: str
    outcome: Ending
    seconds: float  #: of sound that were kept, all recordings of the call together
    recording: str | None  #: the one with the need
    need: Words | None

    def data(self) -> dict[str, Any]:
        words = self.need
        return {
            "call": self.call,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 2),
            "recording": self.recording,
            "text": words.text if words else "",
        }


def recover(house: House) -> list[Mended]:
    """Mend all calls that a crash left without an ending, and look up dials; safe to run at any time."""
    mended = mend(house)
    dialler_of(house).look_up()
    _hear_what_was_promised(house)
    remember_all(house.database)
    return mended


def mend(house: House) -> list[Mended]:
    """Calls whose process is gone get their ending."""
    with house.database.read() as session:
        broken = [call.id for call in _open_calls(session) if _is_gone(call, house.now())]
    return [one for call in broken if (one := _mend_or_log(house, call))]


def _hear_what_was_promised(house: House) -> None:
    """Needs that nobody had time to listen to before this house was closed; their words come in the background."""
    words = select(RecordingWords.recording_id)
    promised = words.where(RecordingWords.engine == LATER)
    heard = words.where(RecordingWords.engine != LATER)
    rows = select(Recording.id, Recording.call_id, Call.language).join(
        Call, Call.id == Recording.call_id
    )
    with house.database.read() as session:
        owed = session.execute(
            rows.where(Recording.id.in_(promised), Recording.id.not_in(heard))
        ).all()
    for recording, call, language in owed:
        Hearing(house.exchange, str(call), house.exchange.clip).late(recording, language)


def _mend_or_log(house: House, call: str) -> Mended | None:
    """One call that cannot be mended does not keep the others waiting."""
    try:
        return _mend(house, call)
    except Exception:
        log.exception("call %s could not be mended", call)
        return None


def _open_calls(session: Session) -> list[Call]:
    return list(
        session.scalars(select(Call).where(Call.ended_at.is_(None)).order_by(Call.started_at))
    )


def _is_gone(call: Call, at: datetime) -> bool:
    alive = is_alive(call.process)
    return not alive if alive is not None else call.started_at + FORGOTTEN < at


def _mend(house: House, call_id: str) -> Mended:
    """Close the recordings at what is on the disk, then let the call end as if the line had broken now."""
    with house.database.write() as session:
        call = session.get_one(Call, call_id)
        language = call.language
        rows = _recordings(session, call_id)
        seconds = sum(_close(house, row) for row in rows)
        cut_off = (
            ending_of(call) is Ending.MISSED
        )  # by us: that is no answer of theirs, and no miss
    conversation = Conversation(house.exchange, call_id, language)
    outcome = conversation.hang_up(
        trouble=cut_off, cut_off=bool(rows)
    )  # none: nobody was there yet
    return Mended(
        call=call_id, outcome=outcome, seconds=seconds,
        recording=conversation.kept, need=conversation.draft_words,
    )  # fmt: skip


def _recordings(session: Session, call_id: str) -> list[Recording]:
    return list(session.scalars(select(Recording).where(Recording.call_id == call_id)))


def _close(house: House, row: Recording) -> float:
    if row.ended_at is None:
        row.seconds = house.shelf.seconds(row.id)
        if row.seconds and row.key != BETWEEN:  # nobody noted where in it they spoke: all of it
            row.speech_from, row.speech_to = 0.0, row.seconds
        row.ended_at = row.started_at + timedelta(seconds=row.seconds)
    return row.seconds
