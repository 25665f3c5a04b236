"""The result comes home: the resident is told, and only their own answer closes the ticket."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tickets.callbacks import CallbackState, callback_of, settle
from tickets.clocks import FEEDBACK, HANDLE, Clock
from tickets.commands import Judge, NotReached, Tell, Verdict
from tickets.lifecycle import Assigned, FoundSolved, FoundWanting, Missed, Status, Told
from tickets.models import Ticket
from tickets.timers import arm, stop

RESIDENT = "resident"
TRIES = 3  #: misses before the answer waits for their next call
#: How long to wait after each kind of miss (estimates).
AGAIN = {"busy": timedelta(minutes=10), "hung_up": timedelta(hours=1)}
AGAIN_OTHERWISE = timedelta(hours=2)


class NoSuchTicket(LookupError):
    """No ticket has this number."""


def ticket_of(session: Session, number: int) -> Ticket:
    """The ticket, locked until the transaction ends; raises ``NoSuchTicket``."""
    session.flush()
    ticket = session.get(Ticket, number, with_for_update=True)
    if ticket is None:
        raise NoSuchTicket(f"there is no ticket {number}")
    return ticket


def tell(session: Session, command: Tell, *, at: datetime, by: str = "callback") -> Ticket:
    """The resident has heard the result; heard again, nothing more happens."""
    ticket = ticket_of(session, command.ticket)
    if ticket.status in {Status.TOLD, Status.SOLVED}:
        return ticket
    ticket.record(Told(at=at, by=by, call=command.call))
    stop(ticket, Clock.FEEDBACK)
    if callback := callback_of(session, ticket.id):
        callback.state = CallbackState.TOLD
        settle(callback, "told")
    return ticket


def judge(session: Session, command: Judge, *, at: datetime, by: str = RESIDENT) -> Ticket:
    """Solved ends the ticket; half or not solved sends it back to whoever had it.

    A repeat of the verdict that was acted on last changes nothing; raises ``IllegalMove`` before
    the result was told.
    """
    ticket = ticket_of(session, command.ticket)
    if ticket.status is not Status.TOLD and _last_verdict(ticket) == _verdict_data(command):
        return ticket
    if command.verdict is Verdict.SOLVED:
        ticket.record(FoundSolved(at=at, by=by, evidence=command.evidence))
    else:
        _reopen(ticket, command, at=at, by=by)
    return ticket


def _reopen(ticket: Ticket, command: Judge, *, at: datetime, by: str) -> None:
    ticket.record(
        FoundWanting(
            at=at,
            by=by,
            evidence=command.evidence,
            half=command.verdict is Verdict.HALF_SOLVED,
            why=command.why,
            why_words=command.why_words,
            promised=ticket.feedback_due.isoformat(),
        )
    )
    ticket.reopened += 1
    arm(ticket, Clock.HANDLE, at + HANDLE)
    arm(ticket, Clock.FEEDBACK, at + FEEDBACK)
    if ticket.assignee:
        ticket.record(Assigned(at=at, by="reopening", assignee=ticket.assignee))


def not_reached(
    session: Session, command: NotReached, *, at: datetime, by: str = "callback"
) -> Ticket:
    """A callback missed them: tried again later, three times; then it waits for their next call."""
    ticket = ticket_of(session, command.ticket)
    ticket.record(Missed(at=at, by=by, outcome=command.outcome))
    if callback := callback_of(session, ticket.id):
        callback.tries += 1
        enough = callback.tries >= TRIES
        callback.state = CallbackState.MISSED if enough else CallbackState.OWED
        callback.due_at = at + AGAIN.get(command.outcome, AGAIN_OTHERWISE)
        settle(callback, command.outcome)
    return ticket


def _last_verdict(ticket: Ticket) -> tuple[str, str, str | None] | None:
    """What was judged last: verdict, evidence, and the recording of the reason."""
    for event in reversed(ticket.history):
        if event.kind == FoundSolved.__name__:
            return Verdict.SOLVED, event.details["evidence"], None
        if event.kind == FoundWanting.__name__:
            verdict = Verdict.HALF_SOLVED if event.details["half"] else Verdict.NOT_SOLVED
            return verdict, event.details["evidence"], event.details["why"]
    return None


def _verdict_data(command: Judge) -> tuple[str, str, str | None]:
    why = None if command.verdict is Verdict.SOLVED else command.why
    return command.verdict, command.evidence, why
