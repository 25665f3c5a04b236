"""What the routing is worth: on citizen messages, clean and made noisy, and on writers that no guesser has seen."""

import csv
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from hotline.bench_repeats import repeat_figures
from hotline.teaching import alarm_figures, alarms, foreign_figures, teach_dangers, teach_needs
from routing.alarm import ALERT, DANGER, hear_danger
from routing.desk import SURE
from routing.learning import Lesson, fit
from routing.misheard import Recogniser
from routing.sayings import Saying, judges
from routing.trained import shipped

ONE_TURN = 90  #: characters of a message that are learnt from: what is asked later is a title and fifty more
NOISE = (0.0, 0.2, 0.3)
OF = "appeals"  #: folder of HOTLINE_TEST_DATA

Figures = dict[str, Any]
Tell = Callable[[str, float], None]


def routing_figures(data: Path | None, tell: Tell, *, foreign: bool) -> Figures:
    """``data``: HOTLINE_TEST_DATA; ``foreign``: also train anew with every writer held back, which takes ten minutes."""
    figures = messages(data, tell) if data else _nothing("HOTLINE_TEST_DATA names no folder")
    figures |= emergencies(tell)
    return figures | ({"held_back": writers(tell)} if foreign else {})


def emergencies(tell: Tell) -> Figures:
    """What came with the hotline, on writers who were never taught to it."""
    told, alerted = judges(), []
    for number, one in enumerate(told, 1):
        alerted.append(hear_danger(one.words, one.language, shipped(DANGER)) is not None)
        tell("emergencies", number / len(told))
    return alarms(told, alerted)


def told_before(data: Path | None, tickets: int, tell: Tell, url: str = "") -> Figures:
    """How what was told before is found again, see ``hotline.bench_repeats``; on citizen messages, if they are there."""
    files = [data / OF / name for name in ("train.tsv", "dev.tsv")] if data else []
    told = [one.words[:ONE_TURN] for file in files if file.is_file() for one in _read(file)]
    return repeat_figures(told, tickets, tell, url)


def _nothing(why: str) -> Figures:
    keys = ("clean", "noise20", "noise30", "train_cpu_s", "ms_per_text", "model_mb")
    return dict.fromkeys(keys) | {"messages_note": why}


def messages(data: Path, tell: Tell) -> Figures:
    """Train on train.tsv, test on dev.tsv, words alone; the noise is of our own confusion table."""
    if not (data / OF / "train.tsv").is_file():
        return _nothing(f"{data} has no {OF}/train.tsv")
    train, test = (_read(data / OF / name) for name in ("train.tsv", "dev.tsv"))
    tell("citizen messages", 0.0)
    began = time.process_time()
    sayings = [Saying(one.words[:ONE_TURN], one.label, one.writer) for one in train]
    lesson = Lesson(tuple(sayings), None, tuple({} for _ in sayings))
    guesser = fit(lesson, sorted({one.group for one in sayings}))
    spent = time.process_time() - began
    recogniser = Recogniser(one.words for one in train)
    figures: Figures = {}
    for number, rate in enumerate(NOISE, 1):
        heard = [
            Saying(recogniser.write(one.words, at, rate) if rate else one.words, one.label, "")
            for at, one in enumerate(test)
        ]
        began = time.perf_counter()
        right = sum(guesser.guess(one.words).best == one.group for one in heard)
        figures["clean" if not rate else f"noise{rate * 100:.0f}"] = round(right / len(test), 4)
        figures["ms_per_text"] = round(1000 * (time.perf_counter() - began) / len(test), 2)
        tell("citizen messages", number / len(NOISE))
    megabytes = round(len(guesser.save()) / 1e6, 2)
    return figures | {"train_cpu_s": round(spent, 1), "model_mb": megabytes, "messages": len(test)}


def _read(file: Path) -> list[Saying]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Saying(row["text"], row["label"], "") for row in rows if row["text"]]


def writers(tell: Tell) -> Figures:
    """Every figure is of writers that were held back from what is measured."""
    _, needs = teach_needs(tell)
    _, near = teach_dangers(tell)
    figures = {"needs": foreign_figures(needs, SURE), "sure": SURE, "alert": ALERT}
    return figures | alarm_figures(near)


def shipped_mb() -> float:
    """What came with the hotline."""
    folder = resources.files("routing") / "trained"
    return round(sum(len(one.read_bytes()) for one in folder.iterdir()) / 1e6, 2)
