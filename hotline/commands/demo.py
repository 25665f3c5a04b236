"""``hotline demo``: the whole loop once, with recorded voices, in about a minute."""

import time
from datetime import datetime
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from hotline.cli import json_option, opened, print_json, screen
from hotline.demo import DemoStopped, MovedClock, run
from hotline.settings import Settings
from ivr.wording import gloss
from tickets.commands import Verdict

EVENTS = {
    "Assigned": "given to {assignee}",
    "Taken": "taken up: the 15-minute clock stops",
    "Handled": "dealt with, result recorded by voice: the 24-hour clock stops",
    "Told": "rung back, result heard: the 7-day clock stops",
    "FoundSolved": "the resident says: solved",
    "FoundWanting": "the resident says: not (all) solved; goes back with the reason as a recording",
}


PROMISED = {"respond": "somebody takes it up", "handle": "dealt with", "feedback": "told back"}


@click.command()
@click.option("--verdict", type=click.Choice([v.value for v in Verdict]), default="solved", show_default=True,
              help="What the resident answers in the end.")  # fmt: skip
@json_option
def demo(verdict: str, as_json: bool) -> None:
    """A resident tells a need, it is dealt with, told back, and closed by the resident.

    Real recognition, a real database, recorded (synthetic) voices over a simulated telephone
    line. The clock is moved: the resident rings at nine, two days ago, and is rung back the next day.
    """
    moved = MovedClock.at_nine(Settings.read().zone)
    began = time.perf_counter()
    with opened(now=moved) as house:
        screen.print(
            f"[dim]data: {house.settings.home}   recogniser: {house.ears.engine('zh').name}[/]"
        )
        house.warm("zh")
        with screen.status("…") as status:
            try:
                result = run(
                    house, moved, Verdict(verdict), lambda said: status.update(f"{said} …")
                )
            except DemoStopped as problem:
                raise click.ClickException(
                    f"{problem}. `hotline doctor` says what is missing."
                ) from problem
        result["timings"] = {"seconds": round(time.perf_counter() - began, 1)}
        show(result, house.settings)
    if as_json:
        print_json(result)


def show(result: dict[str, Any], settings: Settings) -> None:
    _conversation("A resident rings", result["call"])
    need = result["call"]["need"]
    screen.print(
        f"[dim]heard by {need['engine']}, confidence {need['confidence']}: the resident's own "
        f"recording is kept ({result['call']['recording']['seconds']} s) and is what was read back[/]\n"
    )
    _timeline(result, settings.zone)
    _conversation("The hotline rings back", result["callback"])
    screen.print(
        f"\n[bold green]{result['status']}[/]  ticket {result['ticket']['id']}; see it in the pages: hotline serve"
    )
    screen.print(f"[dim]everything is in {settings.home}[/]")


def _conversation(title: str, account: dict[str, Any]) -> None:
    """Both sides as they were heard, with the English wording under each sentence of the hotline."""
    lines = Table.grid(padding=(0, 1))
    lines.add_column()
    lines.add_column(overflow="fold")
    for line in account["transcript"]:
        if line["who"] == "hotline":
            lines.add_row("☎", f"[cyan]{escape(line['text'])}[/]")
            lines.add_row("", f"[dim]{escape(gloss(line['key'], 'en'))}[/]")
        elif line["text"]:
            pressed = "presses " if line["text"].isdigit() else ""
            lines.add_row("☺", f"[bold green]{pressed}{escape(line['text'])}[/]")
    screen.print(Panel(lines, title=title, border_style="blue", padding=(1, 2)))


def _timeline(result: dict[str, Any], zone: ZoneInfo) -> None:
    rows = [
        (
            event["at"],
            EVENTS.get(event["kind"], event["kind"]).format(**result["ticket"]),
            event["by"],
        )
        for event in result["events"]
    ]
    promised = result["call"]["ticket"]["due"]
    rows += [
        (promised[name], f"[dim]{said} by now[/]", "promised") for name, said in PROMISED.items()
    ]
    table = Table(title="The promise and what became of it", show_header=False, border_style="dim")
    for at, said, by in sorted(rows, key=itemgetter(0)):
        local = datetime.fromisoformat(at).astimezone(zone)
        table.add_row(f"{local:%a %d %b %H:%M}", said, f"[dim]{escape(by)}[/]")
    screen.print(table)


COMMANDS = (demo,)
