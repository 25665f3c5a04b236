"""Who reacts to what: the one table between what a conversation asks for and the rooms that do it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.exchange import Act
from proxy_agents.residents import Resident
from routing.commands import FindWay
from routing.desk import find_way
from tickets import desk
from tickets.commands import (
    DraftHeard,
    HandOver,
    Judge,
    NoteCaller,
    NotReached,
    OpenTicket,
    Tell,
)
from tickets.waiting import Waiting

Data = dict[str, Any]

MACHINE = "hotline"  #: who did it, where no person did


def _find_way(_session: Session, command: FindWay, _at: datetime) -> Data:
    return asdict(find_way(command.words, language_of(command.words, command.language)))


def language_of(words: str, otherwise: str) -> str:
    """The language something was said in, by its script; people do not always speak the call's."""
    latin = sum(char.isascii() and char.isalpha() for char in words)
    han = sum("\u4e00" <= char <= "\u9fff" for char in words)
    return otherwise if not latin + han else "zh" if han * 2 >= latin else "en"


def _open_ticket(session: Session, command: OpenTicket, at: datetime) -> Data:
    resident = session.get(Resident, command.resident) if command.resident else None
    agent = resident.agent_id if resident else None
    return asdict(desk.open_ticket(session, command, at=at, by=MACHINE, agent=agent))


def _note_caller(session: Session, command: NoteCaller, _at: datetime) -> Data:
    desk.note_caller(session, command)
    return {}


def _hand_over(session: Session, command: HandOver, at: datetime) -> Data:
    return {"waiting": desk.hand_over(session, command, at=at).id}


def _draft_heard(session: Session, command: DraftHeard, at: datetime) -> Data:
    """The words of a broken-off call; a danger in them makes it due at once."""
    rows = select(Waiting).where(Waiting.call_id == command.call, Waiting.closed_at.is_(None))
    danger = (
        find_way(command.words, language_of(command.words, command.language)).danger
        if command.words
        else None
    )
    for waiting in session.scalars(rows):
        waiting.words = command.words
        if danger:
            waiting.danger, waiting.due_at = danger.kind, min(at, waiting.due_at)
    return {"danger": danger and asdict(danger)}


def _tell(session: Session, command: Tell, at: datetime) -> Data:
    desk.tell(session, command, at=at)
    return {}


def _judge(session: Session, command: Judge, at: datetime) -> Data:
    return {"status": desk.judge(session, command, at=at).status}


def _not_reached(session: Session, command: NotReached, at: datetime) -> Data:
    desk.not_reached(session, command, at=at)
    return {}


ACTS: Mapping[type, Act] = {
    FindWay: _find_way,
    OpenTicket: _open_ticket,
    NoteCaller: _note_caller,
    HandOver: _hand_over,
    DraftHeard: _draft_heard,
    Tell: _tell,
    Judge: _judge,
    NotReached: _not_reached,
}
