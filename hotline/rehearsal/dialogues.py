"""A sample of the calls goes through the real dialogues: turn by turn, without sound, with answers from a script."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.house import House
from hotline.reception import answer_phone
from hotline.rehearsal.others import Fate, Others
from hotline.rehearsal.residents import Need
from ivr.calls import Call
from ivr.conversation import Conversation
from ivr.dialogue import Heard, Kind, Listen, Transfer
from tickets.commands import Verdict
from tickets.models import Ticket
from tickets.waiting import Waiting

LONGEST = 80  #: turns; a call that goes on longer goes round in circles
VERDICTS = {Verdict.SOLVED: "1", Verdict.HALF_SOLVED: "2", Verdict.NOT_SOLVED: "3"}
#: questions to which the answer is no, by a piece of their key: danger now, the same again, anything else
NO = ("danger", "same", "else", "also.", "elsewhere", "resume")

Answer = Callable[[Listen], Heard]


class GoesRound(Exception):
    """A dialogue did not end."""


@dataclass(slots=True, kw_only=True)
class Sample:
    """Every so-many-th call, intakes and callbacks alike, until there are enough."""

    house: House
    every: int
    most: int
    calls: Counter[str] = field(default_factory=Counter)  #: by kind, those that could be chosen
    endings: Counter[str] = field(default_factory=Counter)  #: by kind and ending
    turns: int = 0
    seconds: float = 0.0
    failed: Counter[str] = field(default_factory=Counter)  #: by the name of what went wrong

    @property
    def played(self) -> int:
        return sum(self.endings.values()) + sum(self.failed.values())

    def wants(self, kind: str) -> bool:
        chosen = self.every > 0 and self.calls[kind] % self.every == 0 and self.played < self.most
        self.calls[kind] += 1
        return chosen

    def intake(self, need: Need, others: Others) -> None:
        """A resident rings and tells a need; results that wait for them are told first."""
        others.needs[need.resident] = need
        number = others.people[need.resident].number
        conversation = answer_phone(self.house, line="rehearsal", number=number, language="zh")
        self._play("intake", conversation, _caller(need.words, self._verdicts(others)))
        with self.house.database.read() as session:
            others.fates[need.number] = _fate(session.get_one(Call, conversation.call), session)
            mine = select(Ticket).where(Ticket.call_id == conversation.call).order_by(Ticket.id)
            for ticket in session.scalars(mine).all():
                others.given(ticket, self.house.now())

    def callback(self, conversation: Conversation, words: str | None, others: Others) -> None:
        """We ring; ``words`` they have for what they need, None where it is not the resident who answers."""
        answer = _elsebody if words is None else _caller(words, self._verdicts(others))
        self._play("callback", conversation, answer)

    def _verdicts(self, others: Others) -> Callable[[str], str]:
        """By the key of the question."""

        def verdict(key: str) -> str:
            kind, _, rest = key.partition(".")
            if kind != "answer":
                return VERDICTS[Verdict.SOLVED]
            ticket = int(rest.partition(".")[0])
            with self.house.database.read() as session:
                return VERDICTS[others.verdict(session, ticket)]

        return verdict

    def _play(self, kind: str, conversation: Conversation, answer: Answer) -> None:
        began = perf_counter()
        try:
            self._turns(conversation, answer)
            ending = conversation.hang_up()
            self.endings[f"{kind}: {ending}"] += 1
        except Exception as problem:  # noqa: BLE001  # counted, and told in the end
            self.failed[f"{kind}: {type(problem).__name__}"] += 1
        self.seconds += perf_counter() - began

    def _turns(self, conversation: Conversation, answer: Answer) -> None:
        heard: Heard | None = None
        for _ in range(LONGEST):
            turn = conversation.turn(heard)
            self.turns += 1
            match turn.then:
                case None:
                    return
                case Listen() as listen:
                    heard = answer(listen)
                case Transfer():
                    heard = Heard(result={"connected": False})
                case _:
                    heard = None
        raise GoesRound


def _fate(call: Call, session: Session) -> Fate:
    """What became of the need that was told in it."""
    if call.told:
        return ("ticket", call.told[0])
    waits = select(Waiting.id).where(Waiting.call_id == call.id).order_by(Waiting.id)
    waiting = session.scalars(waits).first()
    return ("waiting", waiting) if waiting else ("answered", 0)


def _caller(words: str, verdict: Callable[[str], str]) -> Answer:
    """Somebody who says what they need where words are asked for, and presses keys elsewhere."""

    def answer(listen: Listen) -> Heard:
        if listen.kind is not Kind.CHOICE:
            return Heard(words=words if listen.kind is Kind.STORY else "")
        if ".verdict" in listen.key:
            return Heard(digits=verdict(listen.key))
        return Heard(digits="2" if any(one in listen.key for one in NO) else "1")

    return answer


def _elsebody(listen: Listen) -> Heard:
    """They listen, and it was not they who rang."""
    if listen.kind is Kind.KEY:
        return Heard()
    return Heard(digits="1" if listen.key.endswith(".gate.1") else "2")
