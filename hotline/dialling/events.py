"""What a provider tells us of a dial: somebody answers, the line is free again. Told twice, it happens once."""

from dataclasses import dataclass

from sqlalchemy import select

from hotline.house import House
from hotline.reception import ring, take_up
from ivr.conversation import Conversation
from tickets.callbacks import Callback, CallbackState, DialAttempt, NotOwed
from tickets.dialling import dial_ended


@dataclass(frozen=True, slots=True)
class DialEvents:
    """For the dials of this house; ``line`` is the provider's name."""

    house: House
    line: str

    def answered(self, key: str) -> Conversation:
        """The conversation to carry, the same one however often it is told. Raises ``NotOwed``: hang up."""
        with self.house.database.read() as session:
            attempt = session.scalar(select(DialAttempt).where(DialAttempt.key == key))
            if attempt is None or attempt.lease_until is None:
                raise NotOwed("that dial is over")
            state = session.get_one(Callback, attempt.callback_id).state
        if attempt.call_id is None and state is CallbackState.DIALLING:
            return ring(self.house, attempt.callback_id, line=self.line, attempt=attempt.id)
        begun = take_up(self.house, attempt.call_id) if attempt.call_id else None
        if begun is None:
            raise NotOwed(f"the callback is {state}")
        return begun

    def ended(self, key: str, outcome: str) -> None:
        with self.house.database.write() as session:
            dial_ended(session, key, outcome, self.house.now())
