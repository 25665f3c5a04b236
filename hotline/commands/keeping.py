"""Keeping the house: models, recovery after a crash, backups, and the doctor."""

from pathlib import Path

import click
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from hotline.cli import json_option, opened, print_json, screen
from hotline.commands.prompts import prompts
from hotline.doctor import examine
from hotline.recover import recover as mend
from hotline.settings import Settings
from speech.catalogue import read_catalogue
from speech.models import CannotInstall, install, installed
from store.archive import checked_manifest
from store.backup import BackupError, make_backup, restore_backup
from store.keyfile import KeyProblem
from store.seal import Keyring


@click.command()
@json_option
def recover(as_json: bool) -> None:
    """List and mend the calls that a crash left without an ending (also done at every start of serve).

    What was recorded becomes a draft for a person, due to be rung back in 15 minutes.
    """
    with opened() as house:
        mended = mend(house)
    for one in mended:
        screen.print(f"call {one.call}: {one.outcome}, {one.seconds:.1f} s of sound kept")
    if not mended:
        screen.print("Every call has its ending: nothing to mend.")
    if as_json:
        print_json({"recovered": [one.data() for one in mended]})


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say in plain words what is present, missing or unsafe, and how to mend it."""
    findings = examine(Settings.read())
    marks = {"ok": "[green]✓[/]", "note": "[yellow]•[/]", "bad": "[red]✗[/]"}
    for one in findings:
        screen.print(f"{marks[one.state]} [bold]{one.what}[/]: {one.found}", soft_wrap=True)
        if one.mend:
            screen.print(f"    [dim]→ {one.mend}[/]", soft_wrap=True)
    if as_json:
        print_json({"findings": [one.data() for one in findings]})
    if any(one.state == "bad" for one in findings):
        raise SystemExit(1)


@click.group()
def models() -> None:
    """Models for ears and mouth: what is here, and getting more."""


@models.command("list")
def list_models() -> None:
    """Every model of the catalogue: languages, size, licence, and whether it is here."""
    settings = Settings.read()
    here = {one.name: one for one in installed(settings.models)}
    table = Table(title=f"Models in {settings.models}")
    table.add_column("model", no_wrap=True)  # it is typed after `install`
    for column in ("languages", "size", "licence", "here"):
        table.add_column(column)
    for model in read_catalogue().models:
        found = here.get(model.name)
        state = "-" if found is None else "damaged" if found.damage else f"yes, from {found.source}"
        table.add_row(
            model.name,
            " ".join(model.languages),
            f"{model.bytes / 1e6:.0f} MB",
            model.licence,
            state,
        )
    screen.print(table)


@models.command("install")
@click.argument("what", metavar="zh|en|voice-zh|voice-en|MODEL")
def install_model(what: str) -> None:
    """Get a model by name, or the best that can be had: zh, en to hear, voice-zh, voice-en to speak; resumable."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=screen,
    )
    with bar:
        tasks: dict[str, TaskID] = {}

        def progress(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        try:
            got = install(what, Settings.read().models, progress, bar.console.print)
        except CannotInstall as problem:
            raise click.ClickException(str(problem)) from problem
    screen.print(f"{got.name} is ready ({got.source}), in {got.folder}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write everything but the key to FILE: sealed rows and recordings stay sealed.

    Without the key nobody can read the backup, you neither: keep a copy of the key elsewhere.
    """
    with opened() as house:
        try:
            counts = make_backup(house.database, house.settings.recordings, file, house.now())
        except BackupError as problem:
            raise click.ClickException(str(problem)) from problem
    screen.print(f"{file}: {counts}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(file: Path) -> None:
    """Bring a backup back into an empty HOTLINE_HOME (or database).

    It needs the key it was sealed with, first: copy it to HOTLINE_HOME/key (mode 0600), or set HOTLINE_KEY
    to its content.
    """
    _check_key_of(file, Settings.read())
    with opened() as house:
        try:
            counts = restore_backup(file, house.database, house.settings.recordings)
        except BackupError as problem:
            raise click.ClickException(str(problem)) from problem
    screen.print(f"restored {counts}; run `hotline doctor` to see that all is well")


def _check_key_of(file: Path, settings: Settings) -> None:
    """Before anything is made in the new home: a home that was begun with another key would stay closed."""
    if not settings.environ.get("HOTLINE_KEY") and not (settings.home / "key").exists():
        raise click.ClickException(
            f"Restoring needs the key the backup was sealed with: copy it to {settings.home / 'key'} "
            "(mode 0600), or set HOTLINE_KEY to its content."
        )
    try:
        checked_manifest(file, Keyring.load(settings.home, settings.environ))
    except (BackupError, KeyProblem) as problem:
        raise click.ClickException(str(problem)) from problem


COMMANDS = (recover, doctor, models, prompts, backup, restore)
