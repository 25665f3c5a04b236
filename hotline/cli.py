"""The command line: ``hotline COMMAND --help`` teaches each one."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from hotline.house import House, open_house
from hotline.settings import BadSetting, Settings
from speech.audio import NotASound
from store.keyfile import KeyProblem

screen = Console(stderr=False, highlight=False)


#: modules of ``hotline.commands``; each has its ``COMMANDS``
MODULES = (
    "demo", "calling", "serving", "working", "people", "keeping", "community", "promising",
    "rehearsing", "measuring", "measuring_clocks", "measuring_routing", "calibrating", "routing",
    "measuring_lines", "trying_asterisk",
)  # fmt: skip
ALONE = {
    "serve": "serving",
    "pages": "pages",
    "worker": "working",
}  #: run for months: without what the others load


class Kindly(click.Group):
    """A group that never shows a traceback to somebody who did not ask for one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_commands(MODULES))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        modules = (ALONE[cmd_name],) if cmd_name in ALONE else MODULES
        return _commands(modules).get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except BrokenPipeError:
            raise  # `| head` has read enough: click ends in silence
        except Exception as problem:
            if ctx.params.get("verbose"):
                raise
            said = f"{type(problem).__name__}: {reason(problem)}"
            raise click.ClickException(
                f"{said}. `hotline -v ...` shows where, `hotline doctor` what is amiss."
            ) from problem


class Brief(logging.Formatter):
    """One line a record, without the stack."""

    def format(self, record: logging.LogRecord) -> str:
        cause = record.exc_info[1] if record.exc_info else None
        record.exc_info = record.exc_text = None
        line = super().format(record)
        return f"{line}: {reason(cause)}" if cause else line


@click.group(
    cls=Kindly, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("-v", "--verbose", is_flag=True, help="Show what happens inside.")
@click.version_option(package_name="elder-hotline")
def main(verbose: bool) -> None:
    """A telephone hotline for old people.

    They ring and talk; what they need is written down, dealt with, and told back to them.

    All personal data lives under HOTLINE_HOME, recognition models under HOTLINE_MODELS.
    Start with: hotline demo
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, stream=sys.stderr)
    form = logging.Formatter if verbose else Brief
    for handler in logging.getLogger().handlers:
        handler.setFormatter(form("%(levelname)s %(name)s: %(message)s"))


def logs() -> None:
    """A command that runs for days also writes what it refused, missed or mended itself; others only what failed."""
    root = logging.getLogger()
    root.setLevel(min(root.level, logging.WARNING))


@contextmanager
def opened(**facts: Any) -> Iterator[House]:
    """The house, with every foreseeable trouble as a sentence."""
    with sentences(), open_house(Settings.read(os.environ), **facts) as house:
        yield house


@contextmanager
def sentences() -> Iterator[None]:
    """Every foreseeable trouble as a sentence that says how to mend it."""
    try:
        yield
    except (BadSetting, KeyProblem, NotASound) as problem:
        raise click.ClickException(str(problem)) from problem
    except SQLAlchemyError as problem:
        raise click.ClickException(
            f"The database cannot be used: {reason(problem)}. `hotline doctor` says more."
        ) from problem
    except OSError as problem:
        raise click.ClickException(
            f"{problem.filename or 'The disk'}: {problem.strerror}"
        ) from problem


def reason(problem: BaseException) -> str:
    """What went wrong, in one line, without the library's own address."""
    lines = str(getattr(problem, "orig", None) or problem).strip().splitlines()
    return lines[0] if lines else type(problem).__name__


def print_json(data: Any) -> None:
    """One object on the last line of standard output."""
    click.echo(json.dumps(data, ensure_ascii=False))


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--json", "as_json", is_flag=True, help="End with one JSON object on the last line."
    )(command)


def _commands(modules: Iterable[str]) -> dict[str, click.Command]:
    found = [import_module(f"hotline.commands.{name}").COMMANDS for name in modules]
    return {str(command.name): command for commands in found for command in commands}
