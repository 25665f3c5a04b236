"""After we were away: what Asterisk has is compared with what we know.

Calls that are known and not there are over. Two people who talk to each other are left in peace. A caller who was left
alone is talked to again, where their need broke off. All else is hung up.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ivr.lines.asterisk.ari import Ari
from ivr.lines.asterisk.carried import BRIDGE, DIAL, MEDIA, PERSON, Carried
from ivr.lines.asterisk.work import Work

log = logging.getLogger(__name__)

#: a channel is there, as Asterisk describes it
Entered = Callable[[str, Mapping[str, Any]], None]


async def compare(
    ari: Ari,
    work: Work,
    known: dict[str, Carried],
    *,
    entered: Entered,
    left: Callable[[str], None],
    rung: Collection[str] = (),
) -> None:
    """``known``: calls by their channels; those of people who talk on are added. ``rung``: people on their way."""
    found = await ari.application() or {}
    there = {str(one) for one in found.get("channel_ids", ())}
    for one in {one.caller for one in known.values()} - there:
        left(one)
    people = await _talking(ari, work, known)
    for id_ in there - set(known) - people - set(rung):
        channel = await ari.channel(id_)
        if channel is None or id_ in known:
            continue
        if id_.startswith((MEDIA, PERSON)):
            await work.attempt(ari.hang_up(id_))
        elif not id_.startswith(DIAL) or channel.get("state") == "Up":
            log.warning("a caller was left alone; the conversation goes on")
            entered(id_, channel)


async def _talking(ari: Ari, work: Work, known: dict[str, Carried]) -> set[str]:
    """Bridges of calls that nobody here carries: two people talk on, all others end."""
    talking = set[str]()
    ours = {one.bridge for one in known.values()}
    for bridge in await ari.bridges():
        name = str(bridge.get("id"))
        members = {str(one) for one in bridge.get("channels", ())}
        if not name.startswith(BRIDGE) or name in ours:
            continue
        person = next((one for one in members if one.startswith(PERSON)), "")
        caller = next((one for one in members if not one.startswith((PERSON, MEDIA))), "")
        if person and caller:
            one = Carried(caller, call=name.removeprefix(BRIDGE), person=person)
            one.over.set()
            known |= {caller: one, person: one}
            talking |= members
        else:
            await work.attempt(ari.end_bridge(name))
    return talking
