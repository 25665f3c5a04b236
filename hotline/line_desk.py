"""What every line with telephones behind it asks of the house, whatever it speaks."""

import logging
import re

from hotline.dialling.events import DialEvents
from hotline.house import House
from ivr.conversation import Conversation
from ivr.lines.tokens import issue
from tickets.callbacks import NotOwed

log = logging.getLogger(__name__)

NUMBER = re.compile(r"\+?\d{3,15}")
#: Twilio's numbers for callers who have none to show: anonymous, restricted, blocked, unknown, unavailable
NOBODY = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}


class LineDesk:
    """Tokens of sockets, and what became of dials."""

    def __init__(self, house: House, line: str) -> None:
        self._house = house
        self._events = DialEvents(house, line)

    def token(self, call: str) -> str:
        with self._house.database.write() as session:
            return issue(session, call, self._house.now())

    def taken_up(self, key: str) -> Conversation | None:
        """A dial was answered; None where nothing is owed to them any more."""
        try:
            return self._events.answered(key)
        except NotOwed as no:
            log.info("somebody answered a dial that is not owed any more: %s", no)
            return None

    def ended(self, key: str, outcome: str) -> None:
        self._events.ended(key, outcome)


def shown(number: str) -> str:
    """The caller's number; "" where they show none, or are no telephone."""
    return number if NUMBER.fullmatch(number) and number not in NOBODY else ""
