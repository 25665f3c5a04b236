"""How soon the mouth speaks, and what it costs: beside bare espeak-ng, measured in the same run."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ivr.wording import to_prepare
from speech.audio import RATE, Sound, seconds
from speech.models import installed
from speech.mouth import Espeak, Mouth, Speechless
from speech.mouth.neural import NAME, Neural
from speech.mouth.pauses import Pace

FRAME_MS = 20.0
ROUNDS = 5  #: each sentence so often
SENTENCES = {
    "zh": (
        "您说的电梯今天上午已经修好了，您可以放心下楼了。",
        "师傅明天上午九点到十一点上门，请您在家里等一等。",
        "您的卡办好了，请您带身份证到二楼三号窗口来拿。",
    ),
    "en": (
        "Your lift was mended this morning, you can go down again.",
        "Somebody comes tomorrow between nine and eleven, please stay at home.",
        "Your card is ready, please come to window three on the second floor.",
    ),
}
_TICKS = os.sysconf("SC_CLK_TCK")

#: bare espeak-ng: the library alone, called through ctypes in a process of its own
_BARE = """
import json, resource, sys
from speech.mouth.espeak import library
from speech.mouth.voices import ESPEAK_PITCH, ESPEAK_RATE, ESPEAK_VOICES
work = json.load(sys.stdin)
espeak = library()
espeak.set("rate", ESPEAK_RATE); espeak.set("pitch", ESPEAK_PITCH)
espeak.voice(ESPEAK_VOICES["zh"]); espeak.speak("一")
used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
before = used()
for language, text in work:
    espeak.voice(ESPEAK_VOICES[language]); espeak.speak(text)
print(json.dumps(used() - before))
"""


def mouth_figures(models: Path, prepared: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """All of it; figures of the neural voice are None where it is not installed."""
    figures: dict[str, Any] = {}
    with TemporaryDirectory() as home:
        tell("what is prepared or kept")
        figures |= _ready(prepared, Path(home))
    tell("espeak-ng, in our process and bare")
    figures |= _espeak()
    tell("the neural voice, clause by clause")
    here = any(one.name == NAME and not one.damage for one in installed(models))
    figures |= _neural(models / NAME) if here else dict.fromkeys(NEURAL)
    return figures


def _ready(prepared: Path, home: Path) -> dict[str, float]:
    """Milliseconds from asking to having the sound, p95, and in frames of the line."""
    texts = [text for _, text in to_prepare("zh")]
    mouth = Mouth([prepared], home / "voices", home / "cache", speakers=[_Instant()])
    first, again, kept = [], [], []
    for text in filter(mouth.is_prepared, texts):
        first.append(_ms(partial(mouth.say, text)))
        again.append(_ms(partial(mouth.say, text)))
    for number in range(100):
        mouth.say(f"第{number}次")
        kept.append(_ms(partial(mouth.say, f"第{number}次")))
    slow = [_ms(partial(mouth.say, text, pace="slow")) for text in texts[:60]]
    return {
        "prepared_first_ms_p95": _p95(first),
        "prepared_ms_p95": _p95(again),
        "prepared_slow_ms_p95": _p95(slow),
        "cached_ms_p95": _p95(kept),
        "cached_frames_p95": round(_p95(kept) / FRAME_MS, 2),
    }


class _Instant:
    """A voice that costs nothing: what is measured is what is kept, not who said it."""

    name = "instant"

    def speaks(self, language: str) -> bool:
        return True

    def pieces(self, text: str, pace: Pace) -> list[str]:
        return [text]

    def speak(self, text: str, language: str) -> Sound:
        return np.full(3 * RATE, 1000, np.int16)

    def close(self) -> None:
        """Nothing is open."""


def _espeak() -> dict[str, float]:
    """CPU seconds for the same sentences: our process with pyttsx3 beside the library alone."""
    work = (
        [(language, text) for language, texts in SENTENCES.items() for text in texts] * ROUNDS * 4
    )
    voice = Espeak()
    voice.speak("一", "zh")
    worker = voice.process_id or 0
    before, own, began = _cpu(worker), _own_cpu(), time.perf_counter()
    sounds = [voice.speak(text, language) for language, text in work]
    wall, ours, fitted = time.perf_counter() - began, _cpu(worker) - before, _own_cpu() - own
    memory = _mib(worker)
    voice.close()
    bare = json.loads(
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", _BARE], input=json.dumps(work), text=True, check=True, capture_output=True
        ).stdout
    )  # fmt: skip
    return {
        "espeak_cpu_ms": round(1000 * ours / len(work), 2),
        "bare_espeak_cpu_ms": round(1000 * bare / len(work), 2),
        "espeak_ratio": round(ours / bare, 2),
        "espeak_fitting_cpu_ms": round(1000 * fitted / len(work), 2),
        "espeak_wall_ms": round(1000 * wall / len(work), 1),
        "espeak_real_time_factor": round((ours + fitted) / sum(map(seconds, sounds)), 4),
        "espeak_mib": memory,
    }


NEURAL = ("neural", "neural_first_clause_ms", "neural_whole_ms", "neural_gaps_heard", "neural_real_time_factor",
          "neural_loading_s", "neural_mib")  # fmt: skip


def _neural(folder: Path) -> dict[str, float | str | None]:
    """Wall-clock from asking to the first clause and to the last, and CPU seconds for a second of speech."""
    voice = Neural(folder, limit=120)
    firsts, wholes, late = [], [], 0
    heard, cpu = 0.0, 0.0
    try:
        began = time.perf_counter()
        voice.warm()
        loading = time.perf_counter() - began
        with TemporaryDirectory() as home:
            mouth = Mouth([], Path(home) / "voices", Path(home) / "cache", speakers=[voice])
            for language, texts in SENTENCES.items():
                before = _cpu(voice.process_id or 0)
                arrived, lengths = _streamed(mouth, " ".join(texts), language)
                cpu += _cpu(voice.process_id or 0) - before
                heard += sum(lengths)
                firsts.append(arrived[0])
                wholes.append(arrived[-1])
                late += sum(_silences(arrived, lengths))
        memory = _mib(voice.process_id or 0)
    except Speechless as problem:
        return {**dict.fromkeys(NEURAL), "neural": str(problem)}
    finally:
        voice.close()
    return {
        "neural": voice.name,
        "neural_first_clause_ms": round(1000 * median(firsts)),
        "neural_whole_ms": round(1000 * median(wholes)),
        "neural_gaps_heard": late,
        "neural_real_time_factor": round(cpu / heard, 3),
        "neural_loading_s": round(loading, 1),
        "neural_mib": memory,
    }


def _streamed(mouth: Mouth, text: str, language: str) -> tuple[list[float], list[float]]:
    """When each clause was there, and how long it is, in seconds."""
    began = time.perf_counter()
    pieces = mouth.stream(text, language, keep=False)
    arrived = [(time.perf_counter() - began, seconds(piece)) for piece in pieces]
    return [at for at, _ in arrived], [length for _, length in arrived]


def _silences(arrived: list[float], lengths: list[float]) -> Iterator[bool]:
    """For each clause after the first: did a listener wait for it?"""
    heard_until = arrived[0]
    for (_, at), length in zip(pairwise(arrived), lengths, strict=False):
        heard_until += length
        yield at > heard_until
        heard_until = max(heard_until, at)


def _ms(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _p95(values: list[float]) -> float:
    return round(float(np.percentile(values, 95)), 3) if values else 0.0


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu(process: int) -> float:
    """CPU seconds of a process so far (proc(5): fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _mib(process: int) -> float:
    """Resident memory of a process at its highest."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024, 1)
