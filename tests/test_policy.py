"""A policy is data: read whole or not at all, every mistake named, every change kept."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tickets.clocks import Clock
from tickets.policies import PolicyRow, policy_of, refused_of, use
from tickets.policy import Owner
from tickets.policy_keeping import keep
from tickets.policy_reading import BadPolicy, read

HERE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 1, 5, 1, tzinfo=UTC)  # nine in the morning
HEADS = """
[[people]]
role = "department_head"
department = "property"
name = "Li Ming"
channel = "page"
[[people]]
role = "department_head"
name = "Zhao"
channel = "phone"
address = "01055550111"
"""


def test_what_comes_with_the_hotline_is_the_plan():
    due = read("", HERE).due(MONDAY)
    assert due.respond - MONDAY == timedelta(minutes=15)
    assert due.handle - MONDAY == timedelta(hours=24)
    assert due.feedback - MONDAY == timedelta(days=7)


def test_a_line_that_is_changed_leaves_the_others_as_they_are():
    policy = read('[clocks.handle]\nwithin = "12 h"\nruns = "working hours"', HERE)
    assert policy.due(MONDAY).handle == datetime(2026, 1, 6, 7, tzinfo=UTC)
    assert policy.clocks[Clock.HANDLE].warn == timedelta(hours=4)
    assert policy.callbacks.lines == 4


def test_a_service_may_promise_less_time_but_never_more():
    policy = read("", HERE)
    targets = {Clock.HANDLE: timedelta(hours=2), Clock.FEEDBACK: timedelta(days=9)}
    due = policy.due(MONDAY, targets=targets)
    assert (due.handle - MONDAY, due.feedback - MONDAY) == (timedelta(hours=2), timedelta(days=7))


def test_whoever_is_named_for_a_department_comes_before_whoever_is_named_for_all():
    policy = read(HEADS, HERE)
    own, other, nobody = (
        policy.person(Owner.DEPARTMENT_HEAD, "property"),
        policy.person(Owner.DEPARTMENT_HEAD, "health"),
        policy.person(Owner.STREET_OFFICE, "health"),
    )
    assert own
    assert other
    assert (own.name, other.name, nobody) == ("Li Ming", "Zhao", None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[quiet]\nhours = ["00:00-12:00", "11:00-13:00"]', "quiet: hours: 00:00-12:00 and 11:00-13:00 overlap"),
        ('[quiet]\nhours = ["00:00-12:00", "12:00-24:00"]', "leave no time to ring anybody"),
        ("[callbacks]\nlines = 0", "lines: 0: a whole number from 1"),
        ("[callbacks]\nlines = true", "lines: True: a whole number"),
        ("[callbacks]\ncalls_per_second = 0", "calls_per_second: 0: a number above 0"),
        ('[callbacks]\nparts = ["12:00-13:00"]', "12:00-13:00 is all quiet"),
        ("[callbacks]\nmisses = 20", "cannot be had"),
        ('[callbacks.again]\nbusy = "soon"', "again: busy"),
        ('[callbacks.again]\nlost = "5 min"', "there is no lost"),
        ("[clock]\nx = 1", "there is no part [clock]"),
        ('[clocks.respond]\nwarm = "1 min"', "clocks.respond: there is no warm"),
        ('[clocks.respond]\nwarn = "15 min"', "before the beginning"),
        ('[clocks.respond]\nruns = "nights"', "one of always, working hours"),
        ('[working]\nholidays = "Atlantis"', 'a country like "CN"'),
        ('[working]\ndays = ["monday"]', "one of mon, tue"),
        ("[asked_again]\nshare = 3", "a share from 0 to 1"),
        ("ladder = []", "somebody has to answer"),
        ('[[ladder]]\nowner = "mayor"\nafter = "0 min"', "ladder 1: owner"),
        ('[[ladder]]\nowner = "supervisor"\nafter = "1 h"\n[[ladder]]\nowner = "street_office"\nafter = "0 min"', "comes before"),
        ('[[people]]\nrole = "supervisor"\nname = "Wang"\nchannel = "email"', "an address is needed"),
        ('[[people]]\nrole = "supervisor"\nname = "Wang"\nchannel = "phone"\naddress = "Wang"', "like 01055550111"),
        ('[[people]]\nrole = "supervisor"\nname = "Wang"\nchannel = "webhook"\naddress = "ftp://x"', "like https://"),
        ('[[people]]\nrole = "supervisor"\nname = " "\nchannel = "page"', "name: it is empty"),
        ("quiet = 3", "quiet: a table is expected"),
        ("x =", "Invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_place(text, says):
    with pytest.raises(BadPolicy) as no:
        read(text, HERE)
    assert says in str(no.value)


def test_a_change_is_in_force_at_once_and_every_one_is_kept(database, at):
    with database.write() as session:
        use(session, '[clocks.respond]\nwithin = "10 min"', by="wang", at=at)
        assert policy_of(session).due(at).respond - at == timedelta(minutes=10)
    with database.write() as session:
        use(session, '[clocks.respond]\nwithin = "30 min"', by="li", at=at)
    with database.read() as session:
        assert policy_of(session).due(at).respond - at == timedelta(minutes=30)
        assert [row.by for row in session.scalars(select(PolicyRow).order_by(PolicyRow.id))] == [
            "wang",
            "li",
        ]


def test_a_policy_with_a_mistake_changes_nothing(database, at):
    with database.write() as session:
        with pytest.raises(BadPolicy):
            use(session, "[callbacks]\nlines = 0", by="wang", at=at)
        assert session.scalars(select(PolicyRow)).all() == []


STORED = """
[clocks.respond]
within = "20 min"
warn = "30 min"
[callbacks]
lines = 0
a_day = 5
[quiet]
hours = ["20:00-08:00"]
[[people]]
role = "department_head"
name = "Zhao"
channel = "pigeon"
[[people]]
role = "supervisor"
name = "Wang"
channel = "page"
"""


def stored(session, text):
    """As an earlier version took it, with rules less strict."""
    session.add(PolicyRow(text=text, by="earlier", at=MONDAY))
    session.flush()


def test_a_stored_policy_that_newer_rules_refuse_stays_in_force_as_far_as_it_can_be_read(database):
    with database.write() as session:
        stored(session, STORED)
        policy, refused = policy_of(session), refused_of(session)
    respond = policy.clocks[Clock.RESPOND]
    assert (respond.within, respond.warn) == (timedelta(minutes=20), timedelta(minutes=5))
    assert (policy.callbacks.lines, policy.callbacks.a_day) == (4, 5)
    assert [str(one) for one in policy.quiet] == ["20:00-08:00"]
    assert [one.name for one in policy.people] == ["Wang"]
    assert [one.split(":")[0] for one in refused] == [
        "policy, people 1", "policy, clocks.respond", "policy, callbacks",
    ]  # fmt: skip


def test_nothing_of_what_was_stored_is_lost(database):
    with database.write() as session:
        stored(session, STORED)
        policy_of(session)
    with database.read() as session:
        assert session.scalars(select(PolicyRow)).one().text == STORED


@pytest.mark.parametrize(
    "text",
    [
        "no toml at all [", "[dreams]\na = 1", "quiet = 3", "[quiet]\nhours = ['00:00-12:00', '12:00-24:00']",
        "[[ladder]]\nowner = 'assignee'\nafter = '0 min'", "people = 4", "[callbacks.again]\nbusy = 5",
        "[working]\nholidays = 'Atlantis'\nhours = []\ndays = [1]",
    ],
)  # fmt: skip
def test_whatever_is_stored_the_hotline_goes_on(text):
    kept = keep(text, HERE)
    assert kept.policy.callbacks.lines == 4
    assert kept.policy.ladder
    assert kept.refused


def test_a_policy_that_is_right_is_kept_whole():
    assert keep(HEADS, HERE).refused == ()
    assert len(keep(HEADS, HERE).policy.people) == 2
