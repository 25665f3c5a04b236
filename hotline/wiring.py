"""Who reacts to what: the one table between what a conversation asks for and the rooms that do it."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hotline.second_fact import fits
from ivr.caller import Answer
from ivr.corrections import take_best
from ivr.district import district_of
from ivr.exchange import Act
from ivr.looking_up import FindAnswers
from ivr.memory import remember
from ivr.recall import likeliest
from ivr.repeats import FindRepeats
from ivr.second_fact import CheckFact
from proxy_agents.duty import agent_for
from proxy_agents.residents import Resident
from routing.catalogue import load as load_catalogue
from routing.commands import Danger, FindWay
from routing.desk import Desk
from routing.pinyin import tokens
from routing.tongue import language_of
from tickets import desk
from tickets.commands import (
    AnswerAgain,
    BetterWords,
    DraftHeard,
    HandOver,
    Judge,
    LeaveIt,
    NoteAnswer,
    NoteCaller,
    NoteTold,
    NotReached,
    OpenTicket,
    Rate,
    Receipt,
    Tell,
    TellAgain,
)
from tickets.helping import note_answer
from tickets.joining import go_along
from tickets.lifecycle import IllegalMove, Status
from tickets.models import Ticket
from tickets.notice_calls import note_told
from tickets.repeats import carried_by, tell_again
from tickets.urgent import hurry, owe_alert
from tickets.waiting import Waiting, close_waiting

log = logging.getLogger(__name__)

Data = dict[str, Any]

ALIKE = 0.75  #: share of equal syllables from which two names may be the same (estimate)
MACHINE = "hotline"  #: who did it, where no person did


def acts_of(desk: Desk) -> Mapping[type, Act]:
    """With the routing desk of a house: its own catalogue, guesser, and places."""

    def way(_session: Session, command: FindWay, _at: datetime) -> Data:
        return asdict(
            desk.way(command.words, language_of(command.words, command.language), command.home)
        )

    def fact(session: Session, command: CheckFact, _at: datetime) -> Data:
        return {"fits": fits(session, command, desk)}

    def draft(session: Session, command: DraftHeard, at: datetime) -> Data:
        spoken = language_of(command.words, command.language)
        danger = desk.way(command.words, spoken).danger if command.words else None
        return _draft_heard(session, command, danger, at)

    return {**ACTS, FindWay: way, DraftHeard: draft, CheckFact: fact}


def _open_ticket(session: Session, command: OpenTicket, at: datetime) -> Data:
    resident = session.get(Resident, command.resident) if command.resident else None
    agent = agent_for(session, resident, at) if command.by_agent else None
    receipt = desk.open_ticket(
        session,
        command,
        at=at,
        by=MACHINE,
        agent=agent.id if agent else None,
        district=district_of(session, command),
        targets=load_catalogue().targets_of(command.service),
    )
    remember(session, desk.ticket_of(session, receipt.number))
    other = go_along(session, receipt.number, command, by=MACHINE, at=at)
    if command.recording:  # a second ear may have listened while it was read back
        take_best(session, command.recording, at=at)
    return asdict(_along(receipt, other) if other else receipt)


def _along(receipt: Receipt, other: Ticket) -> Receipt:
    return replace(receipt, joined=other.id, handle=other.handle_due.isoformat())


def _find_repeats(session: Session, command: FindRepeats, at: datetime) -> Data:
    known = likeliest(session, command, at)
    return {"known": known and asdict(known)}


def _tell_again(session: Session, command: TellAgain, at: datetime) -> Data:
    try:
        ticket = tell_again(session, command.ticket, command.need, at=at)
    except IllegalMove:  # it ended while we asked
        return _open_ticket(session, command.need, at)
    other = carried_by(session, ticket)
    receipt = desk.receipt(ticket)
    return asdict(receipt if other is ticket else _along(receipt, other))


def _note_caller(session: Session, command: NoteCaller, _at: datetime) -> Data:
    remember(session, desk.note_caller(session, command))
    return {}


def _note_answer(session: Session, command: NoteAnswer, _at: datetime) -> Data:
    note_answer(session, command)
    return {}


def _hand_over(session: Session, command: HandOver, at: datetime) -> Data:
    """A person is wanted; in a danger the ticket of this call is urgent, and the emergency contact is owed word."""
    waiting = desk.hand_over(session, command, at=at, ticket_id=command.ticket)
    if command.danger and waiting.ticket_id and command.ticket is None:
        ticket = desk.ticket_of(session, waiting.ticket_id)
        hurry(session, ticket, danger=command.danger, by=MACHINE, at=at)
    if command.contact:
        _tell_contact(session, waiting, at)
    return {"waiting": waiting.id}


def _tell_contact(session: Session, waiting: Waiting, at: datetime) -> None:
    """Of who waits in danger; nothing where nobody knows them, or whom to tell."""
    resident = session.get(Resident, waiting.resident_id) if waiting.resident_id else None
    if resident:
        near, number = resident.emergency_name or "", resident.emergency_phone or ""
        owe_alert(session, waiting, name=near, number=number, at=at)


def _draft_heard(
    session: Session, command: DraftHeard, danger: Danger | None, at: datetime
) -> Data:
    """The words of a broken-off call; a danger in them makes it due at once."""
    rows = select(Waiting).where(Waiting.call_id == command.call, Waiting.closed_at.is_(None))
    for waiting in session.scalars(rows).all():
        waiting.words = command.words
        if danger:
            waiting.danger, waiting.due_at = danger.kind, min(at, waiting.due_at)
            if danger.certain and danger.contact:
                _tell_contact(session, waiting, at)
    return {"danger": danger and asdict(danger)}


def _better_words(session: Session, command: BetterWords, at: datetime) -> Data:
    take_best(session, command.recording, at=at)
    return {}


def _find_answers(session: Session, command: FindAnswers, _at: datetime) -> Data:
    """By the sound of name and place; two people who both fit are nobody."""
    fitting = [
        ticket
        for ticket in session.scalars(_without_number())
        if alike(command.name, ticket.caller_name or "")
        and alike(command.place, ticket.caller_place or "")
    ]
    people = {(ticket.caller_name, ticket.caller_place) for ticket in fitting}
    return {"answers": [asdict(answer_of(one)) for one in fitting] if len(people) == 1 else []}


def _without_number() -> Select[Ticket]:
    """Results that wait for somebody who left no number."""
    waiting = select(Ticket).where(Ticket.status == Status.HANDLED, Ticket.resident_id.is_(None))
    return waiting.where(Ticket.callback_index.is_(None)).order_by(Ticket.id)


def alike(one: str, other: str) -> bool:
    """Do two spoken names sound the same, as far as a recogniser can tell?"""
    sounds = [[token.sound for token in tokens(text)] for text in (one, other)]
    ratio = SequenceMatcher(None, sounds[0], sounds[1], autojunk=False).ratio()
    return all(sounds) and ratio >= ALIKE


def answer_of(ticket: Ticket) -> Answer:
    """What a dialogue needs to tell a result."""
    return Answer(
        ticket=ticket.id,
        recording=ticket.recording_id,
        result=ticket.result_recording_id,
        words=ticket.result_words or "",
        told_on=ticket.opened_at.isoformat(),
    )


def _tell(session: Session, command: Tell, at: datetime) -> Data:
    try:
        desk.tell(session, command, at=at)
    except IllegalMove:
        log.warning("ticket %s was told and judged in another call meanwhile", command.ticket)
    return {}


def _judge(session: Session, command: Judge, at: datetime) -> Data:
    try:
        return {"status": desk.judge(session, command, at=at).status}
    except IllegalMove:  # two calls at once: the first verdict stands
        log.warning("ticket %s was judged in another call meanwhile", command.ticket)
        return {"status": desk.ticket_of(session, command.ticket).status}


def _rate(session: Session, command: Rate, at: datetime) -> Data:
    desk.rate(session, command, at=at)
    return {}


def _answer_again(session: Session, command: AnswerAgain, at: datetime) -> Data:
    try:
        desk.answer_again(session, command, at=at)
    except IllegalMove:
        log.warning("ticket %s was reopened in another call meanwhile", command.ticket)
    return {}


def _leave_it(session: Session, command: LeaveIt, at: datetime) -> Data:
    if session.get(Waiting, command.waiting):
        close_waiting(session, command.waiting, by=MACHINE, at=at, note=command.why)
    return {}


def _note_told(session: Session, command: NoteTold, at: datetime) -> Data:
    note_told(session, command, at=at)
    return {}


def _not_reached(session: Session, command: NotReached, at: datetime) -> Data:
    desk.not_reached(session, command, at=at)
    return {}


ACTS: Mapping[type, Act] = {
    OpenTicket: _open_ticket,
    FindRepeats: _find_repeats,
    TellAgain: _tell_again,
    NoteCaller: _note_caller,
    NoteAnswer: _note_answer,
    HandOver: _hand_over,
    BetterWords: _better_words,
    Tell: _tell,
    FindAnswers: _find_answers,
    Judge: _judge,
    Rate: _rate,
    AnswerAgain: _answer_again,
    LeaveIt: _leave_it,
    NotReached: _not_reached,
    NoteTold: _note_told,
}
