"""What is told again stays with its ticket; two tickets that are one thing go along with each other, and nobody's answer is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tickets import desk
from tickets.callbacks import callback_of
from tickets.commands import HandOver, Judge, OpenTicket, Reason, Tell, Verdict
from tickets.joining import companions, go_along, join, split
from tickets.lifecycle import IllegalMove, Status
from tickets.repeats import repeat_rate, tell_again
from tickets.waiting import Waiting, waiting_now

LIFT = OpenTicket(
    call="c1", resident=7, recording="r1", words="电梯坏了", department="property",
    service="lift_repair", number="13800138000",
)  # fmt: skip
NEIGHBOURS = replace(LIFT, call="c2", resident=8, recording="r2", number="13800138001")
PROPERTY = "department:property"


@pytest.fixture
def session(database):
    with database.write() as session:
        yield session


@pytest.fixture
def first(session, at):
    return desk.open_ticket(session, LIFT, at=at, by="hotline").number


@pytest.fixture
def second(session, at):
    return desk.open_ticket(session, NEIGHBOURS, at=at, by="hotline").number


def kinds(session, number):
    return [event.kind for event in desk.ticket_of(session, number).history]


def deal_with(session, number, at):
    desk.take(session, number, by=PROPERTY, at=at)
    desk.handle(session, number, by=PROPERTY, at=at, result_words="修好了", result_recording="r9")


def running(ticket):
    return {timer.kind.value for timer in ticket.timers if timer.state == "armed"}


def test_told_again_it_is_the_same_ticket_and_what_was_said_is_kept(session, first, at):
    ticket = tell_again(
        session, first, replace(LIFT, call="c3", recording="r3", words="还没修"), at=at
    )
    [event] = [one for one in ticket.history if one.kind == "Repeated"]
    assert (event.details["recording"], event.details["words"]) == ("r3", "还没修")
    assert (ticket.status, waiting_now(session)) == (Status.ASSIGNED, [])


def test_where_it_is_late_a_person_is_due_in_fifteen_minutes(session, first, at):
    late = at + timedelta(minutes=20)
    tell_again(session, first, replace(LIFT, call="c3", words="怎么没人来"), at=late)
    [row] = waiting_now(session)
    assert (row.reason, row.ticket_id, row.words) == (Reason.REPEATED, first, "怎么没人来")
    assert row.due_at == late + timedelta(minutes=15)


def test_a_broken_off_call_told_again_needs_no_ring_back(session, first, at):
    draft = desk.hand_over(session, HandOver(call="c0", resident=7, reason=Reason.DRAFT), at=at).id
    tell_again(session, first, replace(LIFT, draft=draft), at=at)
    assert session.get_one(Waiting, draft).ticket_id == first
    assert waiting_now(session) == []


def test_what_is_solved_cannot_be_told_again(session, first, at):
    deal_with(session, first, at)
    desk.tell(session, Tell(ticket=first, call="c9"), at=at)
    desk.judge(session, Judge(ticket=first, verdict=Verdict.SOLVED, evidence="key 1"), at=at)
    with pytest.raises(IllegalMove):
        tell_again(session, first, LIFT, at=at)


def test_one_ticket_goes_along_with_another_and_its_clocks_stop(session, first, second, at):
    ticket = join(session, second, first, by="supervisor:1", at=at)
    assert (ticket.status, ticket.joined_to, running(ticket)) == (Status.JOINED, first, set())
    assert kinds(session, first) == ["Assigned", "TookIn"]
    assert [one.id for one in companions(session, first)] == [second]


def test_dealt_with_once_it_is_told_to_both(session, first, second, at):
    join(session, second, first, by="supervisor:1", at=at)
    deal_with(session, first, at)
    other = desk.ticket_of(session, second)
    assert (other.status, other.result_words) == (Status.HANDLED, "修好了")
    assert callback_of(session, first)
    assert callback_of(session, second)


def test_the_same_person_is_rung_once(session, first, at):
    again = desk.open_ticket(session, replace(LIFT, call="c3"), at=at, by="hotline").number
    join(session, again, first, by="supervisor:1", at=at)
    deal_with(session, first, at)
    assert callback_of(session, first)
    assert callback_of(session, again) is None


def test_split_it_stands_for_itself_with_its_first_promise(session, first, second, at):
    join(session, second, first, by="supervisor:1", at=at)
    ticket = split(session, second, by="supervisor:1", at=at + timedelta(hours=1))
    assert (ticket.status, ticket.joined_to) == (Status.ASSIGNED, None)
    assert running(ticket) == {"respond", "handle", "feedback"}
    assert ticket.handle_due == at + timedelta(hours=24)
    assert kinds(session, first)[-1] == "Parted"


def test_what_went_along_with_an_ended_one_stands_for_itself(session, first, second, at):
    join(session, second, first, by="supervisor:1", at=at)
    desk.end(session, first, reason="moved away", by="supervisor:1", at=at)
    assert desk.ticket_of(session, second).status is Status.ASSIGNED


def test_three_in_a_row_all_go_along_with_the_first(session, first, second, at):
    third = desk.open_ticket(session, replace(NEIGHBOURS, resident=9), at=at, by="hotline").number
    join(session, third, second, by="supervisor:1", at=at)
    join(session, second, first, by="supervisor:1", at=at)
    assert [one.id for one in companions(session, first)] == [second, third]


@pytest.mark.parametrize("state", ["itself", "handled", "joined"])
def test_what_cannot_go_along_changes_nothing(session, first, second, at, state):
    to = second if state == "itself" else first
    if state == "handled":
        deal_with(session, first, at)
    if state == "joined":
        join(session, first, desk.open_ticket(session, LIFT, at=at, by="x").number, by="x", at=at)
    with pytest.raises(IllegalMove):
        join(session, second, to, by="supervisor:1", at=at)
    assert desk.ticket_of(session, second).status is Status.ASSIGNED


def test_a_neighbours_late_one_is_pressed_by_whoever_joins_it(session, first, at):
    late = at + timedelta(minutes=20)
    need = replace(NEIGHBOURS, joins=first)
    number = desk.open_ticket(session, need, at=late, by="hotline").number
    other = go_along(session, number, need, by="hotline", at=late)
    assert other is desk.ticket_of(session, first)
    [row] = waiting_now(session)
    assert (row.ticket_id, row.resident_id, row.number) == (first, 8, "13800138001")
    tell_again(session, number, replace(need, call="c4"), at=late + timedelta(minutes=1))
    assert [one.ticket_id for one in waiting_now(session)] == [first, first]


def test_what_ended_meanwhile_is_not_joined(session, first, second, at):
    desk.end(session, first, reason="withdrawn", by="supervisor:1", at=at)
    assert go_along(session, second, replace(NEIGHBOURS, joins=first), by="x", at=at) is None
    assert desk.ticket_of(session, second).status is Status.ASSIGNED


def test_the_repeat_rate_counts_what_was_told_again_within_thirty_days(session, first, at):
    day = timedelta(days=1)
    tell_again(session, first, replace(LIFT, call="c2"), at=at + day)
    for need, after in ((LIFT, 20), (LIFT, 60), (replace(LIFT, service="drain"), 61)):
        desk.open_ticket(session, need, at=at + after * day, by="hotline")
    desk.open_ticket(session, NEIGHBOURS, at=at + 61 * day, by="hotline")
    rate = repeat_rate(session, at, at + 90 * day)
    assert (rate.needs, rate.repeats, rate.share) == (6, 2, 2 / 6)
    assert repeat_rate(session, at + 200 * day, at + 230 * day).share is None
