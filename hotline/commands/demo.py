"""``hotline demo``: the whole loop once, with recorded voices, in about a minute."""

import time
from typing import Any

import click
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from hotline.cli import json_option, opened, print_json, screen
from hotline.demo import DemoStopped, MovedClock, run
from hotline.settings import Settings
from tickets.commands import Verdict

EVENTS = {
    "Assigned": "given to {assignee}",
    "Taken": "taken up: the 15-minute clock stops",
    "Handled": "dealt with, result recorded by voice: the 24-hour clock stops",
    "Told": "rung back, result heard: the 7-day clock stops",
    "FoundSolved": "the resident says: solved",
    "FoundWanting": "the resident says: not (all) solved; goes back with the reason as a recording",
}


@click.command()
@click.option("--verdict", type=click.Choice([v.value for v in Verdict]), default="solved", show_default=True,
              help="What the resident answers in the end.")  # fmt: skip
@json_option
def demo(verdict: str, as_json: bool) -> None:
    """A resident tells a need, it is dealt with, told back, and closed by the resident.

    Real recognition, a real database, recorded (synthetic) voices over a simulated telephone
    line. The clock is moved: the call happened two days ago, the callback happens now.
    """
    moved = MovedClock()
    began = time.perf_counter()
    with opened(now=moved) as house:
        screen.print(
            f"[dim]data: {house.settings.home}   recogniser: {house.ears.engine('zh').name}[/]"
        )
        house.ears.warm("zh")
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
    _timeline(result)
    _conversation("The hotline rings back", result["callback"])
    screen.print(
        f"\n[bold green]{result['status']}[/]  ticket {result['ticket']['id']}; see it in the pages: hotline serve"
    )
    screen.print(f"[dim]everything is in {settings.home}[/]")


def _conversation(title: str, account: dict[str, Any]) -> None:
    lines = []
    for line in account["transcript"]:
        who = "[cyan]☎ " if line["who"] == "hotline" else "[bold green]☺ "
        if line["text"]:
            lines.append(f"{who}{escape(line['text'])}[/]")
    screen.print(Panel("\n".join(lines), title=title, border_style="blue", padding=(1, 2)))


def _timeline(result: dict[str, Any]) -> None:
    table = Table(title="The promise", show_header=False, border_style="dim")
    for event in result["events"]:
        said = EVENTS.get(event["kind"], event["kind"])
        said = said.format(assignee=result["ticket"]["assignee"])
        table.add_row(event["at"][:16].replace("T", " "), said, f"[dim]{event['by']}[/]")
    for name, at in result["call"]["ticket"]["due"].items():
        table.add_row(at[:16].replace("T", " "), f"[dim]was due: {name}[/]", "")
    screen.print(table)


COMMANDS = (demo,)
