"""What all calls on this machine share."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from ivr.afterwards import Afterwards
from ivr.senses import Ears, Mouth
from speech.audio import RATE, Sound, ulaw_decode
from store.database import Database
from store.recordings import Recording
from store.shelf import Damaged, RecordingShelf

log = logging.getLogger(__name__)

#: what the hotline does for a dialogue: (session, command, time) -> the data of its result
Act: TypeAlias = Callable[[Session, Any, datetime], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What all calls on this machine share."""

    database: Database
    shelf: RecordingShelf
    ears: Ears
    mouth: Mouth
    acts: Mapping[type, Act]  #: who reacts to which command
    zone: tzinfo
    now: Callable[[], datetime]
    afterwards: Afterwards = field(default_factory=Afterwards)  #: goes on when the call is over

    def sound_of(self, recording: str) -> bytes:
        """What can be heard of it, mu-law; a damaged second is silence, a lost recording is nothing."""
        try:
            return self.shelf.read(recording)
        except Damaged as problem:
            log.error("%s", problem)  # noqa: TRY400
            return problem.sound
        except FileNotFoundError:
            log.error("recording %s is gone", recording)  # noqa: TRY400
            return b""

    def clip(self, recording: str) -> Sound:
        """A recording as it is played to somebody: from the first word to the last."""
        with self.database.read() as session:
            row = session.get(Recording, recording)
        sound = ulaw_decode(self.sound_of(recording))
        return between(sound, row.speech_from, row.speech_to) if row else sound


def between(sound: Sound, start: float | None, end: float | None) -> Sound:
    """From second to second; all of it where nobody knows."""
    return sound if end is None else sound[round((start or 0.0) * RATE) : round(end * RATE)]
