"""Somebody may be in danger: say which number to dial, and hand over. Never a promise of seven days."""

from ivr.asking import YES_OR_NO, Menu, NeedsAHuman, try_to_ask
from ivr.dialogue import Dialogue, say
from routing.commands import Danger
from tickets.commands import Reason


def heed(key: str, danger: Danger) -> Dialogue[None]:
    """A certain danger goes to a person at once; an uncertain one after one question, where silence is yes."""
    if not danger.certain:
        now = yield from try_to_ask(Menu(f"{key}.danger", "danger-now", YES_OR_NO), tries=1)
        if now is False:
            return
    yield from say(f"danger.{danger.kind}")
    why = NeedsAHuman(Reason.DANGER, danger.kind)
    why.connect, why.contact = danger.connect, danger.contact
    raise why
