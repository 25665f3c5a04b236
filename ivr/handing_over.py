"""A person takes it from here: first a row that one is wanted, then the try to connect one, then a ring-back promised."""

from dataclasses import dataclass

from ivr.asking import NeedsAHuman, Told, overhear
from ivr.caller import Caller
from ivr.dialogue import Dialogue, do, say, transfer
from tickets.commands import HandOver, Reason

AGENT = "agent"  #: of a transfer: the caller's proxy agent

#: what is said first, by the reason
FIRST = {Reason.NOT_UNDERSTOOD: "not-understood", Reason.BUSY: "recorded"}


@dataclass(slots=True)
class Notes:
    """What a person would need to know, should the call be handed over now."""

    recording: str | None = None
    words: str = ""

    def take(self, told: Told) -> None:
        self.recording = told.recording or self.recording
        self.words = told.words.text or self.words


def hand_over(caller: Caller, notes: Notes, why: NeedsAHuman) -> Dialogue[None]:
    """The row comes first: if the line breaks now, somebody still rings back."""
    told = why.contact and caller.contact
    yield from do(
        "hand-over",
        HandOver(
            call=caller.call,
            resident=caller.resident,
            reason=why.reason,
            recording=notes.recording,
            words=notes.words,
            danger=why.danger,
            number=caller.number,
            ticket=why.ticket,
            contact=told,
            ring_back=_silent(caller, notes, why),
        ),
    )
    if told:
        yield from say("danger.contact")
    yield from say(FIRST.get(why.reason, "one-moment"))
    for number, who in enumerate(_whom(caller, why), 1):
        if (yield from transfer("operator" if number == 1 else f"operator.{number}", who)):
            return
    urgent = ".danger" if why.danger else ""
    yield from say(f"ring-back{urgent}" if caller.number else f"ring-again{urgent}")
    yield from overhear("ring-back")


def _silent(caller: Caller, notes: Notes, why: NeedsAHuman) -> bool:
    """They rang us, and nothing was heard of them."""
    nothing = not notes.recording and not notes.words and why.ticket is None
    return nothing and caller.callback is None and why.reason is Reason.NOT_UNDERSTOOD


def _whom(caller: Caller, why: NeedsAHuman) -> tuple[str, ...]:
    """Who is tried while they are on the line: where there is no danger, the neighbour who acts for them comes last."""
    return (*why.connect, AGENT) if caller.agent and not why.danger else why.connect
