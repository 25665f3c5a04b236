"""People waiting: danger comes first, one person takes them, and nobody waits twice."""

from datetime import timedelta

import pytest

from tickets import desk
from tickets.commands import HandOver, OpenTicket, Reason
from tickets.waiting import AlreadyTaken, close_waiting, hand_over, take_waiting, waiting_now


@pytest.fixture
def session(database):
    with database.write() as session:
        yield session


def wants(reason: Reason, call: str = "c1", danger: str | None = None) -> HandOver:
    return HandOver(call=call, resident=None, reason=reason, danger=danger, number="13800138000")


def test_danger_is_due_now_and_goes_before_everybody(session, at):
    hand_over(session, wants(Reason.ASKED, "c1"), at=at)
    fire = hand_over(session, wants(Reason.DANGER, "c2", danger="fire"), at=at + timedelta(hours=1))
    hand_over(session, wants(Reason.DRAFT, "c3"), at=at - timedelta(hours=1))
    assert [row.call_id for row in waiting_now(session)] == ["c2", "c3", "c1"]
    assert fire.due_at == fire.added_at
    assert waiting_now(session)[2].due_at == at + timedelta(minutes=15)


def test_handed_over_again_in_the_same_call_they_wait_once(session, at):
    first = hand_over(session, wants(Reason.ASKED), at=at)
    assert hand_over(session, wants(Reason.ASKED), at=at) is first
    hand_over(session, wants(Reason.DANGER, danger="gas"), at=at)
    assert [row.reason for row in waiting_now(session)] == ["danger", "asked"]


def test_two_paper_slips_are_two(session, at):
    slip = HandOver(call=None, resident=None, reason=Reason.PAPER, words="slip")
    assert hand_over(session, slip, at=at).id != hand_over(session, slip, at=at).id


def test_one_person_takes_them_and_another_is_told_who(session, at):
    row = hand_over(session, wants(Reason.ASKED), at=at)
    take_waiting(session, row.id, by="operator:1", at=at)
    take_waiting(session, row.id, by="operator:1", at=at + timedelta(minutes=5))
    with pytest.raises(AlreadyTaken, match="operator:1"):
        take_waiting(session, row.id, by="operator:2", at=at)
    assert (row.taken_by, row.taken_at) == ("operator:1", at)


def test_being_taken_is_the_first_human_contact(session, at):
    unclear = OpenTicket(
        call="c1", resident=None, recording=None, words="那个", department=None, service=None
    )
    number = desk.open_ticket(session, unclear, at=at, by="router").number
    [row] = waiting_now(session)
    take_waiting(session, row.id, by="operator:1", at=at)
    states = {timer.kind: timer.state for timer in desk.ticket_of(session, number).timers}
    assert states == {"respond": "stopped", "handle": "armed", "feedback": "armed"}


def test_the_person_who_took_them_writes_the_ticket(session, at):
    row = hand_over(session, wants(Reason.DRAFT), at=at)
    take_waiting(session, row.id, by="operator:1", at=at)
    heard = OpenTicket(
        call="c1", resident=None, recording=None, words="停电", department="utilities",
        service=None, draft=row.id,
    )  # fmt: skip
    number = desk.open_ticket(session, heard, at=at, by="operator:1").number
    assert (row.ticket_id, row.closed_at) == (number, at)
    assert waiting_now(session) == []
    assert "respond" not in {
        timer.kind for timer in desk.ticket_of(session, number).timers if timer.state == "armed"
    }


def test_closed_twice_is_closed_at_the_first_time(session, at):
    row = hand_over(session, wants(Reason.ASKED), at=at)
    close_waiting(session, row.id, by="operator:1", at=at)
    close_waiting(session, row.id, by="operator:2", at=at + timedelta(hours=1))
    assert (row.closed_at, row.taken_by) == (at, "operator:1")


def test_a_caller_who_asks_for_a_person_is_shown_with_their_ticket(session, at):
    need = OpenTicket(
        call="c1", resident=None, recording=None, words="x", department="health", service=None
    )
    number = desk.open_ticket(session, need, at=at, by="router").number
    assert hand_over(session, wants(Reason.ASKED), at=at).ticket_id == number
