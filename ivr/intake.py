"""A resident calls, tells us what they need, and is promised an answer.

Speech comes first; keys only help. Whatever is computed (transcribing, routing) is asked
for with ``do``, so that the log keeps the answer and a replay never asks twice.
"""

from dataclasses import replace

from ivr.asking import NeedsAHuman, Story, Told, ask_once, confirm
from ivr.callback import anything_else, deliver, last_word
from ivr.caller import Caller
from ivr.contrast import settle
from ivr.danger import heed
from ivr.dialogue import Clip, Dialogue, Moment, Name, Value, do, say
from ivr.extra import ask_extra
from ivr.handing_over import Notes, hand_over
from ivr.looking_up import asks_for_an_answer, look_up
from ivr.place import settle_place
from ivr.repeats import Known, goes_along, hear_verdict, heard_before
from ivr.second_fact import is_known
from ivr.several import further, is_wanted, leave_to_a_person, open_further, with_note
from ivr.who import ask_who
from routing.commands import FindWay, Way
from speech.commands import LATER, ListenAgain, Words
from speech.confidence import understood
from tickets.commands import NoteCaller, OpenTicket, Reason, Receipt, TellAgain

TRIES = 3  #: how often the need is asked for before a person listens
UNCLEAR = 2  #: how often speech may not be understood: dialect, noise, a failing engine
ROUNDS = 3  #: how often it may be told afresh after "no, that is not it"


def answer_call(caller: Caller) -> Dialogue[None]:
    notes = Notes()
    yield from say("welcome")
    try:
        known = yield from is_known(caller)
        if not known:
            caller = replace(caller, answers=(), draft=None)
        if caller.answers and (yield from deliver(caller.answers, caller.call)):
            yield from go_on(caller, notes)
        else:
            yield from take_need(caller, notes)
        yield from last_word()
    except NeedsAHuman as why:
        yield from hand_over(caller, notes, why)


def go_on(caller: Caller, notes: Notes) -> Dialogue[None]:
    """They heard what was done; another need is taken like any other, in the same call."""
    if (yield from anything_else()):
        yield from take_need(caller, notes)
    else:
        yield from say("callback.goodbye")


def take_need(caller: Caller, notes: Notes, before: Told | None = None) -> Dialogue[None]:
    """``before``: what they said already, in a call that broke off."""
    heard = yield from hear_need(caller, notes, before)
    if heard is None:
        yield from look_up(caller.call)
        yield from go_on(caller, notes)
        return
    told, way = heard
    need = OpenTicket(
        call=caller.call,
        resident=caller.resident,
        recording=told.recording or None,
        words=told.words.text,
        department=way.department,
        service=way.service,
        by_agent=way.by_agent,
        language=told.words.language or caller.language,
        number=caller.number,
        draft=caller.draft.waiting if caller.draft else None,
    )
    where = yield from settle_place(way)
    need = replace(need, place=where.text, place_recording=where.recording)
    note = yield from take_down("", caller, need, extra=way.extra)
    yield from take_further(caller, told, way, note)
    yield from say("goodbye")


def take_down(
    key: str,
    caller: Caller,
    need: OpenTicket,
    note: NoteCaller | None = None,
    *,
    extra: bool = False,
) -> Dialogue[NoteCaller]:
    """A confirmed need gets a ticket and a promise, or stays with the one it was told for before.

    Returns what is noted of its caller; ``note`` is what they have said of themselves already.
    """
    known = yield from heard_before(key, caller, need)
    if known and known.own:
        receipt = yield from do(f"{key}open", TellAgain(ticket=known.ticket, need=need))
        yield from tell_again(key, caller, known, receipt, need)
        return note or NoteCaller(ticket=receipt.number, number=caller.number)
    opened = replace(need, joins=known.ticket) if known else need
    receipt = yield from do(f"{key}open", opened)
    if extra and need.service and not receipt.joined:
        yield from ask_extra(key, receipt.number, need.service, need.language)
    if caller.resident is not None:
        note = NoteCaller(ticket=receipt.number, number=caller.number)
    elif note is None:
        asked = ask_who(caller, receipt.number)
        note = yield from with_note(asked, NoteCaller(ticket=receipt.number, number=caller.number))
    else:
        yield from do(f"{key}who", replace(note, ticket=receipt.number))
    if known and receipt.joined:
        yield from goes_along(known, receipt, note.number)
    else:
        yield from promise(receipt, note.number)
    return note


def tell_again(
    key: str, caller: Caller, known: Known, receipt: Receipt, need: OpenTicket
) -> Dialogue[None]:
    """Their own ticket goes on; where it ended while we asked, they have a new one."""
    if receipt.number != known.ticket:
        yield from promise(receipt, caller.number)
    elif known.state == "handled":
        yield from hear_verdict(key, caller, known, need)
    else:
        yield from goes_along(known, receipt, caller.number)


def take_further(caller: Caller, told: Told, way: Way, note: NoteCaller) -> Dialogue[None]:
    """Whatever else was told in the same story: a ticket and a promise of its own, if they want that."""
    for place, also in enumerate(further(way), 1):
        key = f"also.{place}"
        wanted = yield from is_wanted(key, also)
        if wanted is None:
            yield from leave_to_a_person(key, caller, told, also, note.number)
        elif wanted:
            need = open_further(caller, told, also, note.number)
            yield from take_down(f"{key}.", caller, need, note)


def hear_need(
    caller: Caller, notes: Notes, before: Told | None
) -> Dialogue[tuple[Told, Way] | None]:
    """Listen, find who deals with it, ask where that is not sure, read it back, until the caller says that this is it.

    None: it is no need, a caller nobody knows by their line asks what became of an earlier one.
    """
    told = before or (yield from resume_draft(caller))
    for number in range(1, ROUNDS + 1):
        key = f"need.{number}"
        told = told or (yield from listen(key, notes, afresh=number > 1))
        notes.take(told)
        way = yield from find_way(key, told, caller)
        if caller.resident is None and asks_for_an_answer(told.words.text):
            return None
        way = yield from settle(number, way)
        prompt, values = read_back(told, way, has_agent=caller.agent)
        if (yield from confirm(f"{key}.right", prompt, tries=TRIES, **values)):
            return told, way
        if told.recording:
            yield from do(f"{key}.doubted", ListenAgain(told.recording))
        told = None
    raise NeedsAHuman(Reason.NOT_UNDERSTOOD)


def listen(key: str, notes: Notes, *, afresh: bool) -> Dialogue[Told]:
    """Ask for the need; what was recorded but not understood is kept for the person who listens.

    Speech that no engine here understands is asked for once more, and never guessed at.
    """
    question, prompt, unclear = Story(key, "need"), "need.afresh" if afresh else "need", 0
    for attempt in range(1, TRIES + 1):
        told = yield from ask_once(question, attempt, prompt)
        prompt = "need.again"
        if told is None:
            continue
        notes.take(told)
        if told.words.text and understood(told.words):
            return told
        yield from hear_danger(f"{key}.{attempt}", told)
        unclear, prompt = unclear + 1, "need.unclear"
        if unclear == UNCLEAR:
            break
    raise NeedsAHuman(Reason.NOT_UNDERSTOOD)


def hear_danger(key: str, told: Told) -> Dialogue[None]:
    """Of words that are not sure enough for a ticket: a cry for help counts all the same."""
    if told.words.engine == LATER:
        raise NeedsAHuman(Reason.BUSY)
    if told.words.text:
        way = yield from do(f"{key}.way", FindWay(told.words.text, told.words.language or "zh"))
        if way.danger:
            yield from heed(key, way.danger)


def resume_draft(caller: Caller) -> Dialogue[Told | None]:
    """The last call from this line broke off: shall we go on where it stopped?

    What was said is not played before somebody says that it was theirs.
    """
    draft = caller.draft
    if draft is None or not draft.words:
        return None
    if not (yield from confirm("resume", "resume")):
        return None
    return Told(draft.recording, Words(text=draft.words, engine="draft"))


def find_way(key: str, told: Told, caller: Caller) -> Dialogue[Way]:
    way = yield from do(
        f"{key}.way", FindWay(told.words.text, told.words.language or caller.language, caller.home)
    )
    if way.danger:
        yield from heed(key, way.danger)
    return way


def read_back(told: Told, way: Way, *, has_agent: bool) -> tuple[str, dict[str, Value]]:
    """The prompt that plays the resident's own recording and names who will deal with it."""
    own: Value = Clip(told.recording) if told.recording else told.words.text
    if way.department is None:
        return "right.unrouted", {"recording": own}
    values: dict[str, Value] = {
        "recording": own,
        "department": Name("department", way.department),
        "service": Name("service", way.service or ""),
    }
    return ("right.agent" if way.by_agent and has_agent else "right"), values


def promise(receipt: Receipt, number: str) -> Dialogue[None]:
    """What happens next and by when; without a number the answer waits for their next call."""
    who = "promise" if receipt.assignee else "promise.unrouted"
    yield from say(who, handle=Moment(receipt.handle))
    how = "promise.callback" if number else "promise.next-call"
    yield from say(how, feedback=Moment(receipt.feedback, hour=False))
