"""What goes with a ticket: the answer to the one question asked about it, and departments that help."""

from datetime import datetime

from sqlalchemy.orm import Session

from tickets.commands import NoteAnswer
from tickets.lifecycle import HelpAsked
from tickets.models import Ticket, TicketHelper
from tickets.telling import ticket_of


def note_answer(session: Session, command: NoteAnswer) -> Ticket:
    """What they said to the one question about their need."""
    ticket = ticket_of(session, command.ticket)
    ticket.answer, ticket.answer_recording_id = command.words or None, command.recording
    return ticket


def ask_help(session: Session, number: int, department: str, *, by: str, at: datetime) -> Ticket:
    """Another department helps; who has the ticket leads. Asked again, nothing more happens."""
    ticket = ticket_of(session, number)
    helping = {one.department for one in ticket.helpers}
    if department in helping or ticket.assignee == f"department:{department}":
        return ticket
    ticket.record(HelpAsked(at=at, by=by, department=department))
    ticket.helpers.append(TicketHelper(department=department, added_at=at, added_by=by))
    return ticket
