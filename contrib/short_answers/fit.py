"""Fit how sure Whisper may be of a short answer (speech/ears/whisper_words.json) to a folder made by render.py.

    python contrib/short_answers/fit.py FOLDER MODELS/whisper-base [--save]

Run it with the hotline's own Python. First it tells what the curve is worth for voices it was not fitted to.
"""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from speech.audio import read_sound, seconds
from speech.calibration import Example, fit
from speech.ears import whisper_words
from speech.ears.decoding import Decoder
from speech.ears.passages import passages

MEANINGS = {"yes": "agree", "no": "deny", "half_solved": "half", "not_solved": "unsolved"}


def examples(folder: Path, model: str) -> list[tuple[str, Example]]:
    """Voice and example of every answer for which something on the list speaks."""
    decoder, found = Decoder(model), []
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as sheet:
        for row in csv.DictReader(sheet, delimiter="\t", quoting=csv.QUOTE_NONE):
            parts = passages(read_sound(folder / row["file"]))
            if (
                row["question"] == "number"
                or not parts
                or seconds(parts[0]) > whisper_words.LONGEST
            ):
                continue
            views = whisper_words.look(decoder, decoder.encode_answer(parts[0]), row["lang"])
            best = whisper_words.weigh(*views, row["lang"])
            if best is not None:
                right = best.meaning == MEANINGS.get(row["means"], row["means"])
                found.append((row["voice"], Example(dict(best.features), float(right))))
    return found


def held_back(found: list[tuple[str, Example]]) -> list[tuple[float, float]]:
    """Expected and true, each from a curve fitted to the other voices."""
    pairs = []
    for voice in {voice for voice, _ in found}:
        curve = fit([one for other, one in found if other != voice])
        pairs += [(curve.of(one.features), one.right) for other, one in found if other == voice]
    return pairs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("model")
    parser.add_argument("--save", action="store_true")
    args = parser.parse_args()
    found = examples(args.folder, args.model)
    pairs = np.array(held_back(found))
    for limit in (0.5, 0.6, 0.7, whisper_words.SURE, 0.8, 0.9):
        given = pairs[pairs[:, 0] >= limit]
        sys.stdout.write(
            f"{limit}: {len(given)} of {len(pairs)} given, {given[:, 1].mean():.3f} right\n"
        )
    if args.save:
        fit([one for _, one in found]).save(Path(whisper_words.__file__).with_suffix(".json"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
