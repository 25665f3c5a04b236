"""Where is it? At home, unless somebody told another place; that one is confirmed, or told once more."""

from dataclasses import dataclass

from ivr.asking import YES_OR_NO, Menu, Story, try_to_ask
from ivr.dialogue import Dialogue, Kind
from routing.commands import Way

TRIES = 2


@dataclass(frozen=True, slots=True)
class Where:
    """Where a need is; "" for their own address. What was told again is a recording, too."""

    text: str = ""
    recording: str | None = None


def settle_place(way: Way) -> Dialogue[Where]:
    """Who says nothing leaves it as we understood it."""
    told = str((way.place or {}).get("text") or "")
    if not way.elsewhere:
        return Where(told if _is_named(way) else "")
    right = Menu("elsewhere", "elsewhere", YES_OR_NO)
    if (yield from try_to_ask(right, tries=TRIES, place=told)) is not False:
        return Where(told)
    again = yield from try_to_ask(Story("where", "where", Kind.WORD), tries=TRIES)
    if again is None:
        return Where(told)
    return Where(again.words.text or told, again.recording or None)


def _is_named(way: Way) -> bool:
    """A floor or a number alone is inside of what is known already."""
    return bool(way.place and (way.place.get("estate") or way.place.get("street")))
