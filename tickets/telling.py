"""The result comes home: the resident is told, and only their own answer closes the ticket."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from tickets.asking_again import owe_asking
from tickets.callbacks import Aim, Callback, callback_of, untold
from tickets.clocks import Clock
from tickets.commands import (
    AnswerAgain,
    HandOver,
    Judge,
    NotReached,
    Rate,
    Reason,
    Tell,
    Verdict,
)
from tickets.lifecycle import (
    Assigned,
    BrokeAgain,
    FoundSolved,
    FoundWanting,
    HeldGood,
    Missed,
    Status,
    Told,
)
from tickets.misses import asked, miss, told
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.policy import Owner
from tickets.timers import arm_all, own, stop
from tickets.verdicts import Question, Said, given, keep
from tickets.waiting import hand_over

RESIDENT = "resident"
TO_A_SUPERVISOR = 2  #: so often it may come back before somebody else decides who takes it


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
    the result was told, ``NoEvidence`` where nobody can say how it was given.
    """
    ticket = ticket_of(session, command.ticket)
    if ticket.status is not Status.TOLD and _last_verdict(ticket) == _verdict_data(command):
        return ticket
    given(session, command.evidence)
    if command.verdict is Verdict.SOLVED:
        ticket.record(FoundSolved(at=at, by=by, evidence=command.evidence))
        owe_asking(session, ticket, at)
    else:
        half = command.verdict is Verdict.HALF_SOLVED
        reopen(session, ticket, FoundWanting(at=at, by=by, half=half, **_wanting(ticket, command)))
    said = Said(
        question=Question.RESULT,
        answer=command.verdict,
        evidence=command.evidence,
        why=command.why,
        why_words=command.why_words,
    )
    keep(session, ticket, said, at=at, by=by)
    return ticket


def rate(session: Session, command: Rate, *, at: datetime, by: str = RESIDENT) -> None:
    """How content they are: kept with the ticket, and nothing follows from it."""
    said = Said(
        question=Question.SATISFACTION, answer=command.satisfaction, evidence=command.evidence
    )
    keep(session, ticket_of(session, command.ticket), said, at=at, by=by)


def answer_again(
    session: Session, command: AnswerAgain, *, at: datetime, by: str = RESIDENT
) -> Ticket:
    """Weeks later: it holds, or it goes back like what was never solved. Raises ``IllegalMove``, ``NoEvidence``."""
    ticket = ticket_of(session, command.ticket)
    given(session, command.evidence)
    if command.still:
        ticket.record(HeldGood(at=at, by=by, evidence=command.evidence))
    else:
        reopen(session, ticket, BrokeAgain(at=at, by=by, **_wanting(ticket, command)))
    said = Said(
        question=Question.STILL,
        answer=Verdict.SOLVED if command.still else Verdict.NOT_SOLVED,
        evidence=command.evidence,
        why=command.why,
        why_words=command.why_words,
    )
    keep(session, ticket, said, at=at, by=by)
    asked(session, ticket.id)
    return ticket


def reopen(session: Session, ticket: Ticket, event: FoundWanting | BrokeAgain) -> None:
    """Back to whoever had it, with new clocks; the second time a supervisor decides who takes it."""
    ticket.record(event)
    ticket.reopened += 1
    policy = policy_of(session)
    due = policy.due(event.at, urgent=ticket.urgent)
    arm_all(ticket, policy, due, Clock.HANDLE, Clock.FEEDBACK)
    if ticket.reopened >= TO_A_SUPERVISOR:
        _ask_a_supervisor(session, ticket, event)
    elif ticket.assignee:
        ticket.record(Assigned(at=event.at, by="reopening", assignee=ticket.assignee))


def _ask_a_supervisor(session: Session, ticket: Ticket, event: FoundWanting | BrokeAgain) -> None:
    """Nobody has it until somebody decides, who then answers for it; the department that had it goes on seeing it."""
    ticket.assignee_kind = ticket.assignee_id = None
    own(ticket, Clock.HANDLE, Owner.SUPERVISOR)
    twice = HandOver(
        call=None,
        resident=ticket.resident_id,
        reason=Reason.REOPENED,
        recording=event.why,
        words=event.why_words,
        number=ticket.callback_number or "",
    )
    hand_over(session, twice, at=event.at, ticket_id=ticket.id)


def not_reached(
    session: Session, command: NotReached, *, at: datetime, by: str = "callback"
) -> None:
    """A callback did not tell them this result, or none of its results: it is tried again, or somebody goes there."""
    callback = (
        session.get_one(Callback, command.callback, with_for_update=True)
        if command.callback is not None
        else callback_of(session, command.ticket or 0)
    )
    if callback is None:
        return
    missed = [command.ticket] if command.ticket else untold(session, callback)
    for number in missed if callback.aim is Aim.RESULT else ():
        ticket_of(session, number).record(Missed(at=at, by=by, outcome=command.outcome))
    miss(session, callback, command.outcome, at=at)


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


class _Wanting(TypedDict):
    """What the events of a ticket that goes back have in common."""

    evidence: str
    why: str | None
    why_words: str
    promised: str


def _wanting(ticket: Ticket, command: Judge | AnswerAgain) -> _Wanting:
    return {
        "evidence": command.evidence,
        "why": command.why,
        "why_words": command.why_words,
        "promised": ticket.feedback_due.isoformat(),
    }
