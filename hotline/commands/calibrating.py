"""``hotline calibrate``: what an engine's confidence is worth, learnt from recordings of one's own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress
from rich.table import Table

from hotline import calibrate as work
from hotline.calibrate import CannotCalibrate, Recording, Trial
from hotline.cli import json_option, print_json, reason, screen
from hotline.settings import Settings
from speech.calibration import place
from speech.confidence import CHECK, UNDERSTOOD
from speech.ears.base import Recogniser
from speech.ears.choose import Engine
from speech.reliability import bins, calibration_error, held_back


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--engine", "name", help="A model by its folder, else the first ear of the language.")
@click.option(
    "--check", is_flag=True, help="Only see how true the confidence is now; save nothing."
)
@json_option
def calibrate(folder: Path, name: str | None, check: bool, as_json: bool) -> None:
    """Learn from FOLDER (WAVs and manifest.tsv: file, transcript, lang) what a confidence is worth.

    The engine hears every recording; a curve from its own sureness to the share of right characters is
    fitted and saved beside the model, where that engine's ear finds it at the next start. Takes 30
    recordings with words or more, best of your own residents over your own telephone. A column
    "voice" (who speaks) makes the trial on held-back voices possible.

    With --check nothing is fitted or saved: how true is the confidence now, and which recordings would
    not be believed (any number of recordings will do; try it with dialects).
    """
    try:
        figures = _check(folder, name) if check else _learn(folder, name)
    except CannotCalibrate as problem:
        raise click.ClickException(f"{problem} Nothing has been changed.") from problem
    if as_json:
        print_json(figures)


def _learn(folder: Path, name: str | None) -> dict[str, Any]:
    recordings, engine = _prepared(folder, name, work.FEWEST)
    return fitted(engine, _heard(engine, recordings, work.learn))


def fitted(engine: Engine, heard: Sequence[Trial]) -> dict[str, Any]:
    """Fits, shows how true it was and is, saves. Raises CannotCalibrate."""
    trials = work.usable(heard)
    calibration, examples = work.calibrate(trials), work.examples(trials)
    right = [one.right for one in trials]
    now = [(one.heard.confidence, one.right) for one in trials if one.heard.confidence is not None]
    figures: dict[str, Any] = {"engine": engine.name, "recordings": len(heard)}
    figures["heard"] = len(trials)
    if now:
        figures["error_before"] = _table("before", *zip(*now, strict=True))
    groups = {
        "texts": [one.recording.transcript for one in trials],
        "voices": [one.recording.voice for one in trials],
    }
    for what, group in groups.items():
        if len(set(group)) > 1:
            new = held_back(examples, group)
            figures[f"error_new_{what}"] = _table(f"after, on {what} held back", new, right)
    saved = place(Path(engine.model))
    try:
        calibration.save(saved)
    except OSError as problem:
        raise CannotCalibrate(f"{saved} cannot be written: {problem.strerror}.") from problem
    screen.print(f"Saved as {saved}; {engine.name} uses it from its next start.")
    return figures | {"saved": str(saved)}


def _check(folder: Path, name: str | None) -> dict[str, Any]:
    recordings, engine = _prepared(folder, name, 1)
    trials = _heard(engine, recordings, work.check)
    told = [one for one in trials if one.heard.text and one.heard.confidence is not None]
    figures: dict[str, Any] = {"engine": engine.name, "recordings": len(recordings)}
    figures["calibrated"] = bool(told) and all(one.heard.calibrated for one in told)
    if told:
        sure = [one.heard.confidence or 0.0 for one in told]
        figures["error"] = _table("now", sure, [one.right for one in told])
    for what, limit in (("not_understood", UNDERSTOOD), ("to_be_checked", CHECK)):
        below = [one.recording.file.name for one in trials if _below(one, limit)]
        figures[what] = below
        screen.print(f"{what.replace('_', ' ')} (below {limit}): {len(below)} of {len(trials)}")
        screen.print(f"  {' '.join(below)}")
    return figures


def _below(trial: Trial, limit: float) -> bool:
    """Uncalibrated words are never below: nobody knows what they are worth."""
    heard = trial.heard
    return not heard.text or (heard.calibrated and (heard.confidence or 0.0) < limit)


def _prepared(folder: Path, name: str | None, fewest: int) -> tuple[list[Recording], Engine]:
    recordings = work.read_manifest(folder, fewest=fewest)
    return recordings, work.choose_engine(Settings.read().models, recordings, name)


def _heard(
    engine: Engine,
    recordings: Sequence[Recording],
    listen: Callable[[Recogniser, Sequence[Recording], work.Tell], list[Trial]],
) -> list[Trial]:
    try:
        ear = work.build(engine)
    except Exception as problem:
        raise CannotCalibrate(f"{engine.name} does not load: {reason(problem)}.") from problem
    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task(engine.name, total=len(recordings))
        return listen(ear, recordings, lambda done, _: bar.update(task, completed=done))


def _table(title: str, confidence: Sequence[float], right: Sequence[float]) -> float:
    """Shows it; returns the expected calibration error."""
    error = calibration_error(confidence, right)
    screen.print(f"{title}: expected calibration error {error:.3f}")
    table = Table()
    for heading in ("confidence", "n", "said", "right"):
        table.add_column(heading, justify="right")
    for one in bins(confidence, right):
        span = f"{one.least:.1f}-{one.most:.1f}"
        table.add_row(span, str(one.n), f"{one.confidence:.2f}", f"{one.right:.2f}")
    screen.print(table)
    return error


COMMANDS = (calibrate,)
