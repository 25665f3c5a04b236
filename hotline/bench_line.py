"""What a live line costs beside a bare socket server, and a webhook beside a bare view, in the same run."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

from hotline.bench import _free_port
from hotline.bench_line_client import Heard, lags, telephone
from hotline.bench_line_turns import turn_rates
from hotline.house import House, open_house
from hotline.reception import answer_phone
from hotline.settings import Settings
from ivr.lines.tokens import issue
from speech.ears.scripted import ScriptedEars

Say = Callable[[str], None]

LOAD = 24.0  #: seconds of each call
QUIET = 4.0  #: of them before measuring begins: connecting, first turns
INTERRUPTED = 34.0  #: seconds until a question is asked again, and a little more
FEW = 5  #: calls for what is measured in quiet


def line_figures(calls: int, say: Say) -> dict[str, Any]:
    """All of it, on this machine, now. Nothing else should run."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings.read({"HOTLINE_HOME": folder, "HOME": folder})
        say(f"a bare socket server with {calls} telephones")
        bare = _load("bare", home, [""] * calls)
        say(f"{calls} live calls")
        ours = _load("lines", home, _tokens(settings, calls))
        say("first sound, and talking into a question")
        few = _quietly(home, _tokens(settings, FEW))
        say("webhooks, and a bare view")
        with _house(settings) as house:
            turns = turn_rates(house)
    return {
        "calls": calls,
        "core_share": ours["core_share"],
        "bare_core_share": bare["core_share"],
        # For each frame: on a busy machine neither server sends all of them.
        "cpu_ratio": round(_each(ours) / _each(bare), 2),
        "frame_lag_p95_ms": ours["lag_p95_ms"],
        "bare_frame_lag_p95_ms": bare["lag_p95_ms"],
        "frames": ours["frames"],
        "bare_frames": bare["frames"],
        **turns,
        **few,
    }


def _each(server: dict[str, Any]) -> float:
    return float(server["core_share"] / max(1, server["frames"]))


def _load(which: str, home: Path, tokens: list[str]) -> dict[str, Any]:
    with _server(which, home) as (port, pid):
        heard, cpu, since, until = asyncio.run(_many(port, pid, tokens))
    late = sorted(one for each in heard for one in lags(each, since, until))
    return {
        "core_share": round(cpu / (until - since), 3),
        "lag_p95_ms": round(late[int(0.95 * (len(late) - 1))], 1) if late else None,
        "frames": len(late),
    }


async def _many(port: int, pid: int, tokens: list[str]) -> tuple[list[Heard], float, float, float]:
    url = f"ws://127.0.0.1:{port}/lines"
    calls = [asyncio.create_task(telephone(url, one, LOAD)) for one in tokens]
    await asyncio.sleep(QUIET)
    since, begun = time.perf_counter(), _cpu(pid)
    await asyncio.sleep(LOAD - QUIET - 2.0)
    until, spent = time.perf_counter(), _cpu(pid) - begun
    return list(await asyncio.gather(*calls)), spent, since, until


def _quietly(home: Path, tokens: list[str]) -> dict[str, Any]:
    """First sound after the answer; from confirmed speech to "clear": the largest of some calls."""
    with _server("lines", home) as (port, _):
        url = f"ws://127.0.0.1:{port}/lines"

        async def some() -> list[Heard]:
            calls = []
            for token in tokens:
                calls.append(
                    asyncio.create_task(telephone(url, token, INTERRUPTED, interrupts=True))
                )
                await asyncio.sleep(0.5)
            return list(await asyncio.gather(*calls))

        heard = asyncio.run(some())
    first = [(one.first - one.started) * 1000 for one in heard if one.first is not None]
    cleared = [
        (one.cleared - one.spoke) * 1000
        for one in heard
        if one.cleared is not None and one.spoke is not None
    ]
    return {
        "first_sound_ms": round(statistics.median(first), 1) if len(first) == len(tokens) else None,
        "barge_in_ms": round(max(cleared), 1) if len(cleared) == len(tokens) else None,
    }


@contextmanager
def _house(settings: Settings) -> Iterator[House]:
    with open_house(settings, ears=ScriptedEars()) as house:
        yield house


def _tokens(settings: Settings, calls: int) -> list[str]:
    """So many calls that have begun, and what admits to them."""
    tokens = []
    with _house(settings) as house:
        for _ in range(calls):
            call = answer_phone(house, line="twilio").call
            with house.database.write() as session:
                tokens.append(issue(session, call, house.now()))
    return tokens


@contextmanager
def _server(which: str, home: Path) -> Iterator[tuple[int, int]]:
    port = _free_port()
    command = [sys.executable, "-m", "hotline.bench_line_server", which, str(port), str(home)]
    server = subprocess.Popen(command)  # noqa: S603
    try:
        _wait_for(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(60)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up")


def _cpu(pid: int) -> float:
    """Seconds of processor time, all threads (proc(5), fields 14 and 15)."""
    facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")
