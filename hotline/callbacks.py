"""Ringing residents back: every dial is a row before it is made, and settled by what came of it."""

from sqlalchemy import select

from hotline.house import House
from hotline.reception import ring
from ivr.calls import Ending
from ivr.exchange import Conversation
from ivr.lines.simulated import SimulatedLine
from tickets.callbacks import Callback, DialAttempt, begin_dial, callbacks_due
from tickets.commands import NotReached
from tickets.desk import not_reached


def call_back(house: House, callback: int, line: SimulatedLine) -> Conversation:
    """One callback over a line that answers. Raises ``NotOwed`` where it is not to be dialled."""
    with house.database.write() as session:
        attempt = begin_dial(session, callback, at=house.now()).id
    conversation = ring(house, callback, line="simulated")
    with house.database.write() as session:
        session.get_one(DialAttempt, attempt).call_id = conversation.call
    line.carry(conversation)
    if conversation.outcome is Ending.MISSED:
        settle_missed(house, callback, "hung_up")
    return conversation


def settle_missed(house: House, callback: int, outcome: str) -> None:
    """A call that told nothing and that the dialogue itself did not settle: they hung up, or nobody answered."""
    with house.database.write() as session:
        owed = session.get_one(Callback, callback)
        open_ = select(DialAttempt.id).where(
            DialAttempt.callback_id == callback, DialAttempt.outcome.is_(None)
        )
        if session.scalars(open_).first() is not None:
            command = NotReached(ticket=owed.ticket_id, outcome=outcome)
            not_reached(session, command, at=house.now())


def due(house: House) -> list[int]:
    """Ids of the callbacks to make now."""
    with house.database.read() as session:
        return [one.id for one in callbacks_due(session, house.now())]
