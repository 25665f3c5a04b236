"""The ticket desk: a need is given to somebody, dealt with, told, and closed by the resident alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from store.recordings import Recording, RecordingWords
from tickets import desk
from tickets.callbacks import (
    LEASE,
    Callback,
    CallbackState,
    NotOwed,
    answers_waiting,
    begin_dial,
    callback_of,
    callbacks_due,
)
from tickets.clocks import Clock
from tickets.commands import Judge, NoteCaller, NotReached, OpenTicket, Reason, Tell, Verdict
from tickets.lifecycle import IllegalMove, Status
from tickets.misses import part_of
from tickets.models import Ticket, TimerState
from tickets.policies import policy_of
from tickets.policy import Owner
from tickets.waiting import waiting_now

NEED = OpenTicket(
    call="c1",
    resident=7,
    recording="r1",
    words="水管漏水",
    department="property",
    service="leak",
    number="13800138000",
)
PROPERTY = "department:property"


@pytest.fixture
def session(database):
    with database.write() as session:
        yield session


@pytest.fixture
def number(session, at):
    """A ticket for the property managers."""
    return desk.open_ticket(session, NEED, at=at, by="router").number


@pytest.fixture
def handled(session, number, at):
    """The same, dealt with."""
    desk.take(session, number, by=PROPERTY, at=at)
    desk.handle(session, number, by=PROPERTY, at=at, result_words="修好了", result_recording="r2")
    return number


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.history]


def owed(session: Session, number: int) -> Callback:
    callback = callback_of(session, number)
    assert callback
    return callback


def clocks(ticket: Ticket) -> dict[str, str]:
    return {timer.kind.value: timer.state.value for timer in ticket.timers}


def test_a_need_is_opened_and_the_caller_told_by_when(session, at):
    receipt = desk.open_ticket(session, NEED, at=at, by="router")
    assert receipt.assignee == PROPERTY
    assert receipt.respond == (at + timedelta(minutes=15)).isoformat()
    assert receipt.feedback == (at + timedelta(days=7)).isoformat()
    ticket = desk.ticket_of(session, receipt.number)
    assert (ticket.status, kinds(ticket)) == (Status.ASSIGNED, ["Assigned"])
    assert clocks(ticket) == {"respond": "armed", "handle": "armed", "feedback": "armed"}


def test_from_the_first_word_to_the_residents_yes(database, at):
    with database.write() as session:
        number = desk.open_ticket(session, NEED, at=at, by="router").number
    with database.write() as session:
        desk.take(session, number, by=PROPERTY, at=at)
        desk.handle(session, number, by=PROPERTY, at=at, result_words="修好了")
    with database.write() as session:
        desk.tell(session, Tell(ticket=number, call="c2"), at=at)
        yes = Judge(ticket=number, verdict=Verdict.SOLVED, evidence="key 1")
        desk.judge(session, yes, at=at)
    with database.read() as session:
        ticket = session.get_one(Ticket, number)
        assert ticket.status is Status.SOLVED
        assert kinds(ticket) == ["Assigned", "Taken", "Handled", "Told", "FoundSolved"]
        assert ticket.history[4].details == {"evidence": "key 1"}
        assert set(clocks(ticket).values()) == {"stopped"}


def test_an_errand_goes_to_the_residents_own_agent(session, at):
    errand = OpenTicket(
        call="c1", resident=7, recording=None, words="买药", department="civil_affairs",
        service="errand", by_agent=True,
    )  # fmt: skip
    assert desk.open_ticket(session, errand, at=at, by="router", agent=12).assignee == "agent:12"
    without = desk.open_ticket(session, errand, at=at, by="router", agent=None)
    assert without.assignee == "department:civil_affairs"


def test_what_nobody_can_be_found_for_waits_for_a_person(session, at):
    unclear = OpenTicket(
        call="c1", resident=None, recording="r1", words="那个", department=None, service=None
    )
    receipt = desk.open_ticket(session, unclear, at=at, by="router")
    [waiting] = waiting_now(session)
    assert receipt.department is receipt.assignee is None
    assert (waiting.ticket_id, waiting.reason) == (receipt.number, "unrouted")
    desk.reroute(session, receipt.number, by="operator:1", at=at, department="health")
    assert desk.ticket_of(session, receipt.number).assignee == "department:health"
    assert waiting_now(session) == []


def test_each_clock_stops_for_its_own_reason(session, number, at):
    ticket = desk.take(session, number, by=PROPERTY, at=at)
    assert clocks(ticket) == {"respond": "stopped", "handle": "armed", "feedback": "armed"}
    desk.handle(session, number, by=PROPERTY, at=at, result_words="done")
    assert clocks(ticket) == {"respond": "stopped", "handle": "stopped", "feedback": "armed"}
    desk.tell(session, Tell(ticket=number, call=None), at=at)
    assert set(clocks(ticket).values()) == {"stopped"}


def test_illegal_moves_change_nothing(session, number, at):
    with pytest.raises(IllegalMove, match="FoundSolved while assigned"):
        desk.judge(session, Judge(ticket=number, verdict=Verdict.SOLVED, evidence="key 1"), at=at)
    with pytest.raises(IllegalMove):
        desk.tell(session, Tell(ticket=number, call=None), at=at)
    with pytest.raises(IllegalMove):
        desk.handle(session, number, by=PROPERTY, at=at, result_words="done")
    ticket = desk.ticket_of(session, number)
    assert (ticket.status, kinds(ticket)) == (Status.ASSIGNED, ["Assigned"])
    assert set(clocks(ticket).values()) == {"armed"}


def test_taken_twice_by_the_same_is_taken_once_and_by_another_refused(session, number, at):
    desk.take(session, number, by=PROPERTY, at=at)
    desk.take(session, number, by=PROPERTY, at=at)
    with pytest.raises(IllegalMove):
        desk.take(session, number, by="agent:9", at=at)
    assert kinds(desk.ticket_of(session, number)) == ["Assigned", "Taken"]


def test_handled_without_a_result_is_not_handled(session, number, at):
    desk.take(session, number, by=PROPERTY, at=at)
    with pytest.raises(desk.NothingToTell):
        desk.handle(session, number, by=PROPERTY, at=at, result_words="  ")
    assert callback_of(session, number) is None


def test_a_callback_is_owed_as_soon_as_it_is_handled(session, handled, at):
    [callback] = callbacks_due(session, at)
    assert (callback.tickets, callback.state) == ([handled], CallbackState.OWED)
    assert [t.id for t in answers_waiting(session, resident=7)] == [handled]
    assert [t.id for t in answers_waiting(session, number="+86 138 0013 8000")] == [handled]
    assert answers_waiting(session) == answers_waiting(session, resident=8) == []


def test_heard_and_judged_twice_counts_once(session, handled, at):
    yes = Judge(ticket=handled, verdict=Verdict.SOLVED, evidence="key 1")
    for _ in range(2):
        desk.tell(session, Tell(ticket=handled, call="c2"), at=at)
        desk.judge(session, yes, at=at)
    ticket = desk.ticket_of(session, handled)
    assert kinds(ticket)[3:] == ["Told", "FoundSolved"]
    no = Judge(ticket=handled, verdict=Verdict.NOT_SOLVED, evidence="key 3")
    with pytest.raises(IllegalMove):
        desk.judge(session, no, at=at)


@pytest.mark.parametrize(("verdict", "half"), [("half_solved", True), ("not_solved", False)])
def test_not_solved_goes_back_with_the_reason_and_new_clocks(session, handled, at, verdict, half):
    week_later = at + timedelta(days=6)
    desk.tell(session, Tell(ticket=handled, call="c2"), at=week_later)
    no = Judge(ticket=handled, verdict=Verdict(verdict), evidence="key 2", why="r3")
    desk.judge(session, no, at=week_later)
    ticket = desk.judge(session, no, at=week_later)
    assert (ticket.status, ticket.assignee, ticket.reopened) == ("assigned", PROPERTY, 1)
    assert kinds(ticket)[4:] == ["FoundWanting", "Assigned"]
    details = ticket.history[4].details
    assert (details["half"], details["why"]) == (half, "r3")
    assert details["promised"] == (at + timedelta(days=7)).isoformat()
    running = {t.kind: t.promised_at for t in ticket.timers if t.state is TimerState.ARMED}
    assert running[Clock.HANDLE] == ticket.handle_due == week_later + timedelta(hours=24)


def test_what_comes_back_twice_is_given_out_by_a_supervisor_and_can_be_closed_the_third_time(
    session, handled, at
):
    half = Judge(ticket=handled, verdict=Verdict.HALF_SOLVED, evidence="key 2")
    for verdict in (half, half, Judge(ticket=handled, verdict=Verdict.SOLVED, evidence="key 1")):
        desk.tell(session, Tell(ticket=handled, call="c"), at=at)
        ticket = desk.judge(session, verdict, at=at)
        if ticket.status is Status.OPEN:
            [waiting] = waiting_now(session)
            assert (waiting.reason, ticket.owner, ticket.assignee) == (
                Reason.REOPENED,
                Owner.SUPERVISOR,
                None,
            )
            desk.reroute(session, handled, by="supervisor:1", at=at, department="property")
        if ticket.status is Status.ASSIGNED:
            desk.take(session, handled, by=PROPERTY, at=at)
            desk.handle(session, handled, by=PROPERTY, at=at, result_words="again")
    assert (ticket.status, ticket.reopened, ticket.owner) == (Status.SOLVED, 2, None)
    assert waiting_now(session) == []


def test_three_misses_in_different_parts_of_the_day_and_the_answer_still_waits_for_their_call(
    session, handled, at
):
    callback = owed(session, handled)
    while callback.state is CallbackState.OWED:
        when = callback.due_at
        begin_dial(session, callback.id, at=when, part=part_of(policy_of(session), when))
        desk.not_reached(session, NotReached(ticket=handled, outcome="no_answer"), at=when)
    assert (callback.state, callback.tries) == (CallbackState.VISIT, 3)
    assert len({attempt.part for attempt in callback.attempts}) == 3
    assert callbacks_due(session, at + timedelta(days=9)) == []
    assert [ticket.id for ticket in answers_waiting(session, resident=7)] == [handled]
    desk.tell(session, Tell(ticket=handled, call="they rang"), at=at)
    assert callback.state is CallbackState.TOLD


def test_after_a_miss_it_is_tried_again_later(session, handled, at):
    begin_dial(session, owed(session, handled).id, at=at)
    desk.not_reached(session, NotReached(ticket=handled, outcome="busy"), at=at)
    assert callbacks_due(session, at + timedelta(minutes=4)) == []
    assert len(callbacks_due(session, at + timedelta(minutes=5))) == 1


def test_a_dial_is_written_down_before_it_is_made_and_never_made_twice(session, handled, at):
    callback = owed(session, handled)
    attempt = begin_dial(session, callback.id, at=at, call_id="c9")
    assert (attempt.outcome, attempt.lease_until) == (None, at + LEASE)
    assert callbacks_due(session, at) == []
    with pytest.raises(NotOwed):
        begin_dial(session, callback.id, at=at)
    desk.tell(session, Tell(ticket=handled, call="c9"), at=at)
    assert attempt.outcome == "told"


def test_handed_back_it_waits_for_somebody_to_send_it_on(session, number, at):
    ticket = desk.hand_back(session, number, reason="not ours", by=PROPERTY, at=at)
    [waiting] = waiting_now(session)
    assert (ticket.status, ticket.assignee, waiting.ticket_id) == (Status.OPEN, None, number)
    desk.reroute(session, number, by="supervisor:1", at=at, agent=12, why="an errand")
    assert ticket.history[-1].details == {
        "assignee": "agent:12",
        "before": None,
        "why": "an errand",
    }


def test_corrected_words_reach_the_ticket_the_history_and_the_recording(session, at):
    session.add(Recording(id="r1", call_id="c1", key="need", started_at=at, seconds=3.0))
    number = desk.open_ticket(session, NEED, at=at, by="router").number
    for _ in range(2):
        ticket = desk.correct_words(session, number, "水管在漏水", by="operator:1", at=at)
    assert ticket.words == "水管在漏水"
    assert ticket.history[-1].details == {"before": "水管漏水", "after": "水管在漏水"}
    [better] = session.scalars(select(RecordingWords)).all()
    assert (better.text, better.engine, better.by) == ("水管在漏水", "typed", "operator:1")


def test_an_unknown_caller_is_noted_and_nothing_known_is_lost(session, at):
    withheld = OpenTicket(
        call="c1", resident=None, recording=None, words="x", department="health", service=None
    )
    number = desk.open_ticket(session, withheld, at=at, by="router").number
    desk.note_caller(
        session, NoteCaller(ticket=number, name="王秀英", number="一三八零零一三八零零零")
    )
    ticket = desk.note_caller(session, NoteCaller(ticket=number, place="3栋"))
    assert (ticket.caller_name, ticket.caller_place) == ("王秀英", "3栋")
    assert ticket.callback_number == "13800138000"


def test_an_ended_ticket_owes_nothing_more(session, handled, at):
    ticket = desk.end(session, handled, reason="moved away", by="operator:1", at=at)
    assert ticket.status is Status.ENDED
    assert TimerState.ARMED not in {timer.state for timer in ticket.timers}
    assert owed(session, handled).state is CallbackState.CANCELLED


def test_an_unknown_number_is_no_ticket(session, at):
    with pytest.raises(desk.NoSuchTicket, match="no ticket 99"):
        desk.take(session, 99, by=PROPERTY, at=at)


def test_of_two_who_change_a_ticket_at_once_one_is_refused(postgresql, at):
    with postgresql.write() as session:
        number = desk.open_ticket(session, NEED, at=at, by="router").number
    with postgresql.sessions() as one, postgresql.sessions() as other:
        mine, theirs = one.get_one(Ticket, number), other.get_one(Ticket, number)
        theirs.words = "theirs"
        other.commit()
        mine.words = "mine"
        with pytest.raises(StaleDataError):
            one.flush()
