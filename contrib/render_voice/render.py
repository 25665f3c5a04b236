"""Render a table of prompts into a folder of telephone sound: 8 kHz mono G.711 mu-law, with its index.

    hotline prompts > prompts.tsv
    python render.py prompts.tsv ../../ivr/prompts/zh --voices kokoro-js-1.2.1.tgz

prompts.tsv has lines id<TAB>text. What is in the folder already, from the same text, is left alone.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import soundfile
import soxr
from kokoro import RATE, Kokoro, Manner, Wave

TELEPHONE = 8000
LOUDNESS = 10 ** (-20 / 20)  # RMS of what is spoken, against full scale
PEAK = 10 ** (-3 / 20)
SHORT = 6  # characters; a name, a day, a digit


def manner_of(text: str, voice: str, speed: float) -> Manner:
    """A word alone borrows the manner of a sentence, or it comes out clipped."""
    return Manner(voice=voice, speed=speed, least=24 if len(text) <= SHORT else 0)


def telephone(wave: Wave) -> Wave:
    """8 kHz, spoken parts at LOUDNESS, no peak above PEAK."""
    narrow = soxr.resample(wave, RATE, TELEPHONE, quality="VHQ")
    frames = narrow[: len(narrow) // 160 * 160].reshape(-1, 160)
    power = np.mean(frames**2, axis=1)
    spoken = power[power > power.max() / 1000]
    louder = narrow * LOUDNESS / np.sqrt(np.mean(spoken))
    return np.asarray(louder * min(1.0, PEAK / np.abs(louder).max()))


def index_of(folder: Path) -> dict[str, str]:
    file = folder / "index.tsv"
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {ident: text for ident, _, text in (line.partition("\t") for line in lines)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--voices", type=Path, required=True, help="kokoro-js-1.2.1.tgz")
    parser.add_argument("--voice", default="zm_yunjian")
    parser.add_argument("--speed", type=float, default=0.9)
    args = parser.parse_args()
    lines = args.table.read_text(encoding="utf-8").splitlines()
    wanted = dict(line.split("\t", 1) for line in lines if line.strip())
    args.folder.mkdir(parents=True, exist_ok=True)
    known, kokoro = index_of(args.folder), Kokoro(args.voices)
    for ident, text in wanted.items():
        file = args.folder / f"{ident}.wav"
        if known.get(ident) == text and file.exists():
            continue
        sound = telephone(kokoro.say(text, manner_of(text, args.voice, args.speed)))
        soundfile.write(file, sound, TELEPHONE, subtype="ULAW", format="WAV")
        sys.stdout.write(f"{ident}\t{len(sound) / TELEPHONE:.2f} s\n")
        sys.stdout.flush()
    for old in args.folder.glob("*.wav"):
        if old.stem not in wanted:
            old.unlink()
    index = "".join(f"{ident}\t{text}\n" for ident, text in wanted.items())
    (args.folder / "index.tsv").write_text(index, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
