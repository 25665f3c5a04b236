"""Mandarin with other sounds, as a stand-in for speech that the engine does not know. They are no dialects.

Each takes Kokoro's phonemes (tones are arrows behind a syllable) and shifts them as a speaker of that region might:
tones by the table of the region, the retroflex sounds to plain ones, finals merged. Words and grammar stay Mandarin.
"""

import re
from collections.abc import Callable

PLAIN = str.maketrans({"ꭧ": "ʦ", "ʂ": "s", "ɻ": "z"})


def _tones(phonemes: str, new: str) -> str:
    """`new`: what becomes of the level, rising, low and falling tone."""
    return phonemes.translate(str.maketrans("→↗↓↘", new))


def sichuan(phonemes: str) -> str:
    """Chengdu: level stays, rising becomes low falling, low becomes falling, falling becomes dipping; n as l, -ng as -n."""
    plain = _tones(phonemes.translate(PLAIN), "→↓↘↗")
    plain = re.sub(r"(^|[→↗↓↘ ])n(?=[aɛəiouyɤʊwj])", r"\1l", plain)
    return re.sub(r"([əi][→↗↓↘])ŋ", r"\1n", plain)


def wu(phonemes: str) -> str:
    """Shanghai: voiced plosives, single vowels, nasals lost, two tones."""
    plain = _tones(phonemes.translate(PLAIN), "↘↗↗→")
    for theirs, ours in (("ai", "ɛ"), ("au", "ɔ"), ("ou", "ɤ"), ("ei", "e"), ("x", "h")):
        plain = plain.replace(theirs, ours)
    voiced = {"p": "b", "t": "d", "k": "ɡ", "ʨ": "ʥ", "ʦ": "ʣ"}
    plain = re.sub(r"([ptkʨʦ])(?!ʰ)", lambda found: voiced[found[1]], plain)
    return re.sub(r"([→↗↓↘])n", r"\1", plain)


def yue(phonemes: str) -> str:
    """Guangzhou: k for ʨ, h for x and ɕ, some finals closed by a stop, tones of its own."""
    plain = _tones(phonemes.translate(PLAIN), "→↓↗↓")
    for theirs, ours in (
        ("ʨʰ", "kʰ"),
        ("ʨ", "k"),
        ("ɕ", "h"),
        ("x", "h"),
        ("ɨ", "i"),
        ("au", "ou"),
        ("ɤ", "ɔ"),
    ):
        plain = plain.replace(theirs, ours)
    plain = re.sub(r"([iuɔ])↓(?=[ ]|$)", r"\1→k", plain)
    return re.sub(r"(ɛ[→↗↓↘])n", r"\1m", plain)


ACCENTS: dict[str, Callable[[str], str]] = {"sichuan": sichuan, "wu": wu, "yue": yue}
