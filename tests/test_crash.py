"""A process dies in mid-call: what was recorded is kept, the call gets its ending, a person is due."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hotline.demo import voice
from speech.audio import RATE, write_wav
from store.shelf import SEALED_SECOND
from tests.house import house_in, seconds_kept
from tickets.waiting import waiting_now

ENOUGH = 20  #: seconds on the disk before the process is killed


def hotline(home: Path, *args: str) -> "subprocess.Popen[bytes]":
    environ = {**os.environ, "HOTLINE_HOME": str(home), "HOTLINE_MODELS": str(home / "none")}
    environ.pop("HOTLINE_DATABASE_URL", None)
    command = [sys.executable, "-m", "hotline", *args]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def longest_recording(home: Path) -> int:
    """Whole seconds of the longest recording on the disk."""
    sizes = [file.stat().st_size for file in home.glob("recordings/*/*.rec")]
    return max(sizes, default=0) // SEALED_SECOND


@pytest.fixture
def killed_call(tmp_path):
    """The home of a process that was killed while somebody was telling a need."""
    need = voice("resident_need")
    write_wav(tmp_path / "long.wav", np.tile(need, 240 * RATE // len(need)))
    home = tmp_path / "home"
    call = hotline(home, "call", str(tmp_path / "long.wav"), "--from", "01055550101")
    for _ in range(600):
        if longest_recording(home) >= ENOUGH or call.poll() is not None:
            break
        time.sleep(0.05)
    call.kill()
    call.communicate()
    return home


def test_a_killed_call_is_recovered_with_every_second_that_was_written(killed_call):
    written = longest_recording(killed_call)
    assert written >= ENOUGH
    out, _ = hotline(killed_call, "recover", "--json").communicate(timeout=60)
    mended = json.loads(out.splitlines()[-1])["recovered"]
    assert [one["outcome"] for one in mended] == ["draft"]
    assert mended[0]["seconds"] >= written
    assert mended[0]["recording"] is not None
    with house_in(killed_call) as house, house.database.read() as session:
        waiting = waiting_now(session)
        assert [row.recording_id for row in waiting] == [mended[0]["recording"]]
        assert seconds_kept(house, mended[0]["call"]) >= written


def test_recovering_twice_mends_once(killed_call):
    hotline(killed_call, "recover").communicate(timeout=60)
    out, _ = hotline(killed_call, "recover", "--json").communicate(timeout=60)
    assert json.loads(out.splitlines()[-1]) == {"recovered": []}


def test_a_call_that_still_goes_on_is_left_alone(tmp_path):
    need = voice("resident_need")
    write_wav(tmp_path / "need.wav", need)
    call = hotline(tmp_path / "home", "call", str(tmp_path / "need.wav"), "--pace", "real")
    while longest_recording(tmp_path / "home") < 1:
        assert call.poll() is None
        time.sleep(0.05)
    out, _ = hotline(tmp_path / "home", "recover", "--json").communicate(timeout=60)
    call.kill()
    call.communicate()
    assert json.loads(out.splitlines()[-1]) == {"recovered": []}
