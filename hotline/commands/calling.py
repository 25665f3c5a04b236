"""``hotline call`` plays a WAV as a caller; ``hotline talk`` lets you type the caller's side."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from hotline.account import account_of
from hotline.callbacks import SomebodyAtHome, call_back, owed, owed_for
from hotline.cli import json_option, opened, print_json, reason, screen
from hotline.house import House
from hotline.reception import answer_phone
from ivr.calls import Ending
from ivr.lines.keyboard import talk as talk_at_keyboard
from ivr.lines.simulated import ScriptedCaller, SimulatedLine
from speech.audio import read_sound, write_wav
from store.numbers import normal_number
from tickets.callbacks import NotOwed

ENDINGS = {
    None: "the call could not be ended; hotline recover mends it",
    Ending.TICKET: "written down",
    Ending.HUMAN: "a person was asked for, see /review",
    Ending.DRAFT: "broken off; what was said waits for a person, see /review",
    Ending.TOLD: "the result was told",
    Ending.CLOSED: "rung back, and they need nothing more",
    Ending.MISSED: "the result was not told; the callback is still owed",
}


def _keys(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not all(key in "0123456789*#" for key in value):
        raise click.BadParameter("keys are 0-9, * and #")
    return value


def _finite(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("seconds are a number")
    return value


def _number(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if value and not normal_number(value):
        raise click.BadParameter("a telephone number has 3 to 15 digits")
    return value


def number_option(command: Callable[..., Any]) -> Callable[..., Any]:
    about = "The caller's number; withheld without it."
    return click.option("--from", "number", default="", callback=_number, help=about)(command)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@number_option
@click.option("--keys", default="", callback=_keys, metavar="1...",
              help="Each key answers the next question that takes keys; the last one repeats.")  # fmt: skip
@click.option("--pace", type=click.Choice(["fast", "real"]), default="fast", show_default=True,
              help="Time is counted in frames: the conversation is the same.")  # fmt: skip
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), help="Else the resident's own, else Mandarin."
)
@click.option("--hang-up-after", type=click.FloatRange(0, 3600), callback=_finite, metavar="SECONDS",
              help="The caller hangs up so long after the question for the need.")  # fmt: skip
@click.option("--heard", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.wav",
              help="Write what the caller heard to a file.")  # fmt: skip
@click.option("--behind", type=click.Path(path_type=Path, dir_okay=False), metavar="ROOM.wav",
              help="A sound of their room, such as a television, heard all through the call.")  # fmt: skip
@json_option
def call(
    file: Path, number: str, keys: str, pace: str, lang: str | None,
    hang_up_after: float | None, heard: Path | None, behind: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Play FILE (any WAV) as a caller over the simulated line: 8 kHz mu-law, 20 ms frames, both ways.

    The sound starts when the question for the need has been asked; asked again, the caller
    is silent.

        hotline call need.wav --from 01055550101 --keys 1
    """
    with opened() as house:
        caller = ScriptedCaller(read_sound(file), keys=keys, hang_up_after=hang_up_after)
        if heard and not heard.absolute().parent.is_dir():
            raise click.ClickException(
                f"{heard.absolute().parent} is no folder to write {heard.name} to"
            )
        room = read_sound(behind) if behind else None
        line = SimulatedLine(caller, real=pace == "real", behind=room)
        conversation = answer_phone(house, line="simulated", number=number, language=lang)
        live = line.carry(conversation)
        if heard:
            write_wav(heard, line.heard)
        account = account_of(house, conversation.call)
        account["timings"] = line.timings.data() if pace == "real" else None
        tell(house, account)
    if as_json:
        print_json(account)
    if live.failed is not None:
        raise click.ClickException(f"Something of ours failed in this call: {reason(live.failed)}")


@click.command()
@number_option
@click.option("--lang", type=click.Choice(["zh", "en"]))
def talk(number: str, lang: str | None) -> None:
    """Type the caller's side: digits are keys, other text is speech, an empty line is silence, q hangs up."""
    with opened() as house:
        conversation = answer_phone(house, line="keyboard", number=number, language=lang)
        talk_at_keyboard(
            conversation, show=lambda said: screen.print(f"[cyan]☎ {escape(said)}[/]"), read=input
        )
        summary(house, account_of(house, conversation.call))


@click.command()
@click.argument("ticket", type=int, required=False)
@click.option("--keys", default="", callback=_keys, metavar="1...",
              help="Each key answers the next question that takes keys; then they say nothing.")  # fmt: skip
@click.option("--voice", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.wav",
              help="What they say where words are asked for: what is still missing.")  # fmt: skip
@click.option("--heard", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.wav",
              help="Write what was heard at home to a file.")  # fmt: skip
@json_option
def callback(
    ticket: int | None, keys: str, voice: Path | None, heard: Path | None, as_json: bool
) -> None:
    """Ring back with the result of TICKET over the simulated line; without TICKET, list what is owed.

    Whoever answers presses --keys: 1 opens a gate (to listen; yes, it was I who rang), then 1, 2, 3 is
    solved, half solved, not solved, and content, more or less, not content. Anything else at a gate hears
    only "please ring us".

        hotline callback 12 --keys 1132 --voice missing.wav
    """
    with opened() as house:
        if ticket is None:
            _list_owed(house, as_json=as_json)
            return
        said = read_sound(voice) if voice else None
        line = SimulatedLine(SomebodyAtHome(said, keys=keys))
        try:
            conversation = call_back(house, owed_for(house, ticket), line)
        except NotOwed as problem:
            raise click.ClickException(str(problem)) from problem
        if heard:
            write_wav(heard, line.heard)
        account = account_of(house, conversation.call)
        tell(house, account)
    if as_json:
        print_json(account)


def _list_owed(house: House, *, as_json: bool) -> None:
    now, later = owed(house)
    for ticket in now:
        screen.print(f"ticket {ticket}: its result is to be told")
    for ticket, at in later.items():
        when = at.astimezone(house.settings.zone)
        screen.print(f"ticket {ticket}: its result is to be told from {when:%d %B, %H:%M} on")
    if not now and not later:
        screen.print("No callback is owed.")
    if as_json:
        print_json({"due": now, "later": {str(one): at.isoformat() for one, at in later.items()}})


def tell(house: House, account: dict[str, Any]) -> None:
    """The call as people read it."""
    for line in account["transcript"]:
        who = "[cyan]☎[/]" if line["who"] == "hotline" else "[bold green]☺[/]"
        said = line["text"] or "(silence)"
        screen.print(f"{who} {escape(said)}", soft_wrap=True)
    summary(house, account)


def summary(house: House, account: dict[str, Any]) -> None:
    ticket = account["ticket"]
    meaning = ENDINGS[account["outcome"]]
    if ticket:
        meaning = (
            f"ticket {ticket['id']} → {ticket['assignee'] or 'a person routes it, see /review'}"
        )
    screen.print(
        f"\n[bold]{account['outcome']}[/]: {meaning}  ({house.settings.home})", soft_wrap=True
    )


COMMANDS = (call, talk, callback)
