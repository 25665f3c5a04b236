"""The routing desk of this house, and what it says of a text as plain data."""

import logging
from typing import Any

from hotline.hot_words import UnreadablePlaces, read_places
from hotline.settings import Settings
from hotline.wiring import language_of
from routing.catalogue import load
from routing.desk import Desk
from routing.gazetteer import EMPTY, Gazetteer
from routing.gazetteer_files import GazetteerError, from_names, joined
from routing.gazetteer_files import load as load_gazetteer
from routing.masking import mask
from routing.trained import DANGER, NEEDS, guesser

log = logging.getLogger(__name__)


def desk_of(settings: Settings) -> Desk:
    """With the guesser and the places of this home, where it has its own."""
    return Desk(
        catalogue=load(),
        guesser=guesser(settings.home, NEEDS),
        alarm=guesser(settings.home, DANGER),
        gazetteer=_places(settings),
    )


def _places(settings: Settings) -> Gazetteer:
    """Files that cannot be read are passed over, with a line in the log: a call is answered all the same; the doctor says more."""
    try:
        return joined(load_gazetteer(settings.home), from_names(read_places(settings.home)))
    except (GazetteerError, UnreadablePlaces) as problem:
        log.warning("no places are known: %s", problem)
        return EMPTY


def told(desk: Desk, text: str, language: str | None) -> dict[str, Any]:
    """One line of `hotline route`; null means no."""
    spoken = language or language_of(text, "zh")
    way = desk.way(text, spoken)
    offered = list(dict.fromkeys(one.department for one in way.choices))
    return {
        "text": text,
        "department": way.department,
        "service": way.service,
        "confidence": way.confidence,
        "ask": way.ask,
        "choices": offered or None,
        "urgent": way.danger and {"kind": way.danger.kind, "certain": way.danger.certain},
        "place": way.place,
        "masked": mask(text, spoken, gazetteer=desk.gazetteer),
        "why": list(way.why),
        "also": [{"department": one.department, "service": one.service} for one in way.also],
        "model": way.model,
    }
