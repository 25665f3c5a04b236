"""``hotline prompts heard``: what a recogniser makes of the prepared prompts over a telephone."""

import re
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.progress import track

from hotline.cli import json_option, print_json, screen
from hotline.house import open_mouth
from hotline.prompts_heard import Heard, Prompt, listened, rates, to_hear, whisper
from hotline.settings import Settings
from speech.ears.base import BadModel

KINDS = {
    "sentence": "every sentence and name",
    "together": "put together as on a call",
    "danger": "dangers",
    "alone": "days, hours and digits alone",
}


@click.command()
@click.option("--model", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="A Whisper model for faster-whisper; else HOTLINE_MODELS/whisper-base.")  # fmt: skip
@click.option("--only", default="", metavar="RE", help="A regular expression for ids.")
@click.option("--alone", is_flag=True,
              help="Also the days, hours and digits by themselves, which no caller hears so; minutes more.")  # fmt: skip
@json_option
def heard(model: Path | None, only: str, alone: bool, as_json: bool) -> None:
    """Play the prepared Mandarin prompts over G.711 to Whisper, and count the characters it writes down wrong.

    A machine is no old person: it shows which sounds are blurred, not how many a listener misses. Syllables are
    counted as well, where 请按 heard as 情案 is right. Numbers may be written either way.
    """
    settings = Settings.read()
    wanted = _wanted(only, alone=alone)
    folder = model or settings.models / "whisper-base"
    if not (folder / "model.bin").is_file():
        raise click.ClickException(
            f"No Whisper model in {folder}: hotline models install whisper-base"
        )
    try:
        ear = whisper(folder)
    except BadModel as problem:
        raise click.ClickException(str(problem)) from problem
    mouth = open_mouth(settings)
    try:
        all_heard = []
        listening = listened(wanted, lambda text: mouth.say(text, "zh", keep=False), ear)
        for one in track(listening, "listening", len(wanted), console=screen, transient=True):
            all_heard.append(one)
            _tell(one)
    finally:
        mouth.close()
    _report(all_heard, as_json=as_json)


def _wanted(only: str, *, alone: bool) -> list[Prompt]:
    try:
        return [one for one in to_hear(alone=alone) if re.search(only, one.ident)]
    except re.error as problem:
        raise click.BadParameter(f"--only: {problem}") from problem


def _tell(one: Heard) -> None:
    if one.errors.wrong:
        told = f"[bold]{escape(one.prompt.ident)}[/]  {one.errors.wrong} of {one.errors.characters} wrong"
        screen.print(f"{told}\n    {one.prompt.text}\n    [dim]{escape(one.words)}[/]")


def _report(all_heard: list[Heard], *, as_json: bool) -> None:
    sets = {kind: [one for one in all_heard if one.prompt.kind == kind] for kind in KINDS}
    figures: dict[str, Any] = {kind: rates(some) for kind, some in sets.items() if some}
    figures["all"] = rates(all_heard)
    for kind, row in figures.items():
        screen.print(
            f"{KINDS.get(kind, 'all of it')}: {row['prompts']} prompts, {row['characters']} characters, "
            f"[bold]{row['characters_wrong']:.1%}[/] of them wrong, "
            f"{row['syllables_wrong']:.1%} of syllables; {row['without_error']} without an error"
        )
    if as_json:
        wrong = [
            {"id": one.prompt.ident, "said": one.prompt.text, "heard": one.words}
            for one in all_heard
            if one.errors.wrong
        ]
        print_json({**figures, "wrong": wrong})
