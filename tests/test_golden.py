"""Calls that were made, replayed: a change of script that would break calls in progress is seen here.

Each file of tests/golden is one call: its purpose, its caller, its log, and what was said. If a change is
meant, raise EDITION in ivr/caller.py and make them anew: python -m tests.golden
"""

import json
from pathlib import Path

import pytest

from ivr.caller import EDITION, Caller
from ivr.calls import SCRIPTS, Purpose
from ivr.dialogue import Heard, Say
from ivr.engine import Entry, retell

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_call_that_was_made_is_told_again_word_for_word(file):
    call = json.loads(file.read_text(encoding="utf-8"))
    entries = [Entry(key, Heard(**heard)) for key, heard in call["log"]]
    dialogue = SCRIPTS[Purpose(call["purpose"])](Caller.of(call["caller"]))
    told = list(retell(dialogue, entries))
    assert [step.prompt for step in told if isinstance(step, Say)] == call["said"]
    assert sum(isinstance(step, Entry) for step in told) == len(entries)
    assert call["caller"]["edition"] == EDITION


def test_there_are_golden_calls_of_every_purpose():
    assert {json.loads(file.read_text("utf-8"))["purpose"] for file in GOLDEN} == set(Purpose)
