"""Everybody else: residents who ring, departments, whoever looks after those that wait, whoever goes there.

What they do is what the pages and the telephone let them do, by the same functions of the ticket desk.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal, TypeAlias

from sqlalchemy.orm import Session

from hotline.rehearsal.agenda import Agenda, Chance
from hotline.rehearsal.community import Community
from hotline.rehearsal.residents import Need, Person
from routing.catalogue import load as load_catalogue
from tickets import desk
from tickets.callbacks import answers_waiting, untold
from tickets.commands import HandOver, Judge, OpenTicket, Reason, Tell, Verdict
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.policy import Policy
from tickets.visiting import Seen, make_visit, nobody_there
from tickets.visits import Visit, VisitState
from tickets.waiting import Waiting, close_waiting, take_waiting

HOTLINE, PERSON, VISITOR = "hotline", "supervisor: rehearsal", "agent: rehearsal"
KEYS = {Verdict.SOLVED: "key 1", Verdict.HALF_SOLVED: "key 2", Verdict.NOT_SOLVED: "key 3"}


#: what became of a need: a ticket, somebody who waits for a person; or it was about a result, and answered
Fate: TypeAlias = tuple[Literal["ticket", "waiting", "answered"], int]


@dataclass(slots=True, kw_only=True)
class Others:
    community: Community
    policy: Policy
    chance: Chance
    agenda: Agenda
    people: dict[int, Person]
    #: what became of each need: a ticket, or somebody who waits for a person
    fates: dict[int, Fate] = field(default_factory=dict)
    needs: dict[int, Need] = field(default_factory=dict)  #: by resident, the one told last
    _sent_back: set[int] = field(default_factory=set)

    # --- residents

    def told(self, need: Need, session: Session, at: datetime) -> None:
        """A need is told, with the outcome that the conversation would have."""
        self.needs[need.resident] = need
        who = self.people[need.resident]
        for ticket in answers_waiting(session, resident=who.id) if who.number else ():
            self.hears(session, ticket.id, at, how="rang us")
        draw = self.chance.of("need", need.number).random()
        of = self.community.needs
        if who.number and draw < of.to_a_person:
            self._waits(session, need, Reason.ASKED, at)
        elif who.number and draw < of.to_a_person + of.broken_off:
            self._waits(session, need, Reason.DRAFT, at)
        else:
            left = draw - of.to_a_person - of.broken_off
            routed = not 0 <= left < of.unrouted
            urgent = of.unrouted <= left < of.unrouted + of.urgent
            self._opened(session, need, at, routed=routed, urgent=urgent)

    def hears(self, session: Session, ticket: int, at: datetime, *, how: str) -> None:
        """Somebody is told a result, and says what they think of it."""
        desk.tell(session, Tell(ticket=ticket, call=None), at=at, by=how)
        verdict = self.verdict(session, ticket)
        judged = desk.judge(
            session, Judge(ticket=ticket, verdict=verdict, evidence=KEYS[verdict]), at=at
        )
        self.given(judged, at)

    def verdict(self, session: Session, ticket: int) -> Verdict:
        reopened = session.get_one(Ticket, ticket).reopened
        draw, of = self.chance.of("verdict", ticket, reopened).random(), self.community
        if draw < of.solved:
            return Verdict.SOLVED
        return Verdict.HALF_SOLVED if draw < of.solved + of.half_solved else Verdict.NOT_SOLVED

    def still(self, ticket: int) -> bool:
        return self.chance.of("still", ticket).random() < self.community.still

    def _opened(
        self, session: Session, need: Need, at: datetime, *, routed: bool = True,
        urgent: bool = False, draft: int | None = None,
    ) -> None:  # fmt: skip
        command = OpenTicket(
            call=None,
            resident=need.resident,
            recording=None,
            words=need.words,
            department=need.department if routed else None,
            service=need.service if routed else None,
            number=self.people[need.resident].number,
            urgent=urgent,
            draft=draft,
        )
        targets = load_catalogue().targets_of(command.service)
        by = HOTLINE if draft is None else PERSON
        receipt = desk.open_ticket(session, command, at=at, by=by, targets=targets)
        self.fates[need.number] = ("ticket", receipt.number)
        self.given(session.get_one(Ticket, receipt.number), at)

    def _waits(self, session: Session, need: Need, reason: Reason, at: datetime) -> None:
        command = HandOver(
            call=None,
            resident=need.resident,
            reason=reason,
            number=self.people[need.resident].number,
            ring_back=reason is Reason.DRAFT,
        )
        self.fates[need.number] = ("waiting", desk.hand_over(session, command, at=at).id)

    def goes_on(self, session: Session, waiting: int | None, at: datetime) -> None:
        """Who was cut off is rung back, and tells their need to its end."""
        row = session.get(Waiting, waiting) if waiting else None
        need = self.needs.get(row.resident_id or 0) if row else None
        if row and need and row.closed_at is None:
            self._opened(session, need, at, draft=row.id)

    # --- departments

    def given(self, ticket: Ticket, at: datetime) -> None:
        """Whoever was given a ticket takes it on after a while."""
        if ticket.status is Status.ASSIGNED:
            length = self.community.take.of(urgent=ticket.urgent)
            key = ("take", ticket.id, ticket.reopened, ticket.id in self._sent_back)
            when = self.chance.later(self.policy, at, length, *key)
            self.agenda.put(when, partial(self._take, ticket.id))

    def _take(self, number: int, session: Session, at: datetime) -> None:
        ticket = desk.ticket_of(session, number)
        if ticket.status is not Status.ASSIGNED:
            return
        by = f"department:{ticket.department}"
        sent_back = self.chance.of("returned", number).random() < self.community.returned
        if sent_back and number not in self._sent_back:
            self._sent_back.add(number)
            desk.hand_back(session, number, reason="not ours", by=by, at=at)
            return
        desk.take(session, number, by=by, at=at)
        length = self.community.deal.of(urgent=ticket.urgent)
        when = self.chance.later(self.policy, at, length, "deal", number, ticket.reopened)
        self.agenda.put(when, partial(self._deal, number))

    def _deal(self, number: int, session: Session, at: datetime) -> None:
        ticket = desk.ticket_of(session, number)
        if ticket.status is Status.TAKEN:
            by = f"department:{ticket.department}"
            desk.handle(session, number, by=by, at=at, result_words="dealt with")

    # --- those who look after the waiting list, and go there

    def notice(self, row: object) -> None:
        """Something has come up for people."""
        if isinstance(row, Waiting):
            when = self.chance.later(
                self.policy, self.agenda.now, self.community.look, "look", row.id
            )
            self.agenda.put(when, partial(self._look, row.id))
        elif isinstance(row, Visit):
            self._goes(row.id, 0, self.agenda.now)

    def _look(self, number: int, session: Session, at: datetime) -> None:
        waiting = session.get_one(Waiting, number)
        if waiting.closed_at is not None:
            return
        take_waiting(session, number, by=PERSON, at=at)
        need = self.needs.get(waiting.resident_id or 0)
        if waiting.ticket_id is None and need is not None:
            self._opened(session, need, at, draft=number)
            return
        ticket = session.get(Ticket, waiting.ticket_id) if waiting.ticket_id else None
        if ticket is not None and ticket.status is Status.OPEN and need is not None:
            department = ticket.department or need.department
            desk.reroute(session, ticket.id, by=PERSON, at=at, department=department)
            self.given(ticket, at)
        close_waiting(session, number, by=PERSON, at=at, note="looked after")

    def _goes(self, number: int, times: int, at: datetime) -> None:
        when = self.chance.later(self.policy, at, self.community.go, "go", number, times)
        self.agenda.put(when, partial(self._visit_them, number, times))

    def _visit_them(self, number: int, times: int, session: Session, at: datetime) -> None:
        visit = session.get_one(Visit, number)
        if visit.state is not VisitState.ORDERED:
            return
        if self.chance.of("there", number, times).random() >= self.community.somebody_there:
            nobody_there(session, number, by=VISITOR, at=at)
            self._goes(number, times + 1, at)
            return
        verdicts = {one: self.verdict(session, one) for one in untold(session, visit.callback)}
        seen = Seen(note="was there", witness="a neighbour", verdicts=verdicts)
        make_visit(session, number, seen, by=VISITOR, at=at)
        for one in verdicts:
            self.given(session.get_one(Ticket, one), at)
