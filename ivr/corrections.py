"""Better words for a recording, by a person who listened or by a second ear: everything that shows them gets them.

If they now tell of danger, a person is due at once. Where a need goes is changed by people only.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.memory import remember
from routing.commands import Danger
from routing.danger import find_danger
from store.recordings import TYPED, Recording, RecordingWords
from tickets import desk
from tickets.commands import HandOver, Reason
from tickets.models import Ticket
from tickets.waiting import Waiting

SECOND_EAR = "second ear"  #: who wrote a row of words


def correct_recording(
    session: Session, recording: str, text: str, *, by: str, at: datetime
) -> None:
    """A person wrote what was really said."""
    if not _pass_on(session, recording, text, by=by, at=at, typed=True):
        better = RecordingWords(recording_id=recording, engine=TYPED, text=text, at=at, by=by)
        session.add(better)


def take_best(session: Session, recording: str, *, at: datetime) -> None:
    """A second ear has listened: if nobody typed and its text is the better one, it is shown from now on."""
    session.flush()
    row = session.get(Recording, recording, populate_existing=True)
    best = row.best if row else None
    if best is not None and best.by == SECOND_EAR:
        _pass_on(session, recording, best.text, by=SECOND_EAR, at=at, typed=False)


def correct_ticket(
    session: Session, ticket: Ticket, text: str, *, by: str, at: datetime, typed: bool = True
) -> None:
    """Better words for a ticket."""
    before = ticket.words
    desk.correct_words(session, ticket.id, text, by=by, at=at, typed=typed)
    remember(session, ticket)
    danger = _new_danger(before, text, ticket.language)
    if danger is None:
        return
    alarm = HandOver(
        call=ticket.call_id,
        resident=ticket.resident_id,
        reason=Reason.DANGER,
        danger=danger.kind,
        recording=ticket.recording_id,
        words=text,
        number=ticket.callback_number or "",
    )
    desk.hand_over(session, alarm, at=at, ticket_id=ticket.id)


def latest(session: Session, recording: str) -> int:
    """Id of the newest text of a recording, 0 where there is none."""
    row = session.get_one(Recording, recording)
    return row.words[-1].id if row.words else 0


def _pass_on(
    session: Session, recording: str, text: str, *, by: str, at: datetime, typed: bool
) -> bool:
    """To the tickets and to those who wait; True if there is a ticket."""
    tickets = session.scalars(select(Ticket).where(Ticket.recording_id == recording)).all()
    for ticket in tickets:
        correct_ticket(session, ticket, text, by=by, at=at, typed=typed)
    waits = Waiting.closed_at.is_(None)
    for waiting in session.scalars(select(Waiting).where(Waiting.recording_id == recording, waits)):
        _correct_waiting(waiting, text, at)
    return bool(tickets)


def _correct_waiting(waiting: Waiting, text: str, at: datetime) -> None:
    danger = _new_danger(waiting.words, text, "zh") or _new_danger(waiting.words, text, "en")
    waiting.words = text
    if danger and waiting.danger is None and waiting.ticket_id is None:  # a ticket has its alarm
        waiting.danger, waiting.due_at = danger.kind, min(at, waiting.due_at)


def _new_danger(before: str, after: str, language: str) -> Danger | None:
    """A danger that is certain, and that the old words did not tell."""
    danger = find_danger(after, language)
    known = danger is None or not danger.certain or find_danger(before, language) == danger
    return None if known else danger
