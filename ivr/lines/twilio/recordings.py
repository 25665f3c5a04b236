"""Answers that Twilio has recorded: fetched, kept on our own shelf, heard by our own ears, deleted there.

The caller hears "one moment" meanwhile. A recording has the same id here however often we are told of it, and
its answer carries the number of its turn: told twice, or late, it is heard once. What comes after the call has
ended still reaches the person who listens to the draft.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from io import BytesIO
from threading import Lock
from typing import Protocol

import soundfile
from sqlalchemy import select

from ivr.calls import Call, Ending
from ivr.conversation import CallOver, Conversation, draft_of
from ivr.dialogue import Heard, Listen
from ivr.engine import Turn, Wait
from speech.audio import FRAME, RATE, Sound, from_floats, ulaw_decode, ulaw_encode
from speech.patience import Listener, Patience
from speech.voice import CallerVoice
from store.recordings import Recording
from tickets.commands import HandOver
from tickets.waiting import Waiting

log = logging.getLogger(__name__)

DELAYS = (
    0.0,
    0.3,
    0.6,
    1.0,
    2.0,
    4.0,
    8.0,
    8.0,
)  #: seconds before each try; it may not be there at once
AT_ONCE = 8
LAST = 20.0  #: seconds that a closing house waits for them
LATE = "need.late"  #: key of what was said to no question that the log knows
ENDLESS = Patience(first_word=1e5, more=None, again=1e5, longest=1e5)


class NotThere(Exception):
    """The recording is not there yet, or the company does not answer: try again."""


class Source(Protocol):
    """Where recordings are fetched; Twilio's REST API."""

    def fetch(self, sid: str) -> bytes:
        """A WAV. Raises ``NotThere``."""
        ...

    def delete(self, sid: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taped:
    """An answer that was recorded: of which turn of which call, and the key that ended it."""

    call: str
    seq: int
    sid: str
    digit: str = ""


class Recordings:
    """Work on recordings, off the webhooks' threads."""

    def __init__(
        self,
        source: Source,
        conversation: Callable[[str], Conversation],
        id_of: Callable[[str], str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``id_of`` makes our own id of Twilio's."""
        self._source = source
        self._conversation = conversation
        self._id_of = id_of
        self._sleep = sleep
        self._threads = ThreadPoolExecutor(AT_ONCE, "recordings")
        self._under_way: set[str] = set()
        self._absent: set[str] = set()
        self._lock = Lock()
        self._open: set[Future[None]] = set()

    def take(self, taped: Taped) -> None:
        """Have it fetched and heard; returns at once."""
        self._begin(taped.call, lambda: self._take(taped))

    def go_on(self, call: str) -> None:
        """Have heard what a call waits for, where nobody does that any more."""
        self._begin(call, lambda: settle(self._conversation(call)))

    def absent(self, sid: str) -> None:
        """There was nothing to record: nobody need wait for it."""
        self._absent.add(sid)

    def run(self, work: Callable[[], object]) -> None:
        """Something slow that no webhook waits for."""
        self._open = {one for one in self._open if not one.done()}
        self._open.add(self._threads.submit(_logged, work))

    def close(self, limit: float = LAST) -> None:
        """Wait for what is under way, no longer than ``limit`` seconds; the rest is mended at the next start."""
        wait(list(self._open), timeout=limit)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, call: str, work: Callable[[], object]) -> None:
        """One thing at a time for each call; whoever looks again asks for it again."""
        with self._lock:
            if call in self._under_way:
                return
            self._under_way.add(call)

        def whole() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._under_way.discard(call)

        self.run(whole)

    def _take(self, taped: Taped) -> None:
        conversation = self._conversation(taped.call)
        try:
            turn = conversation.stand()
        except CallOver:
            self._take_late(conversation, taped)
            return
        if conversation.seq != taped.seq or not isinstance(turn.then, Listen):
            self._take_aside(conversation, taped)
            return
        sound = self._fetched(taped)
        heard = Heard(digits=taped.digit)
        if sound is not None:
            recording, spoken = self._keep(conversation, turn.then.key, taped.sid, sound)
            heard = Heard(digits=taped.digit, audio=recording if spoken else "")
        try:
            settle(conversation, heard, taped.seq)
        except CallOver:
            self._take_late(conversation, taped)
        if sound is not None:
            self.run(lambda: self._source.delete(taped.sid))

    def _take_aside(self, conversation: Conversation, taped: Taped) -> None:
        """Told of before; or a key, or too long a silence, was the answer: then too it lies nowhere but on our shelf."""
        exchange = conversation.exchange
        if exchange.shelf.exists(self._id_of(taped.sid)):
            return
        with exchange.database.read() as session:
            log_ = session.get_one(Call, taped.call).log
            answer = log_[taped.seq] if len(log_) > taped.seq else None
        if answer is None or not answer.heard.digits:
            sound = self._fetched(taped)
            if sound is None:
                return
            self._keep(conversation, answer.key if answer else LATE, taped.sid, sound)
        self.run(lambda: self._source.delete(taped.sid))

    def _take_late(self, conversation: Conversation, taped: Taped) -> None:
        """The caller has hung up: what they were saying is kept for whoever rings back."""
        with conversation.exchange.database.read() as session:
            call = session.get_one(Call, taped.call)
            key = call.log[taped.seq].key if len(call.log) > taped.seq else LATE
            needed = call.ending is Ending.DRAFT
        if not needed:
            self._take_aside(conversation, taped)
            return
        sound = self._fetched(taped)
        if sound is None:
            return
        recording, spoken = self._keep(conversation, key, taped.sid, sound)
        with conversation.exchange.database.write() as session:
            waiting = session.scalars(select(Waiting).where(Waiting.call_id == taped.call)).all()
            empty = [one for one in waiting if one.recording_id in {None, recording}]
            for one in empty:
                one.recording_id = recording
            unknown = spoken and not waiting  # until now nobody seemed to have said anything
            if unknown:
                call = session.get_one(Call, taped.call)
                draft = replace(draft_of(session, call), recording=recording)
                exchange = conversation.exchange
                exchange.acts[HandOver](session, draft, exchange.now())
        if spoken and (unknown or empty):
            conversation.hear_draft(recording)
        self.run(lambda: self._source.delete(taped.sid))

    def _fetched(self, taped: Taped) -> Sound | None:
        """None where it never came."""
        for delay in DELAYS:
            self._sleep(delay)
            if taped.sid in self._absent:
                self._absent.discard(taped.sid)
                return None
            try:
                return sound_of(self._source.fetch(taped.sid))
            except NotThere:
                continue
            except (soundfile.SoundFileError, ValueError):
                break
        log.error(
            "call %s: recording %s could not be had, and lies with Twilio", taped.call, taped.sid
        )
        return None

    def _keep(
        self, conversation: Conversation, key: str, sid: str, sound: Sound
    ) -> tuple[str, bool]:
        """Our id of it, and whether anybody speaks in it."""
        exchange, id_ = conversation.exchange, self._id_of(sid)
        if not exchange.shelf.exists(id_):
            exchange.shelf.keep(id_, ulaw_encode(sound))
        speech = speech_in(sound)
        at = exchange.now()
        with exchange.database.write() as session:
            row = session.get(Recording, id_)
            if row is None:
                row = Recording(id=id_, call_id=conversation.call, key=key, started_at=at)
                session.add(row)
            row.seconds, row.ended_at = len(sound) / RATE, at
            row.speech_from, row.speech_to = speech or (None, None)
        return id_, speech is not None


def settle(conversation: Conversation, heard: Heard | None = None, seq: int | None = None) -> Turn:
    """Answer, and wait until everything that had to be heard is. Raises ``CallOver``."""
    turn = conversation.turn(heard, seq)
    while isinstance(turn.then, Wait):
        conversation.waits_for(turn.then).result()
        turn = conversation.turn()
    return turn


def sound_of(data: bytes) -> Sound:
    """Any WAV as the telephone carries it. Raises ``soundfile.SoundFileError``."""
    samples, rate = soundfile.read(BytesIO(data), dtype="float32", always_2d=True)
    return ulaw_decode(ulaw_encode(from_floats(samples.mean(axis=1), rate)))


def speech_in(sound: Sound) -> tuple[float, float] | None:
    """From where to where somebody speaks, in seconds; None where nobody does."""
    listener = Listener(ENDLESS, CallerVoice())
    for start in range(0, len(sound) - FRAME + 1, FRAME):
        listener.feed(sound[start : start + FRAME])
    if listener.speech_start is None:
        return None
    said = listener.said
    return said.start / RATE, min(said.stop, len(sound)) / RATE


def _logged(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        log.exception("a recording could not be taken")
