"""Verdicts are evidence: each has something behind it, nobody changes one, and some are asked about again."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from store.looks import look
from store.recordings import Recording
from tests.test_visits import handled, missed, resident
from tickets import desk
from tickets.asking_again import is_chosen
from tickets.callbacks import Aim, Callback, CallbackState, begin_dial, callbacks_due
from tickets.commands import AnswerAgain, Judge, NotReached, Rate, Satisfaction, Tell, Verdict
from tickets.lifecycle import IllegalMove, Status
from tickets.models import Ticket, TimerState
from tickets.policies import policy_of
from tickets.verdicts import (
    CHECKED,
    Given,
    NoEvidence,
    Question,
    VerdictRow,
    to_check,
    verdicts_of,
)
from tickets.visiting import NotOrdered, NotWitnessed, Seen, make_visit, nobody_there, send
from tickets.visits import Visit, VisitState

SOLVED, HALF, NOT = Verdict.SOLVED, Verdict.HALF_SOLVED, Verdict.NOT_SOLVED
KEYS = {SOLVED: "key 1", HALF: "key 2", NOT: "key 3"}


@pytest.fixture
def session(database):
    with database.write() as session:
        yield session


def judged(session, at, verdict: Verdict, ticket: int | None = None) -> int:
    """Told, and judged with a key."""
    ticket = ticket or handled(session, at)
    desk.tell(session, Tell(ticket=ticket, call="c2"), at=at)
    word = Judge(ticket=ticket, verdict=verdict, evidence=KEYS[verdict])
    desk.judge(session, word, at=at)
    return ticket


def dealt_with_again(session, ticket: int, at) -> None:
    desk.take(session, ticket, by="department:property", at=at)
    desk.handle(session, ticket, by="department:property", at=at, result_words="again")


@pytest.mark.parametrize("evidence", ["", "key", "key ", "no such recording", "visit 1", "visit x"])
def test_a_verdict_without_anything_behind_it_does_not_count(session, at, evidence):
    ticket = handled(session, at)
    desk.tell(session, Tell(ticket=ticket, call="c2"), at=at)
    with pytest.raises(NoEvidence):
        desk.judge(session, Judge(ticket=ticket, verdict=SOLVED, evidence=evidence), at=at)
    assert session.get_one(Ticket, ticket).status is Status.TOLD
    assert verdicts_of(session, ticket) == []


def test_a_word_counts_by_its_recording(session, at):
    session.add(Recording(id="said", call_id="c2", key="answer", started_at=at, seconds=1.0))
    ticket = handled(session, at)
    desk.tell(session, Tell(ticket=ticket, call="c2"), at=at)
    desk.judge(session, Judge(ticket=ticket, verdict=SOLVED, evidence="said"), at=at)
    [row] = verdicts_of(session, ticket)
    assert (row.answer, row.given, row.by, row.contacted) == (SOLVED, Given.WORD, "resident", False)


def test_how_content_they_are_is_a_row_of_its_own(session, at):
    ticket = judged(session, at, SOLVED)
    content = Rate(ticket=ticket, satisfaction=Satisfaction.BASICALLY, evidence="key 2")
    desk.rate(session, content, at=at)
    rows = verdicts_of(session, ticket)
    assert [(row.question, row.answer) for row in rows] == [("result", "solved"), ("satisfaction", "basically")]  # fmt: skip
    assert session.get_one(Ticket, ticket).status is Status.SOLVED


def test_nobody_can_change_or_delete_a_verdict(database, at):
    with database.write() as session:
        judged(session, at, NOT)
    for forbidden in (
        update(VerdictRow).values(answer="solved"),
        delete(VerdictRow),
        text("UPDATE verdicts SET contacted = contacted"),
    ):
        with pytest.raises(DatabaseError, match="never"), database.write() as session:
            session.execute(forbidden)
    with database.read() as session:
        assert session.scalars(select(VerdictRow.answer)).all() == ["not_solved"]


@pytest.mark.parametrize(
    ("who", "how", "flagged"),
    [
        ("department:3", "unmask", True),
        ("agent:4", "contact", True),
        ("department:3", "view", False),
        ("supervisor:1", "unmask", False),
    ],
)
def test_a_verdict_that_improved_after_somebody_could_have_rung_is_for_a_supervisor(
    session, at, who, how, flagged
):
    ticket, later = judged(session, at, NOT), at + timedelta(days=1)
    look(session, who=who, what=f"ticket:{ticket}", how=how, at=at + timedelta(hours=2))
    dealt_with_again(session, ticket, later)
    judged(session, later, SOLVED, ticket)
    found = to_check(session)
    assert [row.answer for row in found] == (["solved"] if flagged else [])
    for row in found:
        look(session, who="supervisor:1", what=f"verdict:{row.id}", how=CHECKED, at=later)
    assert to_check(session) == []


def test_a_tenth_is_asked_again_and_the_key_decides_which(session, keyring, at):
    policy, tickets = policy_of(session), [Ticket(id=one, reopened=0) for one in range(4000)]
    chosen = [one.id for one in tickets if is_chosen(session, policy, one)]
    assert 0.08 < len(chosen) / len(tickets) < 0.12
    again = [one.id for one in (Ticket(id=n, reopened=1) for n in chosen) if is_chosen(session, policy, one)]  # fmt: skip
    assert len(again) < len(chosen) / 4


def asked_again(session, at) -> Callback:
    """The first ticket that is drawn: its callback."""
    while True:
        judged(session, at, SOLVED)
        found: Callback | None = session.scalars(
            select(Callback).where(Callback.aim == Aim.ASK_AGAIN)
        ).first()
        if found:
            return found


def test_two_weeks_later_it_still_holds(session, at):
    callback = asked_again(session, at)
    assert callback.due_at >= at + timedelta(days=14)
    assert callback not in callbacks_due(session, at + timedelta(days=13))
    [ticket] = callback.tickets
    desk.answer_again(session, AnswerAgain(ticket=ticket, still=True, evidence="key 1"), at=at)
    assert session.get_one(Ticket, ticket).status is Status.SOLVED
    assert callback.state is CallbackState.TOLD
    assert verdicts_of(session, ticket)[-1].question is Question.STILL


def test_two_weeks_later_it_does_not_hold_and_goes_back(session, at):
    [ticket] = asked_again(session, at).tickets
    no = AnswerAgain(ticket=ticket, still=False, evidence="key 2", why="r9", why_words="又漏了")
    row = desk.answer_again(session, no, at=at)
    assert (row.status, row.reopened) == (Status.ASSIGNED, 1)
    assert row.history[-2].details["why"] == "r9"
    assert sum(timer.state is TimerState.ARMED for timer in row.timers) == 2
    with pytest.raises(IllegalMove):
        desk.answer_again(session, no, at=at)


def test_who_cannot_be_asked_again_is_left_alone(session, at):
    callback = asked_again(session, at)
    while callback.state is CallbackState.OWED:
        when = callback.due_at
        begin_dial(session, callback.id, at=when, part=f"{when:%Y-%m-%d} 0")
        desk.not_reached(session, NotReached(callback=callback.id, outcome="no_answer"), at=when)
    assert callback.state is CallbackState.MISSED
    assert session.scalars(select(Visit)).all() == []


def visited(session, at, **facts) -> tuple[int, Visit]:
    ticket = handled(session, at, who=resident(session, at, **facts), number="")
    return ticket, session.scalars(select(Visit)).one()


def test_a_witnessed_visit_tells_and_closes(session, at):
    ticket, visit = visited(session, at)
    seen = Seen(note="老人说水管不漏了", witness="楼长赵明", verdicts={ticket: SOLVED})
    make_visit(session, visit.id, seen, by="agent:3", at=at)
    row = session.get_one(Ticket, ticket)
    assert (row.status, visit.state) == (Status.SOLVED, VisitState.MADE)
    assert [event.kind for event in row.history][-3:] == ["VisitOrdered", "Told", "FoundSolved"]
    [said] = verdicts_of(session, ticket)
    assert (said.given, said.evidence, said.by) == (Given.VISIT, f"visit {visit.id}", "agent:3")
    with pytest.raises(NotOrdered):
        make_visit(session, visit.id, seen, by="agent:3", at=at)


def test_what_is_not_solved_on_a_visit_goes_back_with_the_note(session, at):
    ticket, visit = visited(session, at)
    seen = Seen(note="还在漏", witness="楼长赵明", verdicts={ticket: NOT})
    make_visit(session, visit.id, seen, by="agent:3", at=at)
    row = session.get_one(Ticket, ticket)
    assert (row.status, row.reopened) == (Status.ASSIGNED, 1)
    assert row.history[-2].details["why_words"] == "还在漏"


@pytest.mark.parametrize(
    "seen",
    [
        Seen(note=" ", witness="赵明", verdicts={1: SOLVED}),
        Seen(note="不漏了", witness="", verdicts={1: SOLVED}),
        Seen(note="不漏了", witness="赵明", verdicts={}),
    ],
    ids=["no note", "no witness", "no verdict"],
)
def test_a_visit_that_nobody_witnessed_closes_nothing(session, at, seen):
    ticket, visit = visited(session, at)
    with pytest.raises(NotWitnessed):
        make_visit(session, visit.id, seen, by="agent:3", at=at)
    assert (session.get_one(Ticket, ticket).status, visit.state) == (Status.HANDLED, "ordered")


def test_nobody_was_there_and_they_go_again(session, at):
    ticket, visit = visited(session, at, at_risk=True)
    before = visit.due_at
    send(session, visit.id, 7)
    nobody_there(session, visit.id, by="agent:7", at=at + timedelta(days=1))
    assert (visit.state, visit.agent) == (VisitState.ORDERED, 7)
    assert visit.due_at > before
    assert session.get_one(Ticket, ticket).history[-1].details == {"outcome": "nobody_there"}


def test_two_results_of_one_visit(session, at):
    first, second = handled(session, at), handled(session, at)
    missed(session, first)
    visit = session.scalars(select(Visit)).one()
    seen = Seen(note="都看过了", witness="赵明", verdicts={first: SOLVED, second: HALF})
    make_visit(session, visit.id, seen, by="agent:3", at=at)
    rows = [session.get_one(Ticket, one) for one in (first, second)]
    assert [row.status for row in rows] == [Status.SOLVED, Status.ASSIGNED]
