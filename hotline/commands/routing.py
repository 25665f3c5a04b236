"""``hotline route`` says whose matter a text is, ``hotline learn`` learns from what people put right, ``hotline repeats`` counts."""

import codecs
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import click
from rich.progress import Progress, TaskID

from hotline import teaching
from hotline.cli import json_option, opened, print_json, screen
from hotline.community import BadFile, desk_of
from hotline.route import told
from hotline.settings import Settings
from tickets.repeats import repeat_rate

MOST = 20_000  #: characters of a line that are read


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Else by the script of each text.")
def route(file: IO[bytes], lang: str | None) -> None:
    """Whose matter is it? One text a line in (FILE, or standard input), one JSON object a line out.

    Keys: text, department (null: nobody can tell), service, confidence, ask (the question a caller would hear, null where
    none is needed) and choices (the departments it offers), urgent ({kind, certain} or null), place, masked (the text as
    others may read it), why (the words that decided it), also (further matters in the same text), model (its version).
    Nothing is stored. Lines are UTF-8 or GB18030.

        echo 我们单元的电梯又停了 | hotline route
    """
    try:
        desk = desk_of(Settings.read(), strict=True)
    except BadFile as mistake:
        raise click.ClickException(str(mistake)) from mistake
    for text in _lines(file):
        print_json(told(desk, text, lang))
        sys.stdout.flush()


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Any bytes, as registers are read: UTF-8, else GB18030; what is neither becomes a mark."""
    for line in file:
        yield _text(line.removeprefix(codecs.BOM_UTF8)).rstrip("\r\n")[:MOST]


def _text(line: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return line.decode(encoding)
    return line.decode("utf-8", errors="replace")


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Teach from the sayings of routing/corpus afresh and write needs.npz and danger.npz to DIR.")  # fmt: skip
@json_option
def learn(corpus: Path | None, as_json: bool) -> None:
    """Learn from tickets that a person sent elsewhere.

    A new guesser is trained with them, compared with the present one on tickets that were kept back, and takes over only
    where it has more of them right. It lies in HOTLINE_HOME/routing; remove it to go back to what the hotline came with.
    """
    with Progress(console=screen, transient=True) as bars:
        tell = _teller(bars)
        figures = _learn_corpus(corpus, tell) if corpus else _learn_tickets(tell)
    if as_json:
        print_json(figures)


def _learn_tickets(tell: teaching.Progress) -> dict[str, Any]:
    with opened() as house:
        with house.database.read() as session:
            tickets = teaching.corrected(session)
        try:
            taught = teaching.teach_from_tickets(house.settings.home, tickets, tell)
        except teaching.CannotTeach as problem:
            raise click.ClickException(f"{problem} Nothing has been changed.") from problem
    screen.print(
        f"Learnt from {taught.learnt} tickets. Of {taught.judged} kept back {taught.before} were right before, "
        f"{taught.after} now: {'the new guesser takes over' if taught.switched else 'the old one stays'}."
    )
    return {
        "learnt": taught.learnt, "judged": taught.judged, "right_before": taught.before,
        "right_after": taught.after, "switched": taught.switched, "model": taught.version,
    }  # fmt: skip


def _learn_corpus(folder: Path, tell: teaching.Progress) -> dict[str, Any]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        figures = {
            name: teaching.save_taught(teach(tell), folder / f"{name}.npz")
            for name, teach in (("needs", teaching.teach_needs), ("danger", teaching.teach_dangers))
        }
    except OSError as problem:
        raise click.ClickException(f"{folder} cannot be written: {problem.strerror}.") from problem
    screen.print(f"Written to {folder}.")
    return figures


def _teller(bars: Progress) -> teaching.Progress:
    rows: dict[str, TaskID] = {}

    def tell(what: str, done: float) -> None:
        if what not in rows:
            rows[what] = bars.add_task(what, total=1.0)
        bars.update(rows[what], completed=min(1.0, done))

    return tell


@click.command()
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 3650), help="Until now."
)
@json_option
def repeats(days: int, as_json: bool) -> None:
    """The repeat rate: of all needs those that the same person or building had told of in the thirty days before."""
    with opened() as house:
        until = house.now()
        since = until - timedelta(days=days)
        with house.database.read() as session:
            rate = repeat_rate(session, since, until)
    share = "none" if rate.share is None else f"{rate.share:.1%}"
    screen.print(f"{rate.needs} needs in {days} days, {rate.repeats} of them told before: {share}")
    if as_json:
        print_json({
            "since": since.isoformat(), "until": until.isoformat(),
            "needs": rate.needs, "repeats": rate.repeats, "share": rate.share,
        })  # fmt: skip


COMMANDS = (route, learn, repeats)
