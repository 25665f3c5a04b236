"""``hotline catalogue``: what a community says in files of its own, checked before the next call comes in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.markup import escape

from hotline.cli import json_option, print_json, screen
from hotline.community import BadFile, desk_of, files_of, spoken_as_here
from hotline.house import open_mouth
from hotline.settings import Settings
from ivr.wording import to_prepare
from routing import catalogue_files, emergency, gazetteer_files
from routing.catalogue import Service
from routing.desk import Desk

T = TypeVar("T")


@click.group()
def catalogue() -> None:
    """Departments and services, the words for them, and the other files a community writes for itself."""


@catalogue.command("list")
@json_option
def list_(as_json: bool) -> None:
    """The services in use, each with its department, what travels there."""
    book = _checked(lambda: files_of(Settings.read().home, strict=True)).catalogue
    for one in book.services:
        screen.print(
            f"{one.id}: {one.zh}, {escape(one.en)} → {one.department}"
            f"{' (proxy agent)' if one.by_agent else ''}; {', '.join(one.facts)}",
            soft_wrap=True,
        )
    if as_json:
        print_json({"services": [_told(one) for one in book.services]})


@catalogue.command()
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@json_option
def check(file: Path | None, as_json: bool) -> None:
    """Is FILE right, and do its example sayings arrive? Without FILE everything in HOTLINE_HOME.

    FILE is a catalogue.toml, or by its name an emergency.toml, places.toml or places.csv. A mistake is named with its line.
    """
    desk = _checked(lambda: _of_file(file) if file else desk_of(Settings.read(), strict=True))
    with spoken_as_here(desk.catalogue, desk.emergency):
        astray, unsaid = list(_astray(desk)), _without_recording()
    book = desk.catalogue
    figures: dict[str, Any] = {
        "departments": len(book.departments), "services": len(book.services),
        "places": len(desk.gazetteer.entries), "sayings": sum(map(_sayings, book.services)),
        "astray": astray, "without_recording": unsaid,
    }  # fmt: skip
    known = {None, *(one.id for one in book.departments)}
    for place in desk.gazetteer.entries:
        if place.department not in known:
            raise click.ClickException(f"{place.name}: there is no department {place.department}")
    screen.print(
        f"{figures['departments']} departments, {figures['services']} services, {figures['places']} places: no mistake."
    )
    for one in astray:
        screen.print(
            f"[yellow]{escape(str(one['text']))}[/] goes to {one['went']}, not to {one['service']}"
        )
    if unsaid:
        screen.print(
            f"{len(unsaid)} sentences are said by a voice, not a recording: hotline prompts render prepares them "
            f"({', '.join(unsaid[:4])} …)"
        )
    if as_json:
        print_json(figures)


def _checked(read: Callable[[], T]) -> T:
    try:
        return read()
    except BadFile as mistake:
        raise click.ClickException(str(mistake)) from mistake


def _of_file(file: Path) -> Desk:
    """The house's own desk, with this file instead of its own."""
    text, name, here = _text(file), file.name.lower(), desk_of(Settings.read())
    if name.endswith(".csv") or "places" in name:
        return replace(here, gazetteer=gazetteer_files.read(text, str(file)))
    if "emergency" in name:
        return replace(here, emergency=emergency.read(text, str(file)))
    return replace(here, catalogue=catalogue_files.read_own(text, str(file)))


def _text(file: Path) -> str:
    written = file.read_bytes()
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = written[: problem.start].count(b"\n") + 1
        raise click.ClickException(f"{file}, line {line}: no UTF-8; save it as UTF-8.") from None


def _astray(desk: Desk) -> Iterator[dict[str, str | None]]:
    """Example sayings that the routing sends elsewhere."""
    for service in desk.catalogue.services:
        for language, sayings in service.sayings.items():
            for text in sayings:
                way = desk.way(text, language)
                if way.service != service.id:
                    yield {
                        "text": text,
                        "service": service.id,
                        "went": way.service or way.department,
                    }


def _without_recording() -> list[str]:
    """Ids of Mandarin sentences that nobody has recorded or rendered."""
    mouth = open_mouth(Settings.read())
    try:
        return [id_ for id_, said in to_prepare("zh") if not mouth.is_prepared(said)]
    finally:
        mouth.close()


def _sayings(service: Service) -> int:
    return sum(map(len, service.sayings.values()))


def _told(service: Service) -> dict[str, Any]:
    return {
        "id": service.id, "department": service.department, "zh": service.zh, "en": service.en,
        "by_agent": service.by_agent, "facts": list(service.facts),
        "question": service.question and service.question.zh,
        "hours": {clock: within.total_seconds() / 3600 for clock, within in service.targets.items()},
    }  # fmt: skip


COMMANDS = (catalogue,)
