"""The ticket desk: everything that may be done with a ticket, each in the caller's own transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.numbers import normal_number
from store.recordings import RecordingWords
from store.seal import keyring_of
from tickets.adding import add
from tickets.callbacks import CallbackState, callback_of, untold
from tickets.clocks import Clock
from tickets.commands import NoteCaller, OpenTicket, Reason, Receipt
from tickets.joining import follow, release
from tickets.lifecycle import (
    Assigned,
    Ended,
    Handled,
    Rerouted,
    Returned,
    Status,
    Taken,
    WordsCorrected,
)
from tickets.models import AssigneeKind, Ticket
from tickets.pausing import resume, wait_for_resident
from tickets.policies import policy_of
from tickets.telling import (
    NoSuchTicket,
    answer_again,
    judge,
    not_reached,
    rate,
    tell,
    ticket_of,
)
from tickets.timers import arm_all, stop
from tickets.visits import call_off, owe_result
from tickets.waiting import Waiting, close_waiting, hand_over, wait_for_routing

__all__ = [
    "NoSuchTicket",
    "NothingToTell",
    "answer_again",
    "correct_words",
    "end",
    "hand_back",
    "hand_over",
    "handle",
    "judge",
    "not_reached",
    "note_caller",
    "open_ticket",
    "rate",
    "reroute",
    "resume",
    "take",
    "tell",
    "ticket_of",
    "wait_for_resident",
]


class NothingToTell(ValueError):
    """A ticket was said to be handled without a word of result for the resident."""


def open_ticket(  # noqa: PLR0913  # the facts of a ticket, each by its name
    session: Session,
    command: OpenTicket,
    *,
    at: datetime,
    by: str,
    agent: int | None = None,
    district: str | None = None,
    targets: Mapping[Clock, timedelta] | None = None,
) -> Receipt:
    """A need becomes a ticket with three clocks, given to the agent or department, if there is one.

    ``agent`` acts for the resident now: theirs if the service is done ``by_agent``. ``district`` is whose
    people of the department it is for, ``targets`` how soon this service is done. What nobody can be found
    for waits for a person, 15 minutes at most.
    """
    ticket = Ticket(
        call_id=command.call,
        resident_id=command.resident,
        recording_id=command.recording,
        words=command.words,
        language=command.language,
        service=command.service,
        status=Status.OPEN,
        opened_at=at,
        reopened=0,
        urgent=command.urgent,
        place=command.place or None,
        where_recording_id=command.place_recording,
        district=district,
    )
    _set_number(session, ticket, command.number)
    policy = policy_of(session)
    arm_all(ticket, policy, policy.due(at, urgent=command.urgent, targets=targets))
    _give(ticket, command.department, agent if command.by_agent else None)
    if ticket.assignee:
        ticket.record(Assigned(at=at, by=by, assignee=ticket.assignee))
    add(session, ticket)
    if not ticket.assignee:
        wait_for_routing(session, ticket, at)
    if command.draft is not None:
        close_waiting(session, command.draft, by=by, at=at, ticket_id=ticket.id)
    session.flush()
    return receipt(ticket)


def receipt(ticket: Ticket) -> Receipt:
    """What the caller may be told of it."""
    return Receipt(
        number=ticket.id,
        department=ticket.department,
        service=ticket.service,
        assignee=ticket.assignee,
        respond=ticket.respond_due.isoformat(),
        handle=ticket.handle_due.isoformat(),
        feedback=ticket.feedback_due.isoformat(),
    )


def note_caller(session: Session, command: NoteCaller) -> Ticket:
    """Who an unknown caller says they are; what is empty leaves what is known."""
    ticket = ticket_of(session, command.ticket)
    ticket.caller_name = command.name or ticket.caller_name
    ticket.caller_place = command.place or ticket.caller_place
    ticket.name_recording_id = command.name_recording or ticket.name_recording_id
    ticket.place_recording_id = command.place_recording or ticket.place_recording_id
    _set_number(session, ticket, command.number)
    return ticket


def take(session: Session, number: int, *, by: str, at: datetime) -> Ticket:
    """The assignee takes it on; by the same person again, nothing more happens."""
    ticket = ticket_of(session, number)
    last = ticket.history[-1] if ticket.history else None
    if last and last.kind == Taken.__name__ and last.by == by:
        return ticket
    ticket.record(Taken(at=at, by=by))
    stop(ticket, Clock.RESPOND)
    return ticket


def hand_back(session: Session, number: int, *, reason: str, by: str, at: datetime) -> Ticket:
    """Not theirs, or not possible: a person finds somebody else."""
    ticket = ticket_of(session, number)
    resume(session, ticket, why="hand_back", by=by, at=at)
    ticket.record(Returned(at=at, by=by, reason=reason))
    _give(ticket, None, None)
    wait_for_routing(session, ticket, at)
    return ticket


def handle(  # the facts of a result, each by its name
    session: Session,
    number: int,
    *,
    by: str,
    at: datetime,
    result_words: str = "",
    result_recording: str | None = None,
) -> Ticket:
    """The assignee says it is done; from now on a callback is owed. Raises ``NothingToTell``."""
    words = result_words.strip()
    if not words and not result_recording:
        raise NothingToTell(f"ticket {number}: say or write what was done")
    ticket = ticket_of(session, number)
    resume(session, ticket, why="handle", by=by, at=at)
    ticket.record(Handled(at=at, by=by, words=words, recording=result_recording))
    ticket.result_words, ticket.result_recording_id = words, result_recording
    stop(ticket, Clock.RESPOND, Clock.HANDLE)
    owe_result(session, ticket, at)
    follow(session, ticket, by=by, at=at)
    return ticket


def correct_words(
    session: Session, number: int, text: str, *, by: str, at: datetime, typed: bool = True
) -> Ticket:
    """Better words for a ticket; what a person ``typed`` after listening becomes a text of the recording too."""
    ticket = ticket_of(session, number)
    if text == ticket.words:
        return ticket
    ticket.record(WordsCorrected(at=at, by=by, before=ticket.words, after=text))
    ticket.words = text
    if ticket.recording_id and typed:
        session.add(
            RecordingWords(
                recording_id=ticket.recording_id, engine="typed", text=text, at=at, by=by
            )
        )
    return ticket


def reroute(  # noqa: PLR0913  # where it goes, each by its name
    session: Session,
    number: int,
    *,
    by: str,
    at: datetime,
    department: str | None = None,
    service: str | None = None,
    agent: int | None = None,
    why: str = "",
) -> Ticket:
    """A person gives it to a department or an agent; whoever waited for that waits no more."""
    if department is None and agent is None:
        raise ValueError("a department or an agent has to be named")
    ticket = ticket_of(session, number)
    resume(session, ticket, why="reroute", by=by, at=at)
    before, kind = ticket.assignee, "agent" if agent is not None else "department"
    whose = agent if agent is not None else department
    ticket.record(Rerouted(at=at, by=by, assignee=f"{kind}:{whose}", before=before, why=why))
    _give(ticket, department or ticket.department, agent)
    ticket.service = service or ticket.service
    unrouted = select(Waiting).where(
        Waiting.ticket_id == number,
        Waiting.reason.in_((Reason.UNROUTED, Reason.REOPENED)),
        Waiting.closed_at.is_(None),
    )
    for waiting in session.scalars(unrouted).all():
        close_waiting(session, waiting.id, by=by, at=at)
    return ticket


def end(session: Session, number: int, *, reason: str, by: str, at: datetime) -> Ticket:
    """It ends without a verdict (withdrawn, moved away, never reached): not counted as solved."""
    ticket = ticket_of(session, number)
    ticket.record(Ended(at=at, by=by, reason=reason))
    ticket.paused_at = None
    release(session, number, by=by, at=at)
    stop(ticket, *Clock)
    callback = callback_of(session, ticket.id)
    if callback and callback.state is not CallbackState.TOLD and not untold(session, callback):
        callback.state = CallbackState.CANCELLED
        call_off(session, callback.id)
    return ticket


def _give(ticket: Ticket, department: str | None, agent: int | None) -> None:
    ticket.department, ticket.assignee_id = department, agent
    if agent is not None:
        ticket.assignee_kind = AssigneeKind.AGENT
    else:
        ticket.assignee_kind = AssigneeKind.DEPARTMENT if department else None


def _set_number(session: Session, ticket: Ticket, number: str) -> None:
    if digits := normal_number(number):
        ticket.callback_number = digits
        ticket.callback_index = keyring_of(session).blind(digits)
