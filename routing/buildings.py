"""Which building is it? Two people mean the same one, however much of its address each of them said.

Pure.
"""

from routing.pinyin import tokens
from routing.places import Place


def building_of(told: Place | None, home: Place | None = None) -> str | None:
    """A key of the building they tell of; what they leave out is as at their ``home``. None: nobody can tell.

    >>> building_of(Place(building="3"), Place(estate="幸福里", building="5", room="501"))
    'xin fu li//3'
    """
    if told is None:
        return _key(home) if home else None
    if home is None or (_sounds(told) and not set(_sounds(told)) & set(_sounds(home))):
        return _key(told)
    number, building = told.number or home.number, told.building or home.building
    return _key(Place(estate=home.estate, street=home.street, number=number, building=building))


def _key(place: Place) -> str | None:
    """Estate (or street), house number, building; a name alone is many buildings."""
    figures = [(one or "").lstrip("0") for one in (place.number, place.building)]
    return "/".join([*_sounds(place)[:1], *figures]) if _sounds(place) and any(figures) else None


def _sounds(place: Place) -> list[str]:
    """Of its names, as they sound: a recogniser writes them with other characters."""
    names = [(place.estate or "").removesuffix("小区"), place.street or ""]
    return [" ".join(one.sound for one in tokens(name)) for name in names if name]
