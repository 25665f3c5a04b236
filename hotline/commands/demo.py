"""``hotline demo``: the whole loop once, with recorded voices, in about a minute."""

import time
from datetime import datetime
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
    "Assigned": "given to {assignee}; three clocks run",
    "Taken": "taken up: the 15-minute clock stops",
    "Handled": "dealt with, result recorded by voice: the 24-hour clock stops",
    "Told": "rung back, result heard: the 7-day clock stops",
    "FoundSolved": "the resident says: solved",
    "FoundWanting": "the resident says: not, or not all, solved: it goes back with the reason as a recording",
}


#: each promise, and the event that keeps it
PROMISED = {
    "respond": ("somebody takes it up in 15 minutes", "Taken"),
    "handle": ("dealt with in 24 hours", "Handled"),
    "feedback": ("told back in 7 days", "Told"),
}


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
    _conversation("The hotline rings back", result["callback"])
    _timeline(result, settings.zone)
    screen.print(
        f"\nticket {result['ticket']['id']} is now: [bold green]{result['status']}[/]; see it in the pages: hotline serve"
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
    """What happened, in order; then each promise beside the hour it was kept."""
    happened = Table(title="What became of it", show_header=False, border_style="dim")
    kept: dict[str, str] = {}
    for event in result["events"]:
        kept.setdefault(event["kind"], event["at"])
        said = EVENTS.get(event["kind"], event["kind"]).format(**result["ticket"])
        happened.add_row(_local(event["at"], zone), said, f"[dim]{escape(event['by'])}[/]")
    promises = Table("promised", "by", "kept", title="The promises", border_style="dim")
    for name, (said, by) in PROMISED.items():
        due = result["call"]["ticket"]["due"][name]
        promises.add_row(
            said, _local(due, zone), f"[green]{_local(kept[by], zone)} ✓[/]" if by in kept else "-"
        )
    screen.print(happened)
    screen.print(promises)


def _local(at: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%a %d %b %H:%M}"


COMMANDS = (demo,)
