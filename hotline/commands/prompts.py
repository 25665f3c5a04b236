"""``hotline prompts``: every fixed sentence, to list, to prepare with a voice, and to check as callers hear them."""

import re
from importlib.resources import files
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hotline.cli import json_option, print_json, screen
from hotline.commands.prompts_heard import heard
from hotline.community import files_of, spoken_as_here
from hotline.house import open_mouth
from hotline.settings import Settings
from ivr.wording import LANGUAGES, to_prepare
from speech.mouth.check import Finding, check, unknown
from speech.mouth.neural import LANGUAGES as VOICES
from speech.mouth.neural import NAME, SPEED, USUAL, Neural
from speech.mouth.pauses import Pace
from speech.mouth.render import MANNERS, Manner, chosen, read_manners, render, speak
from speech.mouth.voices import Speechless

language_option = click.option("--language", type=click.Choice(LANGUAGES), default="zh", show_default=True)  # fmt: skip


@click.group(invoke_without_command=True)
@click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@click.pass_context
def prompts(context: click.Context, lang: str) -> None:
    """Every fixed text, id and words with a tab between: what a voice is recorded or rendered for.

    A person's recording goes to HOTLINE_HOME/voices/ID.wav and is played instead of the prepared one.
    """
    here = files_of(Settings.read().home)
    context.with_resource(spoken_as_here(here.catalogue, here.emergency))
    if context.invoked_subcommand is None:
        for id_, said in to_prepare(lang):
            click.echo(f"{id_}\t{said}")


prompts.add_command(heard)


@prompts.command("render")
@language_option
@click.option("--voice", help="A voice of Kokoro, such as zm_yunxi or bm_george.")
@click.option("--pace", type=click.Choice(["normal", "slow"]), default="normal", show_default=True,
              help="Slow: 0.75 s where a clause ends, for calls at that pace.")  # fmt: skip
@click.option("--only", default="", metavar="RE", help="A regular expression for ids.")
@click.option("--again", is_flag=True, help="Also what has not changed.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Else HOTLINE_HOME/prepared/LANGUAGE (-slow), played before what the hotline came with.")  # fmt: skip
def render_prompts(
    language: str, voice: str | None, pace: Pace, only: str, again: bool, into: Path | None
) -> None:
    """Prepare every fixed sentence with the installed neural voice; only what changed, and interruptible.

    A file manners.tsv in the folder (id, voice, speed, 1 where each clause is said by itself) sets single prompts
    apart.
    """
    settings = Settings.read()
    folder = into or settings.home / "prepared" / f"{language}{'-slow' if pace == 'slow' else ''}"
    usual = Manner(voice=_known(settings, language, voice), speed=SPEED, pace=pace)
    try:
        wanted = chosen(to_prepare(language), only)
        manner_of = read_manners(folder, usual)
    except re.error as problem:
        raise click.BadParameter(f"--only: {problem}") from problem
    except ValueError as problem:
        raise click.ClickException(
            f"{folder / MANNERS}: want id, voice, speed, clause ({problem})"
        ) from problem
    neural = Neural(settings.models / NAME, limit=120)
    made = 0
    try:
        with _bar() as bar:
            said = render(
                wanted, folder, manner_of, lambda t, m: speak(neural, t, language, m), again=again
            )
            for ident, new in bar.track(said, total=len(wanted), description=f"{usual.voice}"):
                made += new
                bar.console.print(ident) if new else None
    except Speechless as problem:
        raise click.ClickException(f"{problem}. What was made so far is kept.") from problem
    except OSError as problem:
        raise click.ClickException(
            f"{folder} cannot be written ({problem.strerror}). Name another with --into."
        ) from problem
    finally:
        neural.close()
        screen.print(f"{made} made, in {folder}")


@prompts.command("check")
@click.option("--language", type=click.Choice(LANGUAGES), help="Else both.")
@json_option
def check_prompts(language: str | None, as_json: bool) -> None:
    """Find what callers would not hear well: missing, changed, too long, quiet, clipped, not at the house level.

    Files and people's recordings are looked at; what has none is said by the best voice there is and looked at too.
    """
    findings = _findings(Settings.read(), [language] if language else list(LANGUAGES))
    for one in findings:
        screen.print(f"[red]✗[/] [bold]{one.ident}[/] {one.language}: {one.found}", soft_wrap=True)
        screen.print(f"    [dim]→ {one.mend}[/]", soft_wrap=True)
    if not findings:
        screen.print("Every sentence is there and can be heard well.")
    if as_json:
        print_json({"findings": [one.data() for one in findings]})
    if findings:
        raise SystemExit(1)


def _findings(settings: Settings, languages: list[str]) -> list[Finding]:
    mouth = open_mouth(settings)
    found: list[Finding] = []
    known: list[str] = []
    try:
        with _bar() as bar:
            for language in languages:
                wanted = to_prepare(language)
                known += [ident for ident, _ in wanted]
                folders = [settings.home / "prepared" / language]
                folders += [Path(str(files("ivr") / "prompts" / language))]
                looked = check(wanted, language, mouth, folders, settings.voices)
                for findings in bar.track(looked, total=len(wanted), description=language):
                    found += findings
    finally:
        mouth.close()
    if len(languages) == len(LANGUAGES):
        found += unknown(known, settings.voices)
    return found


def _known(settings: Settings, language: str, voice: str | None) -> str:
    """A voice that is here and speaks the language."""
    folder = settings.models / NAME
    if not folder.is_dir():
        raise click.ClickException(
            f"No neural voice is installed: hotline models install voice-{language}"
        )
    name = voice or USUAL[language]
    here = sorted(path.stem for path in (folder / "voices").glob("*.bin"))
    fits = [one for one in here if one.startswith(VOICES[language])]
    if here and name not in here:
        raise click.ClickException(f"There is no voice {name}. Known are: {', '.join(fits)}")
    if not name.startswith(VOICES[language]):
        raise click.ClickException(
            f"{name} does not speak {language!r}. Known are: {', '.join(fits)}"
        )
    return name


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=screen,
        transient=True,
    )
