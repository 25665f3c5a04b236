"""Several needs in one story: each further one is offered, and becomes a ticket of its own if the caller wants that."""

from collections.abc import Mapping

from ivr.asking import YES_OR_NO, Menu, Told, try_to_ask
from ivr.caller import Caller
from ivr.contrast import matter
from ivr.dialogue import Dialogue, Do, do, say
from routing.commands import Also, Way
from tickets.commands import HandOver, NoteCaller, OpenTicket, Reason

MOST = 2  #: further needs that are asked about: more are not remembered on a telephone
TRIES = 2

#: how people answer 也给您记下来吗, beside yes and no
_WRITE = {
    "记": True, "记下": True, "记上": True, "也记": True, "要记": True, "给我记": True, "麻烦": True, "please do": True, "yes please": True,
    "不记": False, "别记": False, "不记下": False, "别记下": False, "不用记": False, "不要记": False, "不必": False, "没说": False, "算了": False, "no need": False,
    "don't": False, "do not": False,
}  # fmt: skip
WANTED: Mapping[str, bool] = {**YES_OR_NO, **_WRITE}


def further(way: Way) -> tuple[Also, ...]:
    """What was told beside the need that is on its way already, each once; nothing they just said it is not."""
    seen = {(way.department, way.service), (way.department, None)}
    if way.department is None:
        seen |= {(one.department, one.service) for one in way.choices}
    found = []
    for one in way.also:
        if (one.department, one.service) not in seen:
            found.append(one)
        seen.add((one.department, one.service))
    return tuple(found[:MOST])


def is_wanted(key: str, also: Also) -> Dialogue[bool | None]:
    """Shall this be written down too? None: that could not be understood."""
    return (yield from try_to_ask(Menu(key, "also", WANTED), tries=TRIES, matter=matter(also)))


def open_further(caller: Caller, told: Told, also: Also, number: str) -> OpenTicket:
    """The same recording, the words of its part, and the number that will be rung."""
    return OpenTicket(
        call=caller.call,
        resident=caller.resident,
        recording=told.recording or None,
        words=also.words,
        department=also.department,
        service=also.service,
        by_agent=also.by_agent,
        language=told.words.language or caller.language,
        number=number,
    )


def leave_to_a_person(
    key: str, caller: Caller, told: Told, also: Also, number: str
) -> Dialogue[None]:
    """Somebody listens and decides; the call goes on.

    Without the call's id: a row of this call would hang on the ticket already opened, and whoever gave it to a
    department would send that one there.
    """
    yield from say("also.unclear")
    yield from do(
        f"{key}.unclear",
        HandOver(
            call=None,
            resident=caller.resident,
            reason=Reason.NOT_UNDERSTOOD,
            recording=told.recording or None,
            words=also.words,
            number=number,
        ),
    )


def with_note(asked: Dialogue[str], note: NoteCaller) -> Dialogue[NoteCaller]:
    """What a dialogue notes of its caller, for the further tickets of the same call; ``note``, if nothing."""
    try:
        step = next(asked)
        while True:
            if isinstance(step, Do) and isinstance(step.command, NoteCaller):
                note = step.command
            step = asked.send((yield step))
    except StopIteration:
        return note
