"""Say the texts of texts.tsv with Kokoro-82M, at 24 kHz: the voices of the calls that confidence is calibrated with.

    .venv/bin/python contrib/calibration/render.py texts.tsv FOLDER

Needs `hotline models install voice-zh`. FOLDER gets WAVs and index.tsv: file,
transcript, lang, kind, voice. Rows of the kind "accent" are also said with shifted sounds, see accents.py. What is
there is left alone, so a broken run goes on.
"""

import argparse
import csv
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from accents import ACCENTS

sys.path.insert(0, str(Path(__file__).parents[1] / "render_voice"))

from telling import RATE, Manner, Teller, Wave, installed, silence

MANDARIN = [
    "zf_xiaobei",
    "zm_yunxi",
    "zf_xiaoyi",
    "zm_yunjian",
    "zf_xiaoxiao",
    "zm_yunyang",
    "zf_xiaoni",
    "zm_yunxia",
]
ENGLISH = [
    "af_heart",
    "bm_george",
    "am_michael",
    "bf_emma",
    "af_bella",
    "bm_lewis",
    "am_puck",
    "bf_alice",
]
SPEEDS = (0.75, 0.8, 0.85, 0.9, 1.0)


def english(kokoro: Teller, text: str, manner: Manner) -> Wave:
    pieces = []
    for sentence in re.findall(r".+?[.!?]", text):
        pieces += [silence(0.4), kokoro.say(sentence, manner.voice, manner.speed)]
    return np.concatenate([*pieces, silence(0.3)])


def wanted(rows: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], str, str, float]]:
    """Text, voice, accent, speed. Every text in two voices, every accent in two; the choice is the same each time."""
    for number, row in enumerate(rows):
        speed = SPEEDS[zlib.crc32(row["text"].encode()) % len(SPEEDS)]
        names = ENGLISH if row["lang"] == "en" else MANDARIN
        pair = names[number % 8], names[(number * 3 + 1 + number // 8) % 8]
        if pair[0] == pair[1]:
            pair = pair[0], names[(number + 3) % 8]
        for voice in pair[:1] if row["lang"] == "en" else pair:
            accents = ("", *ACCENTS) if row["kind"] == "accent" else ("",)
            for accent in accents:
                yield row, voice, accent, speed


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, help="only so many; they come in a mixed order")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with args.texts.open(encoding="utf-8", newline="") as sheet:
        rows = [
            dict(zip(("lang", "kind", "text"), line, strict=True))
            for line in csv.reader(sheet, delimiter="\t")
        ]
    kokoro, index = Teller(installed()), []
    mixed = sorted(wanted(rows), key=lambda one: zlib.crc32(one[0]["text"].encode()))
    for row, voice, accent, speed in mixed[: args.first]:
        name = f"{row['lang']}{rows.index(row):03d}-{voice}{'-' + accent if accent else ''}.wav"
        said = re.sub(r"\[p=\d+\]", "", row["text"])
        index.append((name, said, row["lang"], accent or row["kind"], voice))
        if not (args.folder / name).exists():
            manner = Manner(voice=voice, speed=speed, pause=0.5, clause=0.25, lead=0.3, tail=0.4)
            if row["lang"] == "en":
                wave = english(kokoro, row["text"], manner)
            else:
                sounds = ACCENTS.get(accent, lambda heard: heard)
                wave = kokoro.tell(row["text"], manner, sounds)
            soundfile.write(args.folder / name, wave, RATE, subtype="PCM_16")
    lines = "".join(
        "\t".join(one) + "\n" for one in [("file", "transcript", "lang", "kind", "voice"), *index]
    )
    (args.folder / "index.tsv").write_text(lines, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
