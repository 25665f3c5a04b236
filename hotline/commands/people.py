"""``hotline residents|staff|agents import FILE.csv``: the register, row by row."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from sqlalchemy.orm import Session

from hotline.cli import json_option, opened, print_json, screen
from proxy_agents.register import (
    RESIDENT_COLUMNS,
    RESIDENT_REQUIRED,
    Outcome,
    RowReport,
    import_residents,
)
from proxy_agents.sheets import Columns, NotARegister, Row, read_sheet
from proxy_agents.staff_register import (
    AGENT_COLUMNS,
    AGENT_REQUIRED,
    STAFF_COLUMNS,
    STAFF_REQUIRED,
    import_agents,
    import_staff,
)
from routing.catalogue import load as load_catalogue
from store.seal import Keyring

MARKS = {
    Outcome.ADDED: "[green]+[/]",
    Outcome.UPDATED: "[cyan]~[/]",
    Outcome.UNCHANGED: "[dim]=[/]",
    Outcome.REFUSED: "[red]✗[/]",
}


Importer = Callable[[Session, Keyring, Sequence[Row], datetime], list[RowReport]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One kind of register somebody keeps in a spreadsheet."""

    name: str
    about: str
    columns: Columns
    required: tuple[str, ...]
    importer: Importer

    @property
    def help(self) -> str:
        """Every column with the Chinese headings that will do as well."""
        names = [
            f"{name}{'*' if name in self.required else ''} ({' '.join(also)})"
            for name, also in self.columns.items()
        ]
        return (
            "Import FILE (CSV, UTF-8 or GB18030), row by row: good rows go in, a bad one says why.\n\n"
            f"Columns (* must be there): {', '.join(names)}."
        )


def _staff(
    session: Session, keyring: Keyring, rows: Sequence[Row], at: datetime
) -> list[RowReport]:
    """Departments may be written by id, by either spoken name, or as people also call them."""
    known = {
        name: one.id
        for one in load_catalogue().departments
        for name in (one.id, one.zh, one.en, *one.also)
    }
    return import_staff(session, keyring, rows, at, departments=known)


def _group(sheet: Sheet) -> click.Group:
    @click.group(sheet.name, help=sheet.about)
    def group() -> None:
        pass

    @group.command("import", help=sheet.help)
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @json_option
    def import_(file: Path, as_json: bool) -> None:
        reports = take_over(sheet, file)
        show(reports)
        if as_json:
            print_json({"rows": [asdict(report) for report in reports]})
        if any(report.outcome is Outcome.REFUSED for report in reports):
            raise SystemExit(1)

    return group


def take_over(sheet: Sheet, file: Path) -> list[RowReport]:
    with opened() as house:
        try:
            rows = read_sheet(file, sheet.columns, required=sheet.required)
        except NotARegister as problem:
            raise click.ClickException(str(problem)) from problem
        with house.database.write() as session:
            return sheet.importer(session, house.keyring, rows, house.now())


def show(reports: list[RowReport]) -> None:
    for report in reports:
        screen.print(f"{MARKS[report.outcome]} line {report.line}: {escape(report.sentence)}")
        if report.password:
            screen.print(f"    password, shown this once: [bold]{escape(report.password)}[/]")
    kept = sum(report.outcome is not Outcome.REFUSED for report in reports)
    screen.print(f"{kept} of {len(reports)} rows kept")


COMMANDS = tuple(
    _group(sheet)
    for sheet in (
        Sheet(
            name="residents",
            about="The register of residents.",
            columns=RESIDENT_COLUMNS,
            required=RESIDENT_REQUIRED,
            importer=import_residents,
        ),
        Sheet(
            name="staff",
            about="Supervisors, operators and departments.",
            columns=STAFF_COLUMNS,
            required=STAFF_REQUIRED,
            importer=_staff,
        ),
        Sheet(
            name="agents",
            about="Proxy agents, who act for residents.",
            columns=AGENT_COLUMNS,
            required=AGENT_REQUIRED,
            importer=import_agents,
        ),
    )
)
