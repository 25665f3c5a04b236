"""The whole loop with the real recogniser: recorded voices in, a closed need out."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.cli import main
from hotline.demo import MovedClock, run
from hotline.house import open_ears, open_house
from hotline.settings import Settings
from ivr.lines.simulated import ScriptedCaller
from speech.audio import read_sound
from speech.ears import Limits, choose
from tests.house import ring
from tickets.commands import Verdict

MODELS = Settings.read().models
#: where tests share the machine with others, words may take longer than callers should wait
SLOW_MACHINE = Limits(waiting=120)

pytestmark = pytest.mark.skipif(
    choose("zh", MODELS).name == "none",
    reason=f"no recogniser in {MODELS}: hotline models install zh",
)


@pytest.fixture
def house(tmp_path):
    settings = Settings.read(
        {**os.environ, "HOTLINE_HOME": str(tmp_path), "HOTLINE_DATABASE_URL": ""}
    )
    clock = MovedClock.at_nine(settings.zone)
    with open_house(settings, now=clock, ears=open_ears(settings, SLOW_MACHINE)) as house:
        yield house, clock


def loop(house, verdict):
    opened, clock = house
    return run(opened, clock, verdict, lambda _said: None)


def test_a_need_is_heard_routed_dealt_with_told_back_and_closed(house):
    done = loop(house, Verdict.SOLVED)
    assert "电梯" in done["call"]["need"]["text"]
    assert (done["call"]["ticket"]["department"], done["call"]["ticket"]["service"]) == (
        "property",
        "lift_repair",
    )
    assert (done["verdict"], done["status"]) == ("solved", "solved")
    assert [event["kind"] for event in done["events"]] == [
        "Assigned",
        "Taken",
        "Handled",
        "Told",
        "FoundSolved",
    ]
    assert done["callback"]["outcome"] == "told"


def test_what_is_not_solved_goes_back_with_the_reason(house):
    done = loop(house, Verdict.NOT_SOLVED)
    assert done["status"] == "assigned"
    assert [event["kind"] for event in done["events"]][-2:] == ["FoundWanting", "Assigned"]


def test_the_demo_ends_with_the_object_that_was_promised(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    result = CliRunner().invoke(main, ["demo", "--json"])
    assert result.exit_code == 0
    last = json.loads(result.stdout.splitlines()[-1])
    assert set(last) == {"call", "ticket", "callback", "verdict", "status", "events", "timings"}


CALLS = os.environ.get("HOTLINE_TEST_DATA")


@pytest.mark.skipif(not CALLS, reason="HOTLINE_TEST_DATA names no folder with calls to test with")
@pytest.mark.parametrize(
    ("file", "keys", "outcome"),
    # c03, a leaking ceiling badly heard, is asked whether it is in danger, and says no
    [("c02.wav", "1", "ticket"), ("c03.wav", "21", "ticket"), ("c34.wav", "1", "human"), ("c35.wav", "1", "human"),
     ("c38_breath_s10.wav", "1", "human"), ("c42.wav", "1", "ticket")],
)  # fmt: skip
def test_calls_nobody_here_made_end_as_they_should(house, file, keys, outcome):
    opened, _ = house
    told = read_sound(Path(CALLS or "") / "calls" / file)
    account, _, _ = ring(opened, ScriptedCaller(told, keys=keys))
    assert account["outcome"] == outcome
    assert (account["urgent"] is not None) == (file in {"c03.wav", "c34.wav", "c35.wav"})
