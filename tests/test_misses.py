"""What follows a dial that did not reach them, as a table: when it is tried again, and when somebody goes there."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.callbacks import Aim
from tickets.misses import After, Tried, after_miss, part_of
from tickets.policy_reading import read

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
POLICY = read("", SHANGHAI)


def tried(policy, *dials: str) -> list[Tried]:
    """``"05 10:00 busy"``: in January 2026, on the community's clock."""
    found = []
    for dial in dials:
        day, hour, outcome = dial.split()
        at = datetime.fromisoformat(f"2026-01-{day} {hour}").replace(tzinfo=policy.zone)
        found.append(Tried(at=at, part=part_of(policy, at), outcome=outcome))
    return found


def follows(*dials: str, policy=POLICY, **facts) -> str:
    """``"again 05 10:05"``, ``"visit"``: what follows right after the last of these dials."""
    made = tried(policy, *dials)
    after, when = after_miss(policy, made, made[-1].at, **facts)
    return f"{after} {when.astimezone(policy.zone):%d %H:%M}" if after is After.AGAIN else after


@pytest.mark.parametrize(
    ("dial", "then"),
    [
        # engaged: five minutes later, unless that is quiet
        ("05 10:00 busy", "again 05 10:05"),
        ("05 11:43 busy", "again 05 14:30"),
        ("05 19:28 busy", "again 06 08:30"),
        # nobody: the next part of the day
        ("05 08:30 no_answer", "again 05 14:30"),
        ("05 14:30 no_answer", "again 05 17:00"),
        ("05 17:00 no_answer", "again 06 08:30"),
        ("05 10:00 machine", "again 05 14:30"),
        # "he is out"
        ("05 10:00 wrong_person", "again 05 14:30"),
        # the dialogue's own words for it
        ("05 10:00 not_told", "again 05 14:30"),
        ("05 10:00 wants_a_person", "again 05 14:30"),
        ("05 10:00 hung_up", "again 05 11:00"),
        # not their fault
        ("05 10:00 failed", "again 05 10:10"),
        ("05 10:00 crashed", "again 05 10:10"),
        # they do not want to be rung
        ("05 10:00 refused", "person"),
    ],
)
def test_after_one_miss(dial, then):
    assert follows(dial) == then


@pytest.mark.parametrize(
    ("dials", "then"),
    [
        # three parts of the day, whatever the day
        (["05 10:00 no_answer", "05 15:00 no_answer", "05 18:00 no_answer"], "visit"),
        (["05 10:00 busy", "05 15:00 machine", "05 18:00 wrong_person"], "visit"),
        (["05 18:00 no_answer", "06 09:00 no_answer", "06 15:00 busy"], "visit"),
        # the same part of two days is two parts; the same part of one day is one
        (["05 10:00 no_answer", "06 10:00 no_answer", "07 10:00 no_answer"], "visit"),
        (["05 10:00 busy", "05 10:05 busy", "05 10:10 busy"], "again 05 10:15"),
        # what rang nobody is no miss
        (["05 10:00 failed", "05 15:00 failed", "05 18:00 no_answer"], "again 06 08:30"),
        (["05 10:00 crashed", "05 15:00 no_answer", "05 18:00 no_answer"], "again 06 08:30"),
        # three days, then somebody goes there, whatever the reason
        (["05 10:00 busy", "08 10:00 busy"], "visit"),
        (["05 10:00 failed", "08 10:00 failed"], "visit"),
        (["05 10:00 busy", "08 09:59 busy"], "again 08 10:04"),
        # a provider that fails for them again and again: each time twice as long, two hours at most
        (["05 08:30 failed", "05 08:40 failed"], "again 05 09:00"),
        (["05 08:30 failed", "05 08:40 failed", "05 09:00 failed"], "again 05 09:40"),
        (["05 08:30 failed"] * 7, "again 05 10:30"),
        (["05 08:30 failed", "05 08:40 failed", "05 09:00 busy"], "again 05 09:05"),
        (["05 10:00 busy", "05 10:05 refused"], "person"),
    ],
)
def test_after_several(dials, then):
    assert follows(*dials) == then


def test_a_community_may_say_otherwise():
    policy = read(
        '[callbacks]\nmisses = 2\ndays = 1\n[callbacks.again]\nbusy = "next part"', SHANGHAI
    )
    assert follows("05 10:00 busy", policy=policy) == "again 05 14:30"
    assert follows("05 10:00 busy", "05 15:00 busy", policy=policy) == "visit"


def test_who_rang_us_is_rung_back_once_and_who_is_asked_for_an_opinion_is_left_alone():
    assert follows("05 10:00 no_answer", aim=Aim.RING_BACK) == "visit"
    three = ["05 10:00 no_answer", "05 15:00 no_answer", "05 18:00 no_answer"]
    assert follows(*three, aim=Aim.ASK_AGAIN) == "nothing"


@pytest.mark.parametrize(("day", "hour_utc"), [("03-28", 6), ("10-24", 7)])
def test_half_past_eight_is_half_past_eight_though_the_clocks_were_changed_in_the_night(
    day, hour_utc
):
    policy = read("", BERLIN)
    at = datetime.fromisoformat(f"2026-{day} 18:00").replace(tzinfo=BERLIN)
    _, when = after_miss(policy, [Tried(at=at, part="x", outcome="no_answer")], at)
    assert (when - at.replace(hour=hour_utc, minute=30, tzinfo=when.tzinfo)) == timedelta(days=1)


def test_the_29th_of_february_is_a_day_like_any_other():
    at = datetime(2028, 2, 28, 18, tzinfo=SHANGHAI)
    _, when = after_miss(POLICY, [Tried(at=at, part="x", outcome="no_answer")], at)
    assert f"{when.astimezone(SHANGHAI):%m-%d %H:%M}" == "02-29 08:30"
