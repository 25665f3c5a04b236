"""Ringing residents back: every dial is a row before it is made, and settled by what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hotline.house import House
from hotline.reception import ring
from ivr.conversation import Conversation
from ivr.dialogue import Kind, Listen
from ivr.lines.simulated import Reply, ScriptedCaller, SimulatedLine
from tickets.callbacks import (
    Callback,
    CallbackState,
    NotOwed,
    begin_dial,
    callback_of,
    callbacks_due,
)
from tickets.dialling import COMPLETED, dial_ended
from tickets.misses import part_of
from tickets.models import Ticket
from tickets.policies import policy_of


def call_back(house: House, callback: int, line: SimulatedLine) -> Conversation:
    """One callback over a line that answers. Raises ``NotOwed`` where it is not to be dialled."""
    with house.database.write() as session:
        policy = policy_of(session)
        attempt = begin_dial(session, callback, at=house.now(), part=part_of(policy, house.now()))
    try:
        conversation = ring(house, callback, line="simulated", attempt=attempt.id)
        line.carry(conversation)
    finally:
        with house.database.write() as session:
            dial_ended(session, attempt.key, COMPLETED, house.now())
    return conversation


@dataclass(slots=True)
class SomebodyAtHome(ScriptedCaller):
    """Whoever answers the telephone: a key for each question, then none; and a voice where words are asked for."""

    def asked(self, listen: Listen) -> Reply:
        if listen.kind is Kind.STORY:
            return Reply(sound=self.need)
        if self._next >= len(self.keys):
            return Reply()
        return ScriptedCaller.asked(self, listen)


def owed_for(house: House, ticket: int) -> int:
    """The callback that is owed for a ticket, due or not yet; raises ``NotOwed``."""
    with house.database.read() as session:
        if session.get(Ticket, ticket) is None:
            raise NotOwed(f"there is no ticket {ticket}")
        found = callback_of(session, ticket)
        if found is None:
            raise NotOwed(f"ticket {ticket} has no result to tell: it is handed in at /agent first")
        return found.id


def tickets_of(house: House, callback: int) -> list[int]:
    with house.database.read() as session:
        return session.get_one(Callback, callback).tickets


def owed(house: House) -> tuple[list[int], dict[int, datetime]]:
    """Tickets whose results are to be told now, and when others may be: not in somebody's quiet hours."""
    at = house.now()
    with house.database.read() as session:
        rows = session.scalars(select(Callback).where(Callback.state == CallbackState.OWED)).all()
        now = [ticket for one in rows if one.due_at <= at for ticket in one.tickets]
        return now, {
            ticket: one.due_at for one in rows if one.due_at > at for ticket in one.tickets
        }


def due(house: House) -> list[int]:
    """Ids of the callbacks to make now."""
    with house.database.read() as session:
        return [one.id for one in callbacks_due(session, house.now())]
