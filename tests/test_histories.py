"""Whatever happens in whatever order: one writer of the status, nothing solved without evidence, nothing owed lost.

Hypothesis makes up histories of several tickets of three people: people deal with them, clocks fire, dials end in every
way, visits are made, residents ring, judge, and are asked again. ``HOTLINE_HISTORIES=600`` is the long form.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text

from store.database import Database
from tickets import desk
from tickets.callbacks import (
    Aim,
    Callback,
    CallbackState,
    answers_waiting,
    begin_dial,
    callback_of,
    callbacks_due,
    untold,
)
from tickets.clocks import Clock
from tickets.commands import (
    AnswerAgain,
    HandOver,
    Judge,
    NotReached,
    OpenTicket,
    Rate,
    Reason,
    Satisfaction,
    Tell,
    Verdict,
)
from tickets.dialling import COMPLETED, dial_ended
from tickets.joining import join, split
from tickets.ladder import fire
from tickets.lifecycle import MOVES, IllegalMove, Status
from tickets.misses import part_of
from tickets.models import Ticket, TimerState
from tickets.pausing import resume
from tickets.policies import policy_of, use
from tickets.policy import Miss, default_text
from tickets.register import Known, Register
from tickets.ring_backs import they_ring
from tickets.timers import claim_due
from tickets.verdicts import Question, VerdictRow
from tickets.visiting import Seen, make_visit, nobody_there
from tickets.visits import Visit, VisitState, visits_ordered
from tickets.waiting import AlreadyTaken, Waiting, close_waiting, take_waiting, waiting_now

MANY = int(os.environ.get("HOTLINE_HISTORIES", "0"))
MONDAY = datetime(2026, 1, 5, 1, tzinfo=UTC)  # nine in the morning in Shanghai
EVENTS = {event.__name__: event for moves in MOVES.values() for event in moves}
#: 1 has a telephone and an agent, 2 has neither, 3 is at risk; None is on no register
PEOPLE = {1: Known(number="13800000001", agent=7), 2: Known(), 3: Known(number="13800000003", at_risk=True)}  # fmt: skip
KEYS = {Verdict.SOLVED: "key 1", Verdict.HALF_SOLVED: "key 2", Verdict.NOT_SOLVED: "key 3"}
OWING = {Status.OPEN, Status.ASSIGNED, Status.TAKEN}
RUNNING = {status: {Clock.HANDLE, Clock.FEEDBACK} for status in OWING} | {
    Status.HANDLED: {Clock.FEEDBACK}
}

nth = st.integers(0, 30)
verdict = st.sampled_from(Verdict)


class Histories(RuleBasedStateMachine):
    database: Database  #: set by the test

    def __init__(self) -> None:
        super().__init__()
        self.at = MONDAY
        self.session = self.database.sessions()
        if self.database.engine.dialect.name == "postgresql":  # the same numbers in every history
            emptied = "tickets, callbacks, waiting RESTART IDENTITY CASCADE"
            self.session.execute(text(f"TRUNCATE {emptied}"))
        self.session.info["register"] = Register(known=lambda _session, who: PEOPLE[who])
        use(self.session, default_text().replace("share = 0.1", "share = 0.5"), by="x", at=MONDAY)
        self.said: list[tuple[int, str]] = []

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    # --- what may happen

    @initialize()
    def two_had_been_opened(self) -> None:
        for who in (1, 2):
            self.opened(who=who, number=True, found=True, urgent=False)

    @rule(who=st.sampled_from([1, 2, 3, None]), number=st.booleans(), found=st.booleans(), urgent=st.booleans())  # fmt: skip
    def opened(self, who: int | None, number: bool, found: bool, urgent: bool) -> None:
        need = OpenTicket(
            call=None, resident=who, recording=None, words="灯坏了", urgent=urgent,
            department="property" if found else None, service=None, number="13911111111" if number else "",
        )  # fmt: skip
        desk.open_ticket(self.session, need, at=self.at, by="intake")

    @rule(minutes=st.sampled_from([1, 10, 60, 300, 1440, 20000]))
    def time_goes_by(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule(n=nth)
    def taken(self, n: int) -> None:
        self.tried(n, lambda t: desk.take(self.session, t, by="department:property", at=self.at))

    @rule(n=nth)
    def handled(self, n: int) -> None:
        done = {"result_words": "好了", "by": "department:property"}
        self.tried(n, lambda t: desk.handle(self.session, t, at=self.at, **done))

    @precondition(lambda self: bool(self.are(Status.ASSIGNED)))
    @rule(n=nth)
    def taken_and_handled(self, n: int) -> None:
        ids = self.are(Status.ASSIGNED)
        ticket = ids[n % len(ids)]
        desk.take(self.session, ticket, by="department:property", at=self.at)
        done = {"result_words": "好了", "by": "department:property"}
        desk.handle(self.session, ticket, at=self.at, **done)

    @precondition(lambda self: bool(self.are(Status.ASSIGNED)))
    @rule(n=nth, word=verdict)
    def taken_handled_and_heard(self, n: int, word: Verdict) -> None:
        self.taken_and_handled(n=n)
        if self.owed():  # not where somebody goes there
            self.a_dial_reached_them(word=word, first_only=False, withdrawn=False)

    @precondition(lambda self: bool(self.owed()))
    @rule(outcome=st.sampled_from([Miss.NO_ANSWER, Miss.MACHINE, Miss.FAILED, Miss.REFUSED]))
    def nobody_was_reached_for_days(self, outcome: Miss) -> None:
        for _ in range(6):
            if self.owed():
                self.a_dial_missed(outcome=outcome)

    @precondition(lambda self: bool(self.are(Status.OPEN)))
    @rule(n=nth)
    def given_out(self, n: int) -> None:
        ids = self.are(Status.OPEN)
        number = ids[n % len(ids)]
        desk.reroute(self.session, number, by="x", at=self.at, department="housing")

    @rule(n=nth)
    def handed_back(self, n: int) -> None:
        back = {"reason": "not ours", "by": "department:property"}
        self.tried(n, lambda t: desk.hand_back(self.session, t, at=self.at, **back))

    @rule(n=nth, agent=st.sampled_from([None, 7]))
    def rerouted(self, n: int, agent: int | None) -> None:
        def reroute(number: int) -> None:
            desk.reroute(
                self.session, number, by="x", at=self.at, department="housing", agent=agent
            )

        self.tried(n, reroute)

    @rule(n=nth)
    def ended(self, n: int) -> None:
        self.tried(n, lambda t: desk.end(self.session, t, reason="moved", by="x", at=self.at))

    @rule(n=nth, go_on=st.booleans())
    def waited_for_the_resident(self, n: int, go_on: bool) -> None:
        def wait(number: int) -> None:
            why = {"reason": "not at home", "by": "department:property"}
            ticket = desk.wait_for_resident(self.session, number, at=self.at, **why)
            if go_on:
                resume(self.session, ticket, why="resident", by="x", at=self.at)

        self.tried(n, wait)

    @rule(n=nth, m=nth)
    def joined(self, n: int, m: int) -> None:
        other = self.nth(m)
        if other is not None:
            self.tried(n, lambda t: join(self.session, t, other, by="supervisor:1", at=self.at))

    @rule(n=nth)
    def taken_apart(self, n: int) -> None:
        self.tried(n, lambda t: split(self.session, t, by="supervisor:1", at=self.at))

    @rule()
    def clocks_fired(self) -> None:
        for timer in claim_due(self.session, self.at):
            fire(self.session, timer.ticket_id, timer.id, timer.token or "", at=self.at)

    @precondition(lambda self: bool(self.owed()))
    @rule(outcome=st.sampled_from(Miss))
    def a_dial_missed(self, outcome: Miss) -> None:
        for callback, key in self.dialled():
            missed = NotReached(callback=callback.id, outcome=outcome)
            desk.not_reached(self.session, missed, at=self.at)
            dial_ended(self.session, key, COMPLETED, self.at)

    @precondition(lambda self: bool(self.owed()))
    @rule(word=verdict, first_only=st.booleans(), withdrawn=st.booleans())
    def a_dial_reached_them(self, word: Verdict, first_only: bool, withdrawn: bool) -> None:
        for callback, key in self.dialled():
            wanted = untold(self.session, callback)
            if withdrawn and callback.aim is Aim.RESULT:
                desk.end(self.session, wanted[-1], reason="withdrawn", by="x", at=self.at)
            for ticket in wanted[:1] if first_only else wanted:
                self.heard(ticket, word, callback.aim)
            dial_ended(self.session, key, COMPLETED, self.at)

    @rule(who=st.sampled_from([1, 2, 3]), word=verdict)
    def they_rang_and_heard(self, who: int, word: Verdict) -> None:
        they_ring(self.session, resident=who, number=PEOPLE[who].number)
        for ticket in answers_waiting(self.session, resident=who):
            self.heard(ticket.id, word, Aim.RESULT)

    @precondition(lambda self: len(waiting_now(self.session)) < 3)
    @rule(who=st.sampled_from([1, 3, None]))
    def a_call_broke_off(self, who: int | None) -> None:
        number = PEOPLE[who].number if who else "13922222222"
        draft = HandOver(
            call=None, resident=who, reason=Reason.DRAFT, number=number, ring_back=True
        )
        desk.hand_over(self.session, draft, at=self.at)

    @precondition(lambda self: bool(waiting_now(self.session)))
    @rule(n=nth, close=st.booleans())
    def somebody_took_who_waits(self, n: int, close: bool) -> None:
        rows = waiting_now(self.session)
        row = rows[n % len(rows)]
        try:
            take_waiting(self.session, row.id, by="operator:1", at=self.at)
        except AlreadyTaken:
            return
        if close:
            close_waiting(self.session, row.id, by="operator:1", at=self.at, note="talked to them")

    @precondition(lambda self: bool(visits_ordered(self.session)))
    @rule(word=verdict, there=st.booleans())
    def an_agent_went_there(self, word: Verdict, there: bool) -> None:
        for visit in visits_ordered(self.session)[:1]:
            if not there:
                nobody_there(self.session, visit.id, by="agent:7", at=self.at)
                continue
            told = untold(self.session, visit.callback)
            seen = Seen(note="看过了", witness="赵明", verdicts=dict.fromkeys(told, word))
            make_visit(self.session, visit.id, seen, by="agent:7", at=self.at)

    # --- how it is done

    def nth(self, n: int) -> int | None:
        ids = self.session.scalars(select(Ticket.id).order_by(Ticket.id)).all()
        return ids[n % len(ids)] if ids else None

    def tried(self, n: int, act) -> None:
        """A move that is not allowed changes nothing."""
        number = self.nth(n)
        if number is None:
            return
        before = self.marks()
        try:
            act(number)
        except IllegalMove:
            assert self.marks() == before

    def marks(self) -> list[tuple[int, str, int]]:
        rows = self.session.scalars(select(Ticket).order_by(Ticket.id))
        return [(row.id, row.status, len(row.history)) for row in rows]

    def are(self, status: Status) -> list[int]:
        return [one.id for one in self.tickets() if one.status is status]

    def owed(self) -> list[datetime]:
        """When calls are due."""
        self.session.flush()
        rows = select(Callback.due_at).filter_by(state=CallbackState.OWED)
        return sorted(self.session.scalars(rows))

    def dialled(self) -> list[tuple[Callback, str]]:
        """The call that is due first is waited for, written down and begun."""
        self.at = max(self.at, self.owed()[0])
        due = callbacks_due(self.session, self.at, limit=1)
        part = part_of(policy_of(self.session), self.at)
        return [(one, begin_dial(self.session, one.id, at=self.at, part=part).key) for one in due]

    def heard(self, ticket: int, word: Verdict, aim: Aim) -> None:
        """A call from the gates to the verdict, as ``ivr.callback`` plays it; a withdrawn one may be on the line still."""
        if self.session.get_one(Ticket, ticket).status is Status.ENDED:
            with pytest.raises(IllegalMove):
                desk.tell(self.session, Tell(ticket=ticket, call="c"), at=self.at)
        elif aim is Aim.ASK_AGAIN:
            still = word is Verdict.SOLVED
            answer = AnswerAgain(ticket=ticket, still=still, evidence=KEYS[word])
            desk.answer_again(self.session, answer, at=self.at)
        else:
            desk.tell(self.session, Tell(ticket=ticket, call="c"), at=self.at)
            said = Judge(ticket=ticket, verdict=word, evidence=KEYS[word])
            desk.judge(self.session, said, at=self.at)
            content = Rate(ticket=ticket, satisfaction=Satisfaction.NOT, evidence="key 3")
            desk.rate(self.session, content, at=self.at)

    # --- what always holds

    def tickets(self) -> list[Ticket]:
        self.session.flush()
        return list(self.session.scalars(select(Ticket).order_by(Ticket.id)))

    @invariant()
    def the_status_is_what_the_events_make_of_it(self) -> None:
        for ticket in self.tickets():
            status = Status.OPEN
            for event in ticket.history:
                status = MOVES[status][EVENTS[event.kind]]
            assert ticket.status is status

    @invariant()
    def what_is_solved_has_evidence(self) -> None:
        for ticket in self.tickets():
            solved = [event for event in ticket.history if event.kind == "FoundSolved"]
            rows = [row for row in self.verdicts(ticket) if row.answer == Verdict.SOLVED]
            assert [row.evidence for row in rows if row.question is Question.RESULT] == [
                event.details["evidence"] for event in solved
            ]
            if ticket.status is Status.SOLVED:
                words = [
                    r for r in self.verdicts(ticket) if r.question is not Question.SATISFACTION
                ]
                assert words[-1].answer == Verdict.SOLVED

    @invariant()
    def nothing_owed_is_lost(self) -> None:
        for ticket in self.tickets():
            if ticket.status is not Status.HANDLED:
                continue
            owed = callback_of(self.session, ticket.id)
            assert owed is not None
            if owed.state is CallbackState.VISIT:
                visit = self.session.scalars(select(Visit).filter_by(callback_id=owed.id)).one()
                assert visit.state is VisitState.ORDERED
            elif (
                owed.state is CallbackState.MISSED
            ):  # they do not want to be rung: a person was asked
                rows = select(Waiting).filter_by(reason=Reason.REFUSED)
                people = {row.ticket_id for row in self.session.scalars(rows)}
                assert people & set(owed.tickets)
            else:
                assert owed.state is CallbackState.OWED

    @invariant()
    def clocks_run_for_what_is_owed_and_for_nothing_else(self) -> None:
        for ticket in self.tickets():
            run = [one.kind for one in ticket.timers if one.state is not TimerState.STOPPED]
            later = [kind for kind in run if kind is not Clock.RESPOND]
            assert set(later) == RUNNING.get(ticket.status, set())
            assert len(run) == len(set(run))
            assert Clock.RESPOND not in run or ticket.status in {Status.OPEN, Status.ASSIGNED}

    @invariant()
    def one_call_is_owed_to_one_person(self) -> None:
        owed = self.session.scalars(
            select(Callback).filter_by(state=CallbackState.OWED, aim=Aim.RESULT)
        )
        people = [one.person for one in owed]
        assert len(people) == len(set(people))

    @invariant()
    def what_was_said_stays_said(self) -> None:
        rows = self.session.execute(
            select(VerdictRow.id, VerdictRow.answer).order_by(VerdictRow.id)
        )
        now = [(number, answer) for number, answer in rows]
        assert now[: len(self.said)] == self.said
        self.said = now

    @invariant()
    def what_came_back_twice_and_nobody_has_waits_for_a_supervisor(self) -> None:
        for ticket in self.tickets():
            if ticket.reopened >= 2 and ticket.status is Status.OPEN:
                rows = self.session.scalars(select(Waiting).filter_by(ticket_id=ticket.id)).all()
                assert {Reason.REOPENED, Reason.UNROUTED} & {row.reason for row in rows}

    def verdicts(self, ticket: Ticket) -> list[VerdictRow]:
        rows = select(VerdictRow).filter_by(ticket_id=ticket.id).order_by(VerdictRow.id)
        return list(self.session.scalars(rows))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_happens_nothing_that_is_owed_is_lost(kind, request):
    class OnThis(Histories):
        database = request.getfixturevalue(kind)

    run_state_machine_as_test(
        OnThis,
        settings=settings(
            max_examples=MANY or (40 if kind == "sqlite" else 20),
            stateful_step_count=50 if MANY else 20,
            deadline=None,
            database=None,
            derandomize=not MANY,
            suppress_health_check=list(HealthCheck),
        ),
    )
