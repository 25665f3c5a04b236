"""Do the hot words of a community help, and do they harm? The same recordings heard three ways.

As Whisper hears them; with places put right afterwards; and with Whisper told of the places beforehand (`hotwords`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from hotline.hot_words import correction
from hotline.hot_words import places as known_places
from hotline.manifest import read_manifest
from hotline.settings import Settings
from speech.audio import read_sound
from speech.bench import error_rate
from speech.clean import clean
from speech.ears.decoding import Decoder
from speech.ears.passages import passages

_PROMPT = "以下是普通话的句子。"  # as the ear itself asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    file: str
    said: str
    place: str  #: "" where none is spoken of
    texts: dict[str, str]  #: "heard", "corrected", "told"


def hot_figures(
    settings: Settings, folder: Path, places: Path | None, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Error rates, the share of places written rightly, and places written where none was said; each way."""
    trials = _trials(settings, folder, places, tell)
    told_of = [one for one in trials if one.place]
    figures: dict[str, Any] = {"files": len(trials), "with_place": len(told_of)}
    for way in ("heard", "corrected", "told"):
        rates = [error_rate(one.texts[way], one.said, "zh") for one in trials]
        figures[f"cer_{way}"] = round(fmean(rates), 4) if rates else None
        right = [one.place in one.texts[way] for one in told_of]
        figures[f"places_{way}"] = round(fmean(right), 4) if right else None
    figures["changed"] = [
        f"{one.file}: {one.texts['heard']} -> {one.texts['corrected']}"
        for one in trials
        if one.texts["heard"] != one.texts["corrected"]
    ]
    return figures


def _trials(
    settings: Settings, folder: Path, places: Path | None, tell: Callable[[str], None]
) -> list[Trial]:
    with TemporaryDirectory() as empty:
        home = Path(empty) if places else settings.home
        if places:
            (home / "places.txt").write_text(places.read_text("utf-8-sig"), "utf-8")
        correct, names = correction(home), " ".join(known_places(home))
    decoder = Decoder(str(settings.models / "whisper-base"))
    rows = read_manifest(folder)
    found = []
    for number, row in enumerate(row for row in rows if row["transcript"] and row["lang"] == "zh"):
        tell(f"{row['file']}, {number + 1} of {len(rows)}")
        parts = [decoder.encode(part) for part in passages(read_sound(folder / row["file"]))]
        heard, told = (
            clean(" ".join(decoder.decode(one, "zh", prompt=_PROMPT, hotwords=hot).text for one in parts), "zh")
            for hot in (None, names)
        )  # fmt: skip
        texts = {"heard": heard, "corrected": correct(heard, "zh"), "told": told}
        place = row.get("means") or ""
        found.append(Trial(file=row["file"], said=row["transcript"], place=place, texts=texts))
    return found
