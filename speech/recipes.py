"""What is done to a recording to try the patience of a listener: one idea a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is done to a recording. Pauses in seconds, levels in dB (`below` the caller's speech)."""

    pauses: tuple[float, ...] = ()
    noise: str = ""
    below: tuple[float, float] = (10.0, 20.0)
    where: str = "through"  #: before | through | after
    throat: str = ""
    level: float = -20.0
    fault: str = ""
    softer: float = 0.0  #: dB, from the last pause on: they turn away, they tire
    at_once: bool = False  #: the first word comes with the first sample
    talks: bool = False  #: they talk all through our prompt
    echo: float | None = None  #: our prompt comes back to us so many dB below itself


RECIPES: Mapping[str, Recipe] = {
    "as it is": Recipe(),
    "pause of 3 s": Recipe(pauses=(3,)),
    "pause of 4 s": Recipe(pauses=(4,)),
    "pause of 5 s": Recipe(pauses=(5,)),
    "pause of 6 s": Recipe(pauses=(6,)),
    "pauses of 3-6 s": Recipe(pauses=(6, 4, 5, 3)),
    "hum": Recipe(pauses=(6,), noise="hum"),
    "comfort noise": Recipe(pauses=(6,), noise="comfort", below=(15, 35)),
    "street": Recipe(pauses=(6,), noise="street"),
    "television 20 dB below": Recipe(pauses=(6,), noise="television", below=(20, 20)),
    "television 15 dB below": Recipe(pauses=(6,), noise="television", below=(15, 15)),
    "television 10 dB below": Recipe(pauses=(6,), noise="television", below=(10, 10)),
    "television before": Recipe(noise="television", where="before", below=(15, 15)),
    "television after": Recipe(noise="television", where="after", below=(15, 15)),
    "hum before": Recipe(noise="hum", where="before"),
    "street after": Recipe(noise="street", where="after"),
    "comfort noise after": Recipe(noise="comfort", where="after"),
    "hold music after": Recipe(noise="music", where="after"),
    "tones after": Recipe(noise="tones", where="after", below=(3, 10)),
    "cough": Recipe(throat="cough", pauses=(5,)),
    "breath": Recipe(throat="breath", pauses=(5,)),
    "clicks": Recipe(throat="clicks", pauses=(5,)),
    "loud": Recipe(level=-14, pauses=(6,)),
    "quiet": Recipe(level=-36, pauses=(6, 6)),
    "very quiet": Recipe(level=-42, pauses=(6, 6)),
    "quiet with hum": Recipe(level=-40, noise="hum", below=(12, 20), pauses=(6,)),
    "quiet with street": Recipe(level=-40, noise="street", below=(12, 20), pauses=(6,)),
    "quiet with television": Recipe(level=-38, noise="television", below=(15, 20), pauses=(6,)),
    "tires": Recipe(pauses=(6,), softer=8),
    "quiet, tires": Recipe(pauses=(6,), softer=8, level=-34),
    "at once": Recipe(at_once=True, pauses=(6,)),
    "at once, quiet": Recipe(at_once=True, pauses=(6,), level=-38),
    "at once, street": Recipe(at_once=True, pauses=(6,), noise="street", level=-30),
    "direct current": Recipe(fault="offset", pauses=(6,)),
    "quiet, direct current": Recipe(fault="offset", level=-38, pauses=(6,)),
    "clipped": Recipe(fault="clipped", level=-12, pauses=(6,)),
    "packets lost": Recipe(fault="holes", pauses=(6,)),
    "talks while we do": Recipe(talks=True, pauses=(6,)),
    "prompt comes back": Recipe(echo=12, pauses=(6,), level=-26),
    "quiet, prompt comes back": Recipe(echo=15, pauses=(6,), level=-38),
}
NOBODY: Mapping[str, Recipe] = {
    "only hum": Recipe(noise="hum"),
    "only comfort noise": Recipe(noise="comfort"),
    "only street": Recipe(noise="street"),
    "only tones": Recipe(noise="tones", below=(0, 10)),
    "only coughs": Recipe(throat="cough"),
    "only breath": Recipe(throat="breath"),
    "only clicks": Recipe(throat="clicks"),
    "only direct current": Recipe(fault="offset"),
    "only hold music": Recipe(noise="music"),
    "only a television": Recipe(noise="television"),
    "only a soft television": Recipe(noise="television", below=(20, 30)),
}
