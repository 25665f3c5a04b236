"""What was recorded, as rows: each recording of a call, and every text anybody ever made of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.base import Base
from store.seal import Sealed, SealedJson
from store.shelf import Damaged, NoRoom, RecordingShelf, RecordingWriter

__all__ = [
    "TYPED",
    "Damaged",
    "NoRoom",
    "Recording",
    "RecordingShelf",
    "RecordingWords",
    "RecordingWriter",
    "best_of",
]

TYPED = "typed"  #: engine of words that a person wrote


class Recording(Base):
    """One stretch of sound; the sound itself is on the shelf under the same id."""

    __tablename__ = "recordings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  #: uuid in hex
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)  #: None: not made in a call
    key: Mapped[str] = mapped_column(String(64))  #: the question it answers, "between", "result"
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  #: None while it is being written, or if a crash cut it
    seconds: Mapped[float] = mapped_column(default=0.0)
    speech_from: Mapped[float | None]  #: seconds into it where somebody begins to speak
    speech_to: Mapped[float | None]  #: and where they have ended; this part is read back

    words: Mapped[list["RecordingWords"]] = relationship(
        back_populates="recording", order_by="RecordingWords.id"
    )

    @property
    def best(self) -> "RecordingWords | None":
        """The text that is shown."""
        return best_of(self.words)


class RecordingWords(Base):
    """A text of a recording. Never edited: a better one is a later row."""

    __tablename__ = "recording_words"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id"), index=True)
    engine: Mapped[str] = mapped_column(String(64))  #: "whisper-base", "vosk-...", "typed", "none"
    text: Mapped[str] = mapped_column(Sealed("recording_words.text"))
    confidence: Mapped[float | None]  #: 0..1 as the engine gave it
    calibrated: Mapped[bool] = mapped_column(default=False)  #: is it the share of right characters?
    language: Mapped[str] = mapped_column(String(8), default="")  #: what it was said in, if known
    times: Mapped[list[dict[str, Any]] | None] = mapped_column(
        SealedJson("recording_words.times")
    )  #: word by word: text, start, end (seconds into the speech), confidence
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))  #: "ear", or the person who typed it

    recording: Mapped[Recording] = relationship(back_populates="words")


def best_of(rows: Sequence[RecordingWords]) -> RecordingWords | None:
    """Of all texts of one recording, oldest first: what a person wrote last, else what the ears are surest of.

    A confidence that was never calibrated says nothing beside one that was; between equals the later text counts.
    """
    typed = [row for row in rows if row.engine == TYPED]
    if typed:
        return typed[-1]
    return max(rows, key=_sureness, default=None)


def _sureness(row: RecordingWords) -> tuple[bool, bool, float, int]:
    return bool(row.text), row.calibrated, row.confidence or 0.0, row.id or 0
