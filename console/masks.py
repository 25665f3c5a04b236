"""Names and numbers as they are shown until somebody asks to see them."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from console.parts import parts
from routing.masking import mask
from routing.tongue import language_of
from speech.clean import title
from tickets.models import Ticket


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


def mask_text(text: str, *, names: Sequence[str] = ()) -> str:
    """The text with a label for every private number, full name and door in it; ``names`` are whose case it is."""
    known = [name for name in names if name]
    return mask(text, language_of(text, "zh"), names=known, gazetteer=parts().gazetteer)


def mask_title(ticket: Ticket, *, names: Sequence[str] = ()) -> str:
    """What a ticket is about in a few words, without fillers, names and numbers."""
    return title(mask_text(ticket.words, names=names), ticket.language)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who a need is from, as far as it is known; "" is unknown."""

    name: str = ""
    number: str = ""
    place: str = ""
    near: str = ""  #: somebody to tell in an emergency
    near_number: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Whom the case is about, to be hidden wherever they are said."""
        return tuple(one for one in (self.name, self.near) if one)

    def only(self, facts: Container[str]) -> "Caller":
        """Of these facts of the catalogue (name, number, place, contact); the rest does not travel."""
        return Caller(
            name=self.name if "name" in facts else "",
            number=self.number if "number" in facts else "",
            place=self.place if "place" in facts else "",
            near=self.near if "contact" in facts else "",
            near_number=self.near_number if "contact" in facts else "",
        )

    def masked(self) -> "Caller":
        """The place stays: whoever may open the page has to know where to go."""
        return Caller(
            name=mask_name(self.name),
            number=mask_number(self.number),
            place=self.place,
            near=mask_name(self.near),
            near_number=mask_number(self.near_number),
        )
