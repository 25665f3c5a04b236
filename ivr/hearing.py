"""What the ears make of a call's recordings, at once, later, or a second time: every text is a row beside its recording."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.corrections import SECOND_EAR
from ivr.exchange import Exchange
from speech.audio import Sound
from speech.commands import LATER, Transcribe, Words
from speech.confidence import doubtful
from store.recordings import RecordingWords, best_of
from tickets.commands import BetterWords, DraftHeard

EAR = "ear"  #: who wrote a row of words


class Hearing:
    """The ears of one call. ``clip`` gives the sound of a recording from its first word to its last."""

    def __init__(self, exchange: Exchange, call: str, clip: Callable[[str], Sound]) -> None:
        self._exchange = exchange
        self._call = call
        self._clip = clip
        self._hearing: dict[str, Future[Words]] = {}
        self._second: set[str] = set()

    def words(
        self, command: Transcribe, language: str, session: Session, at: datetime
    ) -> Words | None:
        """The text of a recording; None while nobody has heard it yet."""
        rows = select(RecordingWords).filter_by(recording_id=command.recording)
        known = best_of(session.scalars(rows.order_by(RecordingWords.id)).all())
        if known is not None:
            return words_of(known)
        hearing = self.begin(command, language)
        if not hearing.done():
            return None
        words = hearing.result()
        session.add(words_row(command.recording, words, at))
        if not command.answers:
            self._go_on(command.recording, words, language)
        return words

    def begin(self, command: Transcribe, language: str) -> Future[Words]:
        """Have it heard, once."""
        if command.recording not in self._hearing:
            self._hearing[command.recording] = self._exchange.ears.words(
                command.recording,
                self._clip(command.recording),
                language,
                short=bool(command.answers),
            )
        return self._hearing[command.recording]

    def late(self, recording: str, language: str) -> None:
        """Have a recording heard that nobody waits for on the line any more."""
        words = self._exchange.ears.words(recording, self._clip(recording), language)
        self._exchange.afterwards.when(words, partial(self._heard_late, recording, language))

    def again(self, recording: str, language: str) -> None:
        """Let the other engine listen too, once, while the call goes on."""
        if recording in self._second:
            return
        self._second.add(recording)
        second = self._exchange.ears.second(recording, self._clip(recording), language)
        if second is not None:
            self._exchange.afterwards.when(second, partial(self._heard_again, recording, language))

    def _go_on(self, recording: str, words: Words, language: str) -> None:
        """Of a need: what nobody had time to hear comes later, what is doubtful is heard twice."""
        if words.engine == LATER:
            self._promised(recording, language)
        elif doubtful(words):
            self.again(recording, language)

    def _promised(self, recording: str, language: str) -> None:
        later = self._exchange.ears.later(recording)
        if later is not None:
            heard_late = partial(self._heard_late, recording, language)
            self._exchange.afterwards.when(later, heard_late)

    def _heard_late(self, recording: str, language: str, words: Words) -> None:
        """The person who waits gets the words, and help at once if they tell of danger."""
        if words.engine == LATER:
            self._promised(recording, language)
            return
        at = self._exchange.now()
        with self._exchange.database.write() as session:
            session.add(words_row(recording, words, at))
            heard = DraftHeard(
                call=self._call, words=words.text, language=words.language or language
            )
            self._exchange.acts[DraftHeard](session, heard, at)
        if doubtful(words):
            self.again(recording, language)

    def _heard_again(self, recording: str, language: str, words: Words) -> None:
        if not words.text:
            return
        at = self._exchange.now()
        with self._exchange.database.write() as session:
            session.add(words_row(recording, words, at, by=SECOND_EAR))
            session.flush()
            better = BetterWords(recording=recording, language=words.language or language)
            self._exchange.acts[BetterWords](session, better, at)


def words_row(recording: str, words: Words, at: datetime, *, by: str = EAR) -> RecordingWords:
    """What the ears understood, as a row beside the recording."""
    times = [asdict(one) for one in words.times] or None
    return RecordingWords(recording_id=recording, at=at, by=by, times=times, **words.data())


def words_of(row: RecordingWords) -> Words:
    return Words(
        text=row.text,
        confidence=row.confidence,
        engine=row.engine,
        calibrated=row.calibrated,
        language=row.language,
    )
