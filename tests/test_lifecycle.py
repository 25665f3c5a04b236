"""The life of a ticket as a table: every move in it is taken once, every other one is refused."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from tickets.clocks import Clock
from tickets.lifecycle import (
    MOVES,
    Acknowledged,
    Assigned,
    BrokeAgain,
    Ended,
    Escalated,
    Followed,
    FoundSolved,
    FoundWanting,
    Handled,
    Happening,
    HeldGood,
    HelpAsked,
    Hurried,
    IllegalMove,
    Joined,
    Missed,
    Parted,
    Repeated,
    Rerouted,
    Resumed,
    Returned,
    Split,
    Status,
    Taken,
    Told,
    TookIn,
    VisitOrdered,
    WaitsForResident,
    Warned,
    WordsCorrected,
    after,
)
from tickets.policy_reading import read

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
EVENTS: list[Happening] = [
    kind(at=MONDAY, by="somebody", **details)
    for kind, details in (
        (Assigned, {"assignee": "department:property"}),
        (Taken, {}),
        (Hurried, {"danger": "fire"}),
        (HelpAsked, {"department": "utilities"}),
        (Returned, {"reason": "not ours"}),
        (Handled, {"words": "mended", "recording": None}),
        (Told, {"call": "c1"}),
        (Missed, {"outcome": "busy"}),
        (VisitOrdered, {"agent": 3, "due": "2026-01-06T09:30:00+00:00"}),
        (Acknowledged, {"clock": "handle", "owner": "supervisor", "name": "Wang", "call": "c"}),
        (FoundSolved, {"evidence": "key 1"}),
        (
            FoundWanting,
            {"evidence": "key 2", "half": True, "why": None, "why_words": "", "promised": ""},
        ),
        (HeldGood, {"evidence": "key 1"}),
        (BrokeAgain, {"evidence": "key 2", "why": None, "why_words": "", "promised": ""}),
        (WordsCorrected, {"before": "a", "after": "b"}),
        (Rerouted, {"assignee": "agent:3", "before": None, "why": ""}),
        (Ended, {"reason": "moved away"}),
        (Repeated, {"call": "c2", "recording": "r2", "words": "still broken"}),
        (TookIn, {"other": 2}),
        (Parted, {"other": 2}),
        (Joined, {"other": 1}),
        (Split, {"other": 1}),
        (Followed, {"other": 1}),
        (Warned, {"clock": "respond", "promised": "", "name": ""}),
        (
            Escalated,
            {"clock": "handle", "promised": "", "step": 1, "owner": "supervisor", "name": ""},
        ),
        (WaitsForResident, {"reason": "nobody at home"}),
        (Resumed, {"why": "button"}),
    )
]


def test_every_event_and_status_is_in_the_table():
    used = {event for moves in MOVES.values() for event in moves}
    assert used == set(get_args(Happening)) == {type(event) for event in EVENTS}
    assert set(MOVES) == set(Status)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_is_not_in_the_table_is_refused(status, event):
    if type(event) in MOVES[status]:
        assert after(status, event) is MOVES[status][type(event)]
    else:
        with pytest.raises(IllegalMove, match=f"{type(event).__name__} while {status}"):
            after(status, event)


def test_only_the_residents_own_answer_solves():
    solving = {event for moves in MOVES.values() for event in moves if moves[event] == "solved"}
    assert solving == {FoundSolved, HeldGood, WordsCorrected}
    assert [status for status in Status if FoundSolved in MOVES[status]] == [Status.TOLD]


def test_handled_is_not_solved():
    assert FoundSolved not in MOVES[Status.HANDLED]


def test_only_the_resident_asked_again_reopens_what_is_solved_and_nothing_what_has_ended():
    assert {event for event, to in MOVES[Status.SOLVED].items() if to != "solved"} == {BrokeAgain}
    assert set(MOVES[Status.ENDED].values()) == {"ended"}


def test_three_clocks_run_from_one_opening_time():
    due = read("", UTC).due(MONDAY)
    assert due.of(Clock.RESPOND) - MONDAY == timedelta(minutes=15)
    assert due.of(Clock.HANDLE) - MONDAY == timedelta(hours=24)
    assert due.of(Clock.FEEDBACK) - MONDAY == timedelta(days=7)
