"""Many calls at once, and a recogniser that is killed among them: does every call still end well?"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from hotline.account import account_of
from hotline.bench import process_tree
from hotline.house import House, open_house
from hotline.reception import answer_phone
from hotline.settings import Settings
from ivr.calls import Call
from ivr.conversation import Conversation
from ivr.lines.simulated import ScriptedCaller, SimulatedLine
from speech.audio import RATE, Sound

KILLS_BEGIN = 0.8  #: of the longest story's length: by then the first recordings are being heard
BETWEEN_KILLS = 4.0  #: seconds


@dataclass(frozen=True, slots=True)
class Carried:
    """One call of the crowd."""

    conversation: Conversation
    line: SimulatedLine
    failed: BaseException | None


def crowd(
    settings: Settings, sounds: list[Sound], at_once: int, kills: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """``at_once`` calls in real time, each telling one of ``sounds``; ``kills`` recognisers get SIGKILL meanwhile."""
    with open_house(settings) as house:
        house.warm("zh")
        tell(f"{at_once} calls at once, in real time")
        with ThreadPoolExecutor(at_once + 1) as threads:
            calls = [
                threads.submit(_carry, house, sounds[number % len(sounds)])
                for number in range(at_once)
            ]
            killed = threads.submit(_kill, max(map(len, sounds)) / RATE, kills)
            carried = [call.result() for call in calls]
        house.exchange.afterwards.close()
        figures = _figures(house, carried)
    return {"calls": at_once, "killed": killed.result(), **figures}


def _carry(house: House, sound: Sound) -> Carried:
    line = SimulatedLine(ScriptedCaller(sound, keys="1"), real=True)
    conversation = answer_phone(house, line="simulated")
    return Carried(conversation, line, line.carry(conversation).failed)


def _kill(story: float, kills: int) -> int:
    """SIGKILL for a recogniser of ours, so many times; how many were there to be killed."""
    found = 0
    time.sleep(KILLS_BEGIN * story)
    for _ in range(kills):
        time.sleep(BETWEEN_KILLS)
        ears = [pid for pid in process_tree(os.getpid()) if _is_ear(pid)]
        for pid in ears[:1]:
            os.kill(pid, signal.SIGKILL)
            found += 1
    return found


def _is_ear(pid: int) -> bool:
    try:
        return b"speech.ears" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _open_calls(house: House) -> int:
    with house.database.read() as session:
        return len(session.scalars(select(Call).where(Call.ended_at.is_(None))).all())


def _figures(house: House, carried: list[Carried]) -> dict[str, Any]:
    accounts = [account_of(house, one.conversation.call) for one in carried]
    waits = [
        ms
        for one in carried
        for key, ms in one.line.timings.first_sound.items()
        if key.startswith("need.") and ".right." not in key
    ]
    return {
        "outcomes": dict(Counter(str(one["outcome"]) for one in accounts)),
        "with_words": sum(bool(one["need"]["text"]) for one in accounts),
        "failed": sum(one.failed is not None for one in carried),
        "without_ending": _open_calls(house),
        "without_recording": sum(not one["recording"]["seconds"] for one in accounts),
        "seconds_kept": round(sum(one["recording"]["seconds"] for one in accounts), 1),
        "first_sound_ms": round(median(waits)) if waits else None,
        "first_sound_ms_max": round(max(waits)) if waits else None,
    }
