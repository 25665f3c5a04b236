"""The whole house opened from its settings: the one place where the parts are put together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.community import desk_of, spoken_as_here
from hotline.hot_words import correction, hot_words
from hotline.settings import Settings
from hotline.wiring import acts_of
from ivr import calls as _calls
from ivr.exchange import Exchange
from ivr.lines import tokens as _tokens
from ivr.memory import know_places
from ivr.wording import LANGUAGES
from proxy_agents import residents as _residents
from proxy_agents.known import REGISTER
from routing.catalogue import Catalogue
from routing.desk import Desk
from speech.ears import EarDesk, Limits
from speech.ears.scripted import ScriptedEars
from speech.mouth import Mouth
from speech.mouth.choose import speakers
from store.database import Database, migrate, open_database
from store.seal import Keyring
from store.shelf import RecordingShelf
from tickets import models as _models
from tickets import notices as _notices
from tickets import visits as _visits

if TYPE_CHECKING:
    from hotline.triggers import Triggers

__all__ = ["House", "clock", "open_house"]

TABLES = (
    _calls,
    _residents,
    _models,
    _notices,
    _visits,
    _tokens,
)  #: modules that define tables: importing them is enough


@dataclass(frozen=True, kw_only=True)
class House:
    settings: Settings
    keyring: Keyring
    database: Database
    shelf: RecordingShelf
    ears: EarDesk | ScriptedEars
    mouth: Mouth
    exchange: Exchange
    triggers: "Triggers | None"  #: on PostgreSQL; None: the sweep alone
    desk: Desk
    now: Callable[[], datetime]

    def warm(self, language: str) -> None:
        """Load what the first call would otherwise wait for: the model (in the background), the lexicon."""
        self.ears.warm(language)
        self.mouth.warm(language)
        self.desk.way("", language)


def clock() -> datetime:
    """The one place where the time of day is read."""
    return datetime.now(UTC)


@contextmanager
def open_house(
    settings: Settings,
    *,
    now: Callable[[], datetime] = clock,
    ears: EarDesk | ScriptedEars | None = None,
) -> Iterator[House]:
    """Open everything, migrate the database, and close it all in the end; other ears may be brought."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    keyring = Keyring.load(settings.home, settings.environ)
    database = open_database(settings.database, keyring, settings.zone, register=REGISTER)
    migrate(database)
    shelf = RecordingShelf(settings.recordings, keyring)
    desk = desk_of(settings)
    hearing = ears or open_ears(settings, catalogue=desk.catalogue)
    mouth = open_mouth(settings)
    know_places(database, desk.gazetteer)
    triggers = open_triggers(settings, database)
    exchange = Exchange(
        database=database,
        shelf=shelf,
        ears=hearing,
        mouth=mouth,
        acts=acts_of(desk),
        zone=settings.zone,
        now=now,
    )
    try:
        with spoken_as_here(desk.catalogue, desk.emergency):
            yield House(
                settings=settings,
                keyring=keyring,
                database=database,
                shelf=shelf,
                ears=hearing,
                mouth=mouth,
                exchange=exchange,
                triggers=triggers,
                desk=desk,
                now=now,
            )
    finally:
        if triggers is not None:
            triggers.close()
        exchange.afterwards.close()
        hearing.close()
        mouth.close()
        database.close()


def open_triggers(settings: Settings, database: Database) -> "Triggers | None":
    """None on SQLite, where HOTLINE_TRIGGERS=off, and where the extra "city" is not installed."""
    wanted = settings.environ.get("HOTLINE_TRIGGERS", "on") != "off"
    if not wanted or database.engine.dialect.name != "postgresql":
        return None
    try:
        from hotline.triggers import Triggers  # noqa: PLC0415  # a part of the grown shape only
    except ImportError:
        return None
    triggers = Triggers(database)
    triggers.prepare()
    return triggers


def open_ears(
    settings: Settings, limits: Limits | None = None, *, catalogue: Catalogue | None = None
) -> EarDesk:
    """Ears that know the places and services of this community."""
    home = settings.home
    hot, correct = hot_words(home, catalogue), correction(home, catalogue)
    return EarDesk(settings.models, hot=hot, correct=correct, limits=limits)


def open_mouth(settings: Settings) -> Mouth:
    """What was rendered here comes before what is shipped; a person's recording before both."""
    shipped = Path(str(files("ivr") / "prompts"))
    made = settings.home / "prepared"
    return Mouth(
        voices=[folder / one for folder in (made, shipped) for one in LANGUAGES],
        slow=[folder / f"{one}-slow" for folder in (made, shipped) for one in LANGUAGES],
        overrides=settings.voices,
        cache=settings.cache / "voice",
        speakers=speakers(settings.models),
    )
