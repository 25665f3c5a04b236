"""An unknown caller is asked who they are and where an answer reaches them, each read back; silence is accepted."""

from ivr.asking import YES_OR_NO, Menu, Number, Story, Told, try_to_ask
from ivr.caller import Caller
from ivr.dialogue import Clip, Dialogue, Digits, Kind, Value, do
from tickets.commands import NoteCaller

TRIES = 2


def ask_who(caller: Caller, ticket: int) -> Dialogue[str]:
    """Name, building, number; returns the number that will be called back, "" for none.

    The ticket is already open: whoever hangs up here loses nothing.
    """
    name = yield from ask_words("name")
    place = yield from ask_words("place")
    number = yield from ask_number(caller.number)
    yield from do(
        "who",
        NoteCaller(
            ticket=ticket,
            name_recording=name.recording or None if name else None,
            name=name.words.text if name else "",
            place_recording=place.recording or None if place else None,
            place=place.words.text if place else "",
            number=number,
        ),
    )
    return number


def ask_words(key: str) -> Dialogue[Told | None]:
    """A few words, played back until they are right; a second "no" keeps the last recording."""
    told = None
    for number in range(1, TRIES + 1):
        question = Story(f"{key}.{number}", key, Kind.WORD)
        told = (yield from try_to_ask(question, tries=TRIES)) or told
        if told is None:
            return None
        own: Value = Clip(told.recording) if told.recording else told.words.text
        right = Menu(f"{key}.{number}.right", "heard-you", YES_OR_NO)
        if (yield from try_to_ask(right, tries=TRIES, recording=own)) is not False:
            return told
    return told


def ask_number(line: str) -> Dialogue[str]:
    """The number for the callback: the line they call from, or another one, keyed or said."""
    if line:
        same = Menu("this-line", "this-line", YES_OR_NO)
        if (yield from try_to_ask(same, tries=TRIES, digits=Digits(line[-4:]))) is not False:
            return line
    for attempt in range(1, TRIES + 1):
        number = yield from try_to_ask(Number(f"number.{attempt}", "number"), tries=TRIES)
        if number is None:
            return ""
        right = Menu(f"number.{attempt}.right", "number.right", YES_OR_NO)
        if (yield from try_to_ask(right, tries=TRIES, digits=Digits(number))):
            return number
    return ""
