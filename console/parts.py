"""What the pages need of the house, and where a request finds it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import cast

from flask import current_app

from ivr.lines.browser.door import LOCAL, Rules
from routing.gazetteer import EMPTY, Gazetteer
from store.database import Database
from store.seal import Keyring
from store.shelf import RecordingShelf

NAME = "hotline"  #: of the parts among the app's extensions


@dataclass(frozen=True, kw_only=True)
class Parts:
    database: Database
    keyring: Keyring
    shelf: RecordingShelf
    zone: tzinfo  #: the community's own time, in which it reads and writes hours
    now: Callable[[], datetime]
    gazetteer: Gazetteer = EMPTY  #: the names of the community's places, to know a door by
    phone: Rules = LOCAL  #: who may ring from a browser

    @property
    def secret(self) -> bytes:
        """Signs the session cookie; made from the key of the house, so that there is one secret to keep."""
        return self.keyring.blind("console: signs the session cookie")


def parts() -> Parts:
    """The parts of the app that serves this request."""
    return cast(Parts, current_app.extensions[NAME])
