"""Names and numbers as they are shown until somebody asks to see them."""

import re
from dataclasses import dataclass

from speech.clean import title
from tickets.models import Ticket

#: a telephone number inside a text, in digits or as it is spoken
NUMBER = re.compile(
    r"[0-9０-９零〇○一二三四五六七八九幺两](?:[\s-]?[0-9０-９零〇○一二三四五六七八九幺两]){6,}"
)


def mask_name(name: str) -> str:
    """The family name or first letter, as in "王**"."""
    if not name:
        return ""
    return name[0] + ("**" if name[0].isascii() else "*" * max(1, min(2, len(name) - 1)))


def mask_number(number: str) -> str:
    """Enough to tell two apart, not enough to dial: "138****8000"."""
    if len(number) >= 10:
        return f"{number[:3]}****{number[-4:]}"
    return f"****{number[-3:]}" if len(number) >= 7 else "*" * len(number)


def mask_text(text: str) -> str:
    """The text with every telephone number in it hidden."""
    return NUMBER.sub("****", text)


def mask_title(ticket: Ticket) -> str:
    """What a ticket is about in a few words, without fillers and telephone numbers."""
    return mask_text(title(ticket.words, ticket.language))


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who a need is from, as far as it is known; "" is unknown."""

    name: str = ""
    number: str = ""
    place: str = ""
    near: str = ""  #: somebody to tell in an emergency
    near_number: str = ""

    def masked(self) -> "Caller":
        """The place stays: whoever may open the page has to know where to go."""
        return Caller(
            name=mask_name(self.name),
            number=mask_number(self.number),
            place=self.place,
            near=mask_name(self.near),
            near_number=mask_number(self.near_number),
        )
