"""How fast, how large: measured on this machine, with the recogniser and the voices that are here."""

import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

from hotline.account import account_of
from hotline.demo import NUMBER, register, voice
from hotline.house import House, open_house
from hotline.manifest import read_manifest
from hotline.reception import answer_phone
from hotline.settings import Settings
from ivr.lines.simulated import ScriptedCaller, SimulatedLine
from speech.audio import RATE, read_sound
from speech.bench import error_rate

SETTLE = 60.0  #: seconds a server may take until its model is loaded


def first_sounds(settings: Settings, calls: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds from the confirmation key to the first sound of the answer, at pace "real"."""
    found: list[float] = []
    with open_house(settings) as house:
        house.warm("zh")
        register(house)
        for number in range(calls):
            tell(f"call {number + 1} of {calls}, in real time")
            line = SimulatedLine(ScriptedCaller(voice("resident_need"), keys="1"), real=True)
            line.carry(answer_phone(house, line="simulated", number=NUMBER))
            confirmed = line.timings.data()["confirmed_ms"]
            if confirmed is not None:
                found.append(confirmed)
    return {
        "confirmed_ms": round(median(found), 1) if found else None,
        "confirmed_ms_max": max(found, default=None),
        "calls": len(found),
    }


def hearing(settings: Settings, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Error rates of calls beside the engine alone on the whole files, and stories ended before their sound did.

    ``folder`` has WAVs and manifest.tsv with columns file, transcript, lang; rows without words
    must end without any. Raises BadManifest, NotASound.
    """
    rows = read_manifest(folder)
    heard = []
    with open_house(settings) as house:
        for number, row in enumerate(rows):
            tell(f"{row['file']}, {number + 1} of {len(rows)}")
            heard.append(_hear(house, folder / row["file"], row))
    spoken = [one for one in heard if one["said"]]
    return {
        "files": len(heard),
        "cer_call": round(fmean(one["call"] for one in spoken), 4),
        "cer_alone": round(fmean(one["alone"] for one in spoken), 4),
        "cut_off": [one["file"] for one in spoken if one["cut"]],
        "words_from_nothing": [one["file"] for one in heard if not one["said"] and one["text"]],
        "outcomes": Counter(one["outcome"] for one in heard),
    }


def _hear(house: House, wav: Path, row: dict[str, str]) -> dict[str, Any]:
    """One file as a caller over the line, and as the engine alone hears it."""
    sound, language = read_sound(wav), row["lang"]
    line = SimulatedLine(ScriptedCaller(sound, keys="1"))
    conversation = answer_phone(house, line="simulated", language=language)
    line.carry(conversation)
    account = account_of(house, conversation.call)
    alone = house.ears.words(uuid4().hex, sound, language).result()
    said, text = row["transcript"], account["need"]["text"]
    return {
        "file": wav.name,
        "said": said,
        "text": text,
        "outcome": account["outcome"],
        "call": error_rate(text, said, language),
        "alone": error_rate(alone.text, said, language),
        "cut": account["recording"]["seconds"] < len(sound) / RATE,
    }


def server_memory(settings: Settings) -> dict[str, Any]:
    """MiB of ``hotline serve`` and its children with the model loaded: proportional set size, so shared pages count once."""
    with TemporaryDirectory() as home:
        port = _free_port()
        environ = {**settings.environ, "HOTLINE_HOME": home, "HOTLINE_MODELS": str(settings.models)}
        environ.pop("HOTLINE_DATABASE_URL", None)
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "hotline", "serve", "--port", str(port)],
            env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_for(port)
            return {"server_mib": round(_settled(server.pid), 1)}
        finally:
            server.terminate()
            server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    """Until the pages answer."""
    for _ in range(int(SETTLE * 5)):
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the server did not come up")


def _settled(pid: int) -> float:
    """Memory of a process tree once it has stopped growing."""
    last, since = 0.0, time.monotonic()
    while time.monotonic() - since < SETTLE:
        time.sleep(3)
        now = _tree_mib(pid)
        if last and abs(now - last) < 1.0 and len(process_tree(pid)) > 1:
            return now
        last = now
    return last


def process_tree(pid: int) -> list[int]:
    """A process and all its children, by id."""
    tasks = Path(f"/proc/{pid}/task")
    children = [
        int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()
    ]
    return [pid, *(one for child in children for one in process_tree(child))]


def _tree_mib(pid: int) -> float:
    total = 0
    for one in process_tree(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1024


def settings_elsewhere(home: Path) -> Settings:
    """The same models, another home: measuring leaves no trace in the real one."""
    return Settings.read({**os.environ, "HOTLINE_HOME": str(home), "HOTLINE_DATABASE_URL": ""})
