"""Does what a caller says fit what is on record? By sound, as far as a recogniser can tell."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from sqlalchemy.orm import Session

from ivr.caller import Caller
from ivr.calls import Call
from ivr.second_fact import MATTER, NAME, CheckFact
from proxy_agents.residents import Resident
from routing.desk import Desk
from routing.pinyin import tokens
from tickets.models import Ticket

FORGEABLE = {"twilio", "asterisk", "browser"}  #: lines that prove nobody's number
ALIKE = 0.75  #: share of equal syllables (estimate), as between two names
ENOUGH = 2  #: syllables that say something


def facts_of(
    line: str, resident: Resident | None, answers: list[Ticket], *, draft: bool, trusted: bool
) -> tuple[str, ...]:
    """What to ask before anything private is said; nothing where numbers cannot be forged."""
    if line not in FORGEABLE or trusted or not (answers or draft):
        return ()
    named = resident is not None or any(one.caller_name for one in answers)
    return (NAME, MATTER) if named else (MATTER,)


def fits(session: Session, command: CheckFact, desk: Desk) -> bool:
    call = session.get_one(Call, command.call)
    known = _names if command.fact == NAME else _matters
    said = list(known(session, call.caller))
    if any(is_said_in(one, command.words) for one in said):
        return True
    return command.fact == MATTER and any(_same_service(desk, one, command.words) for one in said)


def is_said_in(known: str, words: str) -> bool:
    """Does somewhere in the words sound like what is known?"""
    wanted, heard = ([token.sound for token in tokens(one)] for one in (known, words))
    if len(wanted) < ENOUGH or len(heard) < ENOUGH:
        return False
    size = min(len(wanted), len(heard)) if len(wanted) > len(heard) * 2 else len(wanted)
    parts = [heard[at : at + size] for at in range(max(1, len(heard) - size + 1))]
    return (
        max(SequenceMatcher(None, wanted, part, autojunk=False).ratio() for part in parts) >= ALIKE
    )


def _names(session: Session, caller: Caller) -> Iterator[str]:
    resident = session.get(Resident, caller.resident) if caller.resident else None
    if resident:
        yield resident.name
    for answer in caller.answers:
        yield session.get_one(Ticket, answer.ticket).caller_name or ""


def _matters(session: Session, caller: Caller) -> Iterator[str]:
    for answer in caller.answers:
        yield session.get_one(Ticket, answer.ticket).words or ""
    if caller.draft:
        yield caller.draft.words


def _same_service(desk: Desk, known: str, words: str) -> bool:
    """Both are sure to be the same matter, however it is put."""
    ways = [desk.way(one, "zh") for one in (known, words)]
    return ways[0].service is not None and ways[0].service == ways[1].service
