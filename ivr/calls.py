"""Calls as stored, and the one thing that happens to them: a turn is taken."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.caller import EDITION, Caller
from ivr.dialogue import Dialogue, Heard, Listen, Transfer
from ivr.engine import Entry, Log, Perform, ScriptChanged, Turn, play
from ivr.intake import answer_call
from ivr.notice import give_notice
from ivr.outgoing import ask_again, call_back, ring_back
from ivr.repeats import REPEATS
from ivr.wording import LANGUAGES
from store.base import Base
from store.seal import Sealed, SealedJson

CALLER = "caller"  #: key of entry 0


class Purpose(StrEnum):
    INTAKE = "intake"  #: a resident rings us
    CALLBACK = "callback"  #: we ring them with a result
    RING_BACK = "ring_back"  #: we ring somebody who was cut off, missed or silent
    ASK_AGAIN = "ask_again"  #: we ask whether it is still solved
    NOTICE = "notice"  #: we tell somebody who works here that a promise is late


class Ending(StrEnum):
    """How a call ended; every call gets exactly one."""

    TICKET = "ticket"
    HUMAN = "human"  #: a person was reached, or rings back
    DRAFT = "draft"  #: broken off before the need was confirmed: kept, and rung back
    TOLD = "told"  #: a result was delivered, and no new need told
    MISSED = "missed"  #: a callback that did not
    CLOSED = "closed"  #: rung back, and they need nothing


#: the conversation for each purpose
SCRIPTS: Mapping[Purpose, Callable[[Caller], Dialogue[None]]] = {
    Purpose.INTAKE: answer_call,
    Purpose.CALLBACK: call_back,
    Purpose.RING_BACK: ring_back,
    Purpose.ASK_AGAIN: ask_again,
    Purpose.NOTICE: give_notice,
}


class Call(Base):
    """One telephone call, in or out."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    line: Mapped[str] = mapped_column(String(32))  #: "simulated", "keyboard", ...
    purpose: Mapped[Purpose]
    number: Mapped[str | None] = mapped_column(Sealed("calls.number"))  #: None: withheld
    number_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    resident_id: Mapped[int | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(8))
    process: Mapped[str] = mapped_column(
        String(128)
    )  #: which process carries it, see hotline.recover
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ending: Mapped[Ending | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(64))

    entries: Mapped[list["CallEntry"]] = relationship(order_by="CallEntry.seq")

    @property
    def caller(self) -> Caller:
        return Caller.of(self.entries[0].heard["result"])

    @property
    def log(self) -> list[Entry]:
        """What was answered and done, without entry 0."""
        return [Entry(row.key, Heard(**row.heard)) for row in self.entries[1:]]

    def dialogue(self) -> Dialogue[None]:
        """To go on with. Raises ``ScriptChanged`` where the call was begun by another edition."""
        if self.caller.edition != EDITION:
            raise ScriptChanged(f"edition {self.caller.edition} of the script; this is {EDITION}")
        return self.script()

    def script(self) -> Dialogue[None]:
        """To be told again, as far as this edition of the script still fits the log."""
        return SCRIPTS[self.purpose](self.caller)

    @property
    def confirmed(self) -> bool:
        """A need was read back and found right: what is asked after that cannot lose it."""
        return any(row.key == REPEATS for row in self.entries)

    @property
    def told(self) -> list[int]:
        """Numbers of the tickets its needs were written to, in their order: new ones, and those told again."""
        opened = [row for row in self.entries if row.key == "open" or row.key.endswith(".open")]
        return list(dict.fromkeys(row.heard["result"]["number"] for row in opened))

    @property
    def spoken(self) -> str:
        """The language we speak by now: the one in which they were last understood, if we can."""
        told = [row.heard["result"] or {} for row in self.entries if row.key.endswith(".words")]
        known = [one["language"] for one in told if one.get("language") in LANGUAGES]
        return known[-1] if known else self.language

    def result_of(self, key: str) -> dict[str, Any] | None:
        """What a ``do`` of this call resulted in, the last of that name."""
        found = [row.heard["result"] for row in self.entries if row.key == key]
        return found[-1] if found else None

    def end(self, ending: Ending, at: datetime) -> bool:
        """Give the call its ending; False if it has one already."""
        if self.ended_at is not None:
            return False
        self.ending, self.ended_at = ending, at
        return True


class CallEntry(Base):
    """One answer or result; (call, seq) makes a repeated delivery harmless. Never edited."""

    __tablename__ = "call_entries"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(128))
    heard: Mapped[dict[str, Any]] = mapped_column(SealedJson("call_entries.heard"))
    at: Mapped[datetime]


def open_call(caller: Caller, **facts: Any) -> Call:
    """A call that begins now, with what is known of the caller frozen as entry 0."""
    call = Call(id=caller.call, resident_id=caller.resident, language=caller.language, **facts)
    first = asdict(Heard(result=caller.data()))
    call.entries.append(CallEntry(seq=0, key=CALLER, heard=first, at=call.started_at))
    return call


def take_turn(
    call: Call, perform: Perform, *, answer: tuple[int, Heard] | None, at: datetime
) -> Turn:
    """Hear one answer, or none, and say what comes next.

    An answer carries the number of the turn it answers (the length of the log it was asked
    from): delivered twice, it is heard once.
    """
    log = Log.of(call.log)
    turn = play(call.dialogue(), log, perform)
    if answer and answer[0] == len(log.entries) and isinstance(turn.then, Listen | Transfer):
        log = Log.of([*log.entries, Entry(turn.then.key, answer[1])])
        turn = play(call.dialogue(), log, perform)
    for seq, entry in enumerate(log.entries[len(call.entries) - 1 :], len(call.entries)):
        call.entries.append(CallEntry(seq=seq, key=entry.key, heard=asdict(entry.heard), at=at))
    return turn


def ending_of(call: Call) -> Ending:
    """The ending a call has earned by what its log holds."""
    keys = {row.key for row in call.entries}
    told = any(key.endswith((".told", ".asked")) for key in keys)
    if "hand-over" in keys:
        return Ending.HUMAN
    if "open" in keys:
        return Ending.TICKET
    if "back.left" in keys:
        return Ending.CLOSED
    if told:
        return Ending.TOLD
    return Ending.DRAFT if call.purpose is Purpose.INTAKE else Ending.MISSED
