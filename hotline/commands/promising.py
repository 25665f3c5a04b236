"""``hotline policy``: what is promised, and who answers for it; changed at once, and every change is kept."""

import getpass
from pathlib import Path

import click
from rich.markup import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cli import json_option, opened, print_json, screen
from hotline.community import BadFile
from hotline.house import House, clock
from hotline.policy_remarks import remarks
from hotline.settings import BadSetting, Settings
from tickets.policies import PolicyRow, refused_of, use
from tickets.policy import Policy, default_text
from tickets.policy_reading import BadPolicy, read

file_argument = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group()
def policy() -> None:
    """What this community promises, when it may ring, and who answers for it: a TOML file.

    Start with: hotline policy show --shipped > policy.toml
    """


@policy.command()
@click.option(
    "--shipped",
    is_flag=True,
    help="The one that comes with the hotline, with all its lines explained.",
)
def show(shipped: bool) -> None:
    """Print the policy in force; what it leaves out is as in the shipped one."""
    if shipped:
        click.echo(default_text(), nl=False)
        return
    with opened() as house, house.database.read() as session:
        rows = _rows(session)
        click.echo(_text(house, rows[-1]) if rows else default_text(), nl=False)
        for one in refused_of(session):
            screen.print(f"[red]✗[/] {escape(one)}; until it is mended that is as shipped")


@policy.command()
@file_argument
def check(file: Path) -> None:
    """Say what is wrong with FILE, if anything, and what it leaves open; changes nothing."""
    settings = Settings.read()
    found = _read(file, settings)
    _remark(found, settings)
    click.echo(f"{file} can be used.")


@policy.command("use")
@file_argument
def use_(file: Path) -> None:
    """Put FILE in force at once, for everybody; a mistake changes nothing.

    What was promised before stays promised; who answers for it, and when, is as in the new one.
    """
    found = _read(file, Settings.read())
    with opened() as house:
        with house.database.write() as session:
            use(session, file.read_text("utf-8-sig"), by=_who(), at=house.now())
        _remark(found, house.settings)
    click.echo(f"{file} is in force.")


@policy.command()
@click.argument("number", required=False, type=int)
@json_option
def history(number: int | None, as_json: bool) -> None:
    """Every policy there was, by whom and since when; NUMBER prints that one."""
    with opened() as house, house.database.read() as session:
        rows = _rows(session)
        if number is not None:
            click.echo(_text(house, _one(rows, number)), nl=False)
            return
        for row in rows:
            screen.print(f"{row.id}: since {_since(house, row)}, by {escape(row.by)}")
        if not rows:
            screen.print("The policy that comes with the hotline, from the beginning.")
        if as_json:
            print_json(
                {
                    "policies": [
                        {"number": row.id, "at": row.at.isoformat(), "by": row.by} for row in rows
                    ]
                }
            )


def _read(file: Path, settings: Settings) -> Policy:
    try:
        return read(file.read_text("utf-8-sig"), settings.zone)
    except BadPolicy as mistake:
        raise click.ClickException(f"{file}: {mistake}") from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8 text; save it as such.") from None


def _remark(found: Policy, settings: Settings) -> None:
    try:
        for one in remarks(found, settings, clock().astimezone(settings.zone).year):
            screen.print(f"[yellow]•[/] {escape(one)}")
    except (BadSetting, *BadFile) as problem:
        raise click.ClickException(str(problem)) from None


def _rows(session: Session) -> list[PolicyRow]:
    return list(session.scalars(select(PolicyRow).order_by(PolicyRow.id)))


def _one(rows: list[PolicyRow], number: int) -> PolicyRow:
    for row in rows:
        if row.id == number:
            return row
    raise click.ClickException(f"There is no policy {number}; hotline policy history lists them.")


def _text(house: House, row: PolicyRow) -> str:
    return f"# in force since {_since(house, row)}, by {row.by}\n{row.text}"


def _since(house: House, row: PolicyRow) -> str:
    return f"{row.at.astimezone(house.settings.zone):%Y-%m-%d %H:%M}"


def _who() -> str:
    try:
        return f"command: {getpass.getuser()}"[:64]
    except (KeyError, OSError):
        return "command"


COMMANDS = (policy,)
