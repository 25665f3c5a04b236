"""``hotline rehearse``: a policy is tried on a moved clock before old people feel it."""

import os
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from hotline.cli import json_option, print_json, screen, sentences
from hotline.rehearsal import community as communities
from hotline.rehearsal.run import CannotRehearse, Plan, rehearse
from hotline.settings import Settings
from tickets.policy import default_text
from tickets.policy_reading import BadPolicy
from tickets.policy_reading import read as read_policy

MOST = 10_000_000  #: residents

file_type = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("rehearse")
@click.argument("policy", type=file_type, required=False)
@click.option("--residents", default=10_000, show_default=True, type=click.IntRange(1, MOST))
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366))
@click.option("--community", "community", type=file_type, metavar="FILE",
              help="What your residents and departments are like, as far as it differs.")  # fmt: skip
@click.option(
    "--shipped",
    is_flag=True,
    help="Print the community that is used without FILE, with its lines explained.",
)
@click.option("--sample", default=1000, show_default=True, type=click.IntRange(0, 100_000),
              help="So many calls go through the real dialogues, turn by turn, without sound.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**31),
              help="The same seed gives the same figures.")  # fmt: skip
@click.option("--database", default="", metavar="URL",
              help="An empty database to do it in; else a file that is thrown away.")  # fmt: skip
@json_option
def rehearse_command(
    policy: Path | None, residents: int, days: int, community: Path | None, shipped: bool,
    sample: int, seed: int, database: str, as_json: bool,
) -> None:  # fmt: skip
    """Try POLICY (else the one that comes with the hotline) on a moved clock: what would be kept of what it promises.

    The real clocks, policy and worker; residents, departments and the telephone company are a model. Nobody is
    rung, no letter is sent, nothing of your own data is touched.

        hotline rehearse policy.toml --residents 100000 --days 30
    """
    if shipped:
        click.echo(communities.shipped_text(), nl=False)
        return
    settings = Settings.read(os.environ)
    plan = Plan(
        policy=_policy(policy, settings),
        community=_community(community),
        residents=residents,
        days=days,
        seed=seed,
        sample=sample,
        database=database,
    )
    with sentences(), _bar() as bar:
        task = bar.add_task("rehearsing", total=days)
        try:
            figures = rehearse(plan, settings, lambda done: bar.update(task, completed=done))
        except CannotRehearse as problem:
            raise click.ClickException(str(problem)) from problem
    show(figures)
    if as_json:
        print_json(figures)


def _policy(file: Path | None, settings: Settings) -> str:
    try:
        text = file.read_text("utf-8-sig") if file else default_text()
        read_policy(text, settings.zone)
    except BadPolicy as mistake:
        raise click.ClickException(str(mistake)) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8 text; save it as such.") from None
    return text


def _community(file: Path | None) -> communities.Community:
    try:
        return communities.read(file.read_text("utf-8-sig") if file else "")
    except communities.BadCommunity as mistake:
        raise click.ClickException(str(mistake)) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8 text; save it as such.") from None


def _bar() -> Progress:
    columns = (
        TextColumn("{task.description}: day {task.completed:.1f} of {task.total:.0f}"),
        BarColumn(),
    )
    return Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=screen, transient=True
    )


# --- for people to read


def show(figures: dict[str, Any]) -> None:
    needs = figures["needs"]
    screen.print(
        f"{figures['residents']} residents, {figures['days']} days, seed {figures['seed']}: "
        f"{needs['told']} needs told; they are now: {_counts(needs['stand'])}"
    )
    screen.print(_promises(figures["promises"]))
    _calls(figures)
    screen.print(
        f"visits: {figures['visits']['ordered']} ordered ({_counts(figures['visits']['because'])})"
    )
    screen.print(f"who had to be told of late promises: {_counts(figures['escalations'])}")
    played = figures["dialogues"]
    screen.print(
        f"real dialogues: {played['played']} calls, {played['turns']} turns: {_counts(played['endings'])}"
    )
    if played["failed"]:
        screen.print(f"[red]something of ours failed: {_counts(played['failed'])}[/]")


def _promises(promises: dict[str, dict[str, Any]]) -> Table:
    table = Table(
        "promise",
        "made",
        "on time",
        "late",
        "broken",
        "still runs",
        "kept",
        "late by (median, p95)",
    )
    for clock, of in promises.items():
        share = "-" if of["kept_share"] is None else f"{of['kept_share']:.1%}"
        by = f"{_span(of['late_by_median_s'])}, {_span(of['late_by_p95_s'])}"
        counts = (str(of[name]) for name in ("made", "on_time", "late", "broken", "running"))
        table.add_row(clock, *counts, share, by)
    return table


def _calls(figures: dict[str, Any]) -> None:
    calls, lines = figures["callbacks"], figures["lines"]
    screen.print(
        f"callbacks: {calls['owed']} ({_counts(calls['states'])})\n"
        f"dials: {calls['dials']}, {calls['dials_a_result']} for each result told: {_counts(calls['outcomes'])}\n"
        f"lines: {lines['allowed']} allowed, {lines['peak']} in use at most, {lines['p95']} enough for 95 % of the "
        f"hours of ringing; a callback waited {_span(lines['waited_median_s'])} for a line (median), "
        f"{_span(lines['waited_p95_s'])} (p95), {_span(lines['waited_longest_s'])} at most"
    )


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


COMMANDS = (rehearse_command,)
