"""One call at the hotline: its turns, its sound, its recordings, its ending. Lines drive it; it knows no line."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls import Call, Ending, Purpose, ending_of, take_turn
from ivr.dialogue import Clip, Do, Heard, Say, Transfer
from ivr.engine import Log, ScriptChanged, Turn, Wait, play
from ivr.exchange import Exchange, between
from ivr.hearing import Hearing
from ivr.opening import opening
from ivr.recorder import Recorder
from ivr.senses import Pace
from ivr.wording import LANGUAGES, Part, Text, parts, text
from speech.audio import Sound, silence
from speech.commands import ListenAgain, Transcribe, Words
from store.recordings import Recording
from store.shelf import NoRoom
from tickets.commands import DraftHeard, HandOver, Reason

log = logging.getLogger(__name__)


class CallOver(Exception):
    """It has its ending: nothing can be answered any more."""


class Conversation:
    """One call. Its methods may be slow (database, voices): lines run them off the audio loop."""

    def __init__(self, exchange: Exchange, call: str, language: str, pace: Pace = "normal") -> None:
        self.exchange = exchange
        self.call = call
        self.language = language
        self.pace = pace
        self.outcome: Ending | None = None
        self.kept: str | None = None  #: recording of the need of a call that broke off
        self.draft_words: Words | None = None  #: what was understood of it
        self._seq = 0
        self._hearing = Hearing(exchange, call, self.clip)
        self._recorders: dict[str, Recorder] = {}

    def turn(self, answer: Heard | None = None, seq: int | None = None) -> Turn:
        """Hear an answer, or only look where the call stands. Raises ``CallOver``.

        ``seq``: the turn it answers, where this object has not seen it asked.
        """
        at = self.exchange.now()
        with self.exchange.database.write() as session:
            call = session.get_one(Call, self.call, with_for_update=True)
            if call.ended_at is not None:
                raise CallOver(self.call)
            said = None if answer is None else (self._seq if seq is None else seq, answer)
            turn = take_turn(call, lambda do: self._perform(do, session, at), answer=said, at=at)
            self._seq = len(call.entries) - 1
            if turn.then is None:
                self.outcome = ending_of(call)
        return turn

    @property
    def seq(self) -> int:
        """The number of the turn that is being answered now."""
        return self._seq

    def stand(self, seq: int | None = None) -> Turn:
        """Where the call stands, or stood when ``seq`` was asked; does nothing. Raises ``CallOver``, ``ScriptChanged``."""
        with self.exchange.database.read() as session:
            call = session.get_one(Call, self.call)
            if call.ended_at is not None:
                raise CallOver(self.call)
            entries = call.log[:seq]
            self._seq = len(entries)
            return play(call.dialogue(), Log.of(entries), lambda _do: None)

    def waits_for(self, wait: Wait) -> Future[Words]:
        """What a held line waits for."""
        command = wait.do.command
        if not isinstance(command, Transcribe):
            raise TypeError(f"nothing slow is known of {command!r}")
        return self._hearing.begin(command, self.language)

    def sound(self, spoken: tuple[Say, ...]) -> Sound:
        """What the caller hears for these sentences, with a breath between them."""
        return np.concatenate([*self.sounds(spoken), silence(0.0)])

    def sounds(self, spoken: tuple[Say, ...]) -> Iterator[Sound]:
        """The same piece by piece: the first is heard while the next is made."""
        for say in spoken:
            for part in parts(say, self.language, self.exchange.zone):
                yield from self._part(part)
            yield silence(0.35)

    def text(self, say: Say) -> str:
        return text(say, self.language, self.exchange.zone)

    def recorder(self, key: str) -> Recorder:
        """A new recording of this call, on the shelf from its first second on."""
        id_ = uuid4().hex
        recorder = Recorder(id_, key, self._register, self.exchange.shelf.writer(id_))
        self._recorders[id_] = recorder
        return recorder

    def save_recordings(self) -> None:
        """Whatever found no room while the call went on is written now; raises ``NoRoom`` if it still cannot be."""
        lost = [one.id for one in self._recorders.values() if not one.kept and not one.save()]
        if lost:
            raise NoRoom(
                f"{len(lost)} recordings of this call could not be written: make room on the disk"
            )

    def clip(self, recording: str) -> Sound:
        """A recording from its first word to its last: this call's own from memory, others from the shelf."""
        own = self._recorders.get(recording)
        if own is None:
            return self.exchange.clip(recording)
        return between(own.sound, *own.speech)

    def hang_up(
        self, last: Heard | None = None, *, trouble: bool = False, cut_off: bool = False
    ) -> Ending:
        """The line is gone: give the call the ending it has earned; a broken-off need is kept for a person.

        ``last`` is what was being said just then; ``trouble``: we failed, ``cut_off``: by a crash of ours. Who by
        themselves hung up without a word and showed no number leaves nothing that anybody could do.
        """
        if not trouble:
            self.run_out(last)
        at = self.exchange.now()
        with self.exchange.database.write() as session:
            call = session.get_one(Call, self.call, with_for_update=True)
            self.outcome = call.ending or ending_of(call)
            if call.end(self.outcome, at) and self.outcome is Ending.DRAFT:
                if not trouble and not cut_off and is_empty(session, call):
                    log.info("call %s: nobody said anything, and no number was shown", self.call)
                else:
                    draft = draft_of(session, call, trouble=trouble)
                    self.kept = draft.recording
                    self.exchange.acts[HandOver](session, draft, at)
        if self.kept:
            self.hear_draft(self.kept)
        return self.outcome

    def run_out(self, last: Heard | None = None) -> None:
        """Who hangs up answers whatever is still asked with silence, so that what they did say is acted on.

        A name already told, a verdict already given: both would be lost with the line. A need that was
        not confirmed stays a draft.
        """
        with self.exchange.database.read() as session:
            call = session.get_one(Call, self.call)
            draft = ending_of(call) is Ending.DRAFT and not call.confirmed
            if call.ended_at is not None or draft:
                return
        try:
            turn = self.turn()
            while turn.then is not None:
                turn = self.turn(self._silence(turn, last))
                last = None
        except ScriptChanged:
            log.warning("call %s was begun by another edition of the script", self.call)
        except CallOver:
            log.info("call %s was ended elsewhere meanwhile", self.call)

    def _silence(self, turn: Turn, last: Heard | None) -> Heard | None:
        match turn.then:
            case Wait() as wait:
                self.waits_for(wait).result()
                return None
            case Transfer():
                return Heard(result={"connected": False})
            case _:
                return last or Heard(gone=True)

    def hear_draft(self, recording: str) -> None:
        """What was said before the line broke, as text; it may be a cry for help."""
        self._hearing.begin(Transcribe(recording), self.language).result()
        at = self.exchange.now()
        with self.exchange.database.write() as session:
            words = self._hearing.words(Transcribe(recording), self.language, session, at)
            self.draft_words = words or Words(text="")
            spoken = self.draft_words.language or self.language
            heard = DraftHeard(call=self.call, words=self.draft_words.text, language=spoken)
            self.exchange.acts[DraftHeard](session, heard, at)

    def _part(self, part: Part) -> Iterator[Sound]:
        match part:
            case Clip(recording=recording, seconds=seconds):
                said = self.clip(recording)
                said = said if seconds is None else opening(said, seconds)
                yield np.concatenate([silence(0.2), said, silence(0.3)])
            case Text(text=said, personal=personal):
                mouth = self.exchange.mouth
                yield from mouth.stream(said, self.language, self.pace, keep=not personal)

    def _register(self, recorder: Recorder, *, ended: bool) -> None:
        at = self.exchange.now()
        with self.exchange.database.write() as session:
            row = session.get(Recording, recorder.id)
            if row is None:
                row = Recording(id=recorder.id, call_id=self.call, key=recorder.key, started_at=at)
                session.add(row)
            row.seconds, row.ended_at = recorder.seconds, at if ended else None
            row.speech_from, row.speech_to = recorder.speech

    def _perform(self, do: Do, session: Session, at: datetime) -> Heard | None:
        match do.command:
            case Transcribe() as command:
                words = self._hearing.words(command, self.language, session, at)
                return None if words is None else Heard(result=self._understood(words).data())
            case ListenAgain(recording=recording):
                self._hearing.again(recording, self.language)
                return Heard(result={})
            case command:
                return Heard(result=self.exchange.acts[type(command)](session, command, at))

    def _understood(self, words: Words) -> Words:
        """From now on we speak as they do, if we can."""
        if words.language not in LANGUAGES:
            return replace(words, language="")
        self.language = words.language
        return words


def is_empty(session: Session, call: Call) -> bool:
    """Nobody to ring back, and nothing to listen to."""
    if call.number or call.resident_id:
        return False
    rows = select(Recording.id).where(Recording.call_id == call.id)
    return session.scalar(rows.where(Recording.speech_to.is_not(None)).limit(1)) is None


def draft_of(session: Session, call: Call, *, trouble: bool = False) -> HandOver:
    """What to keep of a call that broke off: its longest recording of a need, if any."""
    told = session.scalars(
        select(Recording)
        .where(Recording.call_id == call.id, Recording.key.like("need.%"))
        .order_by(Recording.seconds.desc())
    ).all()
    spoken = [one for one in told if one.speech_to is not None or one.ended_at is None]
    return HandOver(
        call=call.id,
        resident=call.resident_id,
        reason=Reason.TROUBLE if trouble else Reason.DRAFT,
        recording=spoken[0].id if spoken else None,
        number=call.number or "",
        ring_back=call.purpose is Purpose.INTAKE,
    )
