"""What a community says in files of its own: catalogue.toml, emergency.toml, places.toml, places.csv, places.txt."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hotline.hot_words import UnreadablePlaces, plain_names
from hotline.settings import Settings
from routing import catalogue as catalogues
from routing import catalogue_files
from routing import emergency as emergencies
from routing.catalogue import Catalogue, shipped
from routing.catalogue_files import CatalogueError
from routing.desk import Desk
from routing.emergency import USUAL, Emergency, EmergencyError
from routing.gazetteer import EMPTY, Gazetteer
from routing.gazetteer_files import GazetteerError, from_names, joined
from routing.gazetteer_files import load as load_gazetteer
from routing.trained import DANGER, NEEDS, guesser

log = logging.getLogger(__name__)

#: a file of the community that says something impossible; the message names it and the line
BadFile = (CatalogueError, EmergencyError, GazetteerError, UnreadablePlaces)

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What they say, all read."""

    catalogue: Catalogue
    emergency: Emergency
    places: Gazetteer


def files_of(home: Path, *, strict: bool = False) -> Files:
    """What is not there is as it comes with the hotline.

    Files that cannot be read are passed over with a line in the log: a call is answered all the same. ``strict``
    raises one of ``BadFile`` instead.
    """

    def read(reader: Callable[[Path], _Read], otherwise: _Read) -> _Read:
        try:
            return reader(home)
        except BadFile as problem:
            if strict:
                raise
            log.error("passed over, until it is mended: %s", problem)  # noqa: TRY400
            return otherwise

    return Files(
        catalogue=read(_catalogue, shipped()),
        emergency=read(emergencies.load, USUAL),
        places=read(_places, EMPTY),
    )


def desk_of(settings: Settings, *, strict: bool = False) -> Desk:
    """With these files, and the guesser of this home, where it has its own."""
    files = files_of(settings.home, strict=strict)
    return Desk(
        catalogue=files.catalogue,
        emergency=files.emergency,
        gazetteer=files.places,
        guesser=guesser(settings.home, NEEDS),
        alarm=guesser(settings.home, DANGER),
    )


@contextmanager
def spoken_as_here(catalogue: Catalogue, emergency: Emergency) -> Iterator[None]:
    """Names, questions and numbers are these meanwhile, in the whole process."""
    with catalogues.in_use(catalogue), emergencies.in_use(emergency):
        yield


def _catalogue(home: Path) -> Catalogue:
    return catalogue_files.load_own(home) or shipped()


def _places(home: Path) -> Gazetteer:
    """Of places.toml and places.csv, and of the plain names of places.txt."""
    return joined(load_gazetteer(home), from_names(plain_names(home)))
