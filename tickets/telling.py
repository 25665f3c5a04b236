"""The result comes home: the resident is told, and only their own answer closes the ticket."""

from datetime import datetime

from sqlalchemy.orm import Session

from tickets.callbacks import callback_of
from tickets.clocks import Clock
from tickets.commands import Judge, NotReached, Tell, Verdict
from tickets.lifecycle import Assigned, FoundSolved, FoundWanting, Missed, Status, Told
from tickets.misses import miss, told
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.timers import arm_all, stop

RESIDENT = "resident"


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
    told(session, ticket.id)
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
        _reopen(session, ticket, command, at=at, by=by)
    return ticket


def _reopen(session: Session, ticket: Ticket, command: Judge, *, at: datetime, by: str) -> None:
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
    policy = policy_of(session)
    due = policy.due(at, urgent=ticket.urgent)
    arm_all(ticket, policy, due, Clock.HANDLE, Clock.FEEDBACK)
    if ticket.assignee:
        ticket.record(Assigned(at=at, by="reopening", assignee=ticket.assignee))


def not_reached(
    session: Session, command: NotReached, *, at: datetime, by: str = "callback"
) -> Ticket:
    """A callback did not tell them this result: it is tried again, or somebody goes there."""
    ticket = ticket_of(session, command.ticket)
    ticket.record(Missed(at=at, by=by, outcome=command.outcome))
    if callback := callback_of(session, ticket.id):
        miss(session, callback, command.outcome, at=at)
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
