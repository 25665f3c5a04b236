"""``hotline worker`` as it is started by a service manager: it says when it is ready, and ends when it is asked to."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from hotline.house import clock, open_house
from hotline.settings import Settings
from hotline.torture.world import POLICY, promise
from speech.ears.scripted import ScriptedEars
from tickets.callbacks import Callback, CallbackState
from tickets.policies import use


def started(home, *args, **settings) -> "subprocess.Popen[str]":
    environ = {
        **os.environ,
        "HOTLINE_HOME": str(home),
        "HOTLINE_MODELS": str(home / "none"),
        **settings,
    }
    environ.pop("HOTLINE_DATABASE_URL", None)
    command = [sys.executable, "-m", "hotline", "worker", *args]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True, bufsize=1)


@pytest.fixture
def home(tmp_path):
    """A home in which two results are owed, told around the clock."""
    settings = Settings.read({"HOTLINE_HOME": str(tmp_path), "HOME": str(tmp_path)})
    with open_house(settings, ears=ScriptedEars()) as house:
        with house.database.write() as session:
            use(session, POLICY, by="test", at=house.now())
        for number in ("13800000001", "13800000002"):
            promise(house.database, number, clock() - timedelta(minutes=2))
    return tmp_path


def states(home) -> list[str]:
    settings = Settings.read({"HOTLINE_HOME": str(home), "HOME": str(home)})
    with open_house(settings, ears=ScriptedEars()) as house, house.database.read() as session:
        return [one.state for one in session.query(Callback).order_by(Callback.id)]


def wait_for(process, word):
    for line in process.stdout:
        if word in line:
            return line
    raise AssertionError(f"it ended without a word of {word}")


def test_it_says_when_it_is_ready_dials_and_brings_calls_to_their_end_when_asked_to_end(home):
    worker = started(home, HOTLINE_PROVIDER="simulated")
    wait_for(worker, "worker ready")
    said = wait_for(worker, "dialled")
    worker.send_signal(signal.SIGTERM)
    rest, _ = worker.communicate(timeout=300)
    assert worker.returncode == 0
    assert states(home)[0] == CallbackState.TOLD
    assert CallbackState.DIALLING not in states(home)
    assert "138" not in said + rest


def test_without_a_provider_it_rings_nobody_and_says_so(home):
    out, _ = started(home, "--once").communicate(timeout=300)
    assert "nobody is rung" in out
    assert states(home) == [CallbackState.OWED, CallbackState.OWED]


def test_an_unknown_provider_is_told_in_a_sentence(home):
    worker = subprocess.run(
        [sys.executable, "-m", "hotline", "worker", "--once"],
        env={**os.environ, "HOTLINE_HOME": str(home), "HOTLINE_PROVIDER": "pigeon"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert worker.returncode == 1
    assert "HOTLINE_PROVIDER=pigeon: no such provider" in worker.stderr
