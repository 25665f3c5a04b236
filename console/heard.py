"""What was heard in a recording: who made words of it, how sure they were, and where speech begins."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from speech.commands import Words
from speech.confidence import doubtful
from store.recordings import TYPED, Recording, best_of


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """A recording as it is shown."""

    recording: str
    key: str  #: the question it answers
    seconds: float
    begin: float  #: seconds into it where it is worth listening
    words: str  #: the best text there is
    engine: str | None  #: who heard it, None where nobody has tried
    confidence: float | None
    calibrated: bool  #: is the confidence the share of right characters?
    typed: bool  #: a person wrote the words
    last: int  #: id of the newest text, 0 for none: a newer one means somebody was faster

    @property
    def unsure(self) -> bool:
        """Nobody has checked it, and the machine was not sure."""
        heard = Words(text=self.words, confidence=self.confidence, calibrated=self.calibrated)
        return not self.typed and doubtful(heard)


def hearing(row: Recording) -> Hearing:
    heard = best_of([one for one in row.words if one.engine != TYPED])
    best = row.best
    begin = (row.speech_from or 0.0) - 0.5
    return Hearing(
        recording=row.id,
        key=row.key,
        seconds=row.seconds,
        begin=begin if begin >= 1 else 0.0,
        words=best.text if best else "",
        engine=heard.engine if heard else None,
        confidence=heard.confidence if heard else None,
        calibrated=heard is not None and heard.calibrated,
        typed=best is not None and best.engine == TYPED,
        last=row.words[-1].id if row.words else 0,
    )


def hearings(session: Session, recordings: Iterable[str | None]) -> dict[str, Hearing]:
    """By recording id, for those that are there."""
    ids = {one for one in recordings if one}
    rows = select(Recording).where(Recording.id.in_(ids)).options(selectinload(Recording.words))
    return {row.id: hearing(row) for row in session.scalars(rows)} if ids else {}


def of_call(session: Session, call: str) -> list[Hearing]:
    """Every recording of a call, in the order they were made."""
    rows = select(Recording).where(Recording.call_id == call).options(selectinload(Recording.words))
    return [hearing(row) for row in session.scalars(rows.order_by(Recording.started_at))]


def needs(session: Session, calls: Iterable[str]) -> dict[str, Hearing]:
    """By call id: the recording of the need, the one last spoken in, else the longest."""
    told = (
        select(Recording)
        .where(Recording.call_id.in_(list(calls)), Recording.key.like("need.%"))
        .where(Recording.key.not_like("%.right.%"), Recording.key.not_like("%.danger.%"))
        .options(selectinload(Recording.words))
        .order_by(Recording.started_at)
    )
    best: dict[str, Recording] = {}
    for row in session.scalars(told):
        before = best.get(row.call_id or "")
        if before is None or _tells_more(row, before):
            best[row.call_id or ""] = row
    return {call: hearing(row) for call, row in best.items()}


def _tells_more(later: Recording, earlier: Recording) -> bool:
    if later.speech_to is not None:
        return True
    return earlier.speech_to is None and later.seconds > earlier.seconds
