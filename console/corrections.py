"""A person listened and wrote what was really said: everything that shows those words gets them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.heard import TYPED
from routing.danger import find_danger
from store.recordings import Recording, RecordingWords
from tickets import desk
from tickets.commands import HandOver, Reason
from tickets.models import Ticket
from tickets.waiting import Waiting


def correct_recording(
    session: Session, recording: str, text: str, *, by: str, at: datetime
) -> None:
    """Better words for a recording, for its ticket, and for whoever waits because of it."""
    tickets = session.scalars(select(Ticket).where(Ticket.recording_id == recording)).all()
    for ticket in tickets:
        correct_ticket(session, ticket, text, by=by, at=at)
    if not tickets:
        better = RecordingWords(recording_id=recording, engine=TYPED, text=text, at=at, by=by)
        session.add(better)
    waits = Waiting.closed_at.is_(None)
    for waiting in session.scalars(select(Waiting).where(Waiting.recording_id == recording, waits)):
        waiting.words = text


def correct_ticket(session: Session, ticket: Ticket, text: str, *, by: str, at: datetime) -> None:
    """Better words for a ticket; if they now tell of danger, a person is due at once."""
    before = ticket.words
    desk.correct_words(session, ticket.id, text, by=by, at=at)
    danger = find_danger(text, ticket.language)
    if danger is None or not danger.certain or find_danger(before, ticket.language) == danger:
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
    """Id of the best text of a recording, 0 where there is none."""
    row = session.get_one(Recording, recording)
    return row.words[-1].id if row.words else 0
