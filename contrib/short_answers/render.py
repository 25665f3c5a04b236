"""Render the short answers of answers.tsv as a telephone carries them, for `hotline bench answers FOLDER`.

    .venv/bin/python contrib/short_answers/render.py FOLDER [--lines answers.tsv]

Every answer by eight voices, each at another pace, loudness and noise (chosen by a number made of its name, so that a
second run gives the same bytes): 300-3400 Hz and G.711 mu-law at 8 kHz, with the room before and after. FOLDER gets
WAVs, coughs and television, and manifest.tsv: file, transcript, lang, question, means, voice, noise, level.
"""

import argparse
import csv
import sys
import zlib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "render_voice"))

from telephone import to_telephone
from telling import Manner, Teller, Wave, installed

from speech.audio import RATE, from_floats, ulaw_decode, ulaw_encode, write_wav

VOICES = {
    "zh": ["zf_xiaobei", "zf_xiaoni", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang"],
    "en": ["af_heart", "af_bella", "af_sarah", "bf_emma", "am_michael", "am_fenrir", "bm_george", "am_puck"],
}  # fmt: skip
TELEVISION = (
    ("zm_yunyang", "今天夜里到明天白天，全市多云转阴，最高气温十八度，北风三到四级，请大家出门注意保暖。"),
    ("zf_xiaoyi", "各位观众晚上好，欢迎收看今天的节目，首先请看内容提要，本市新开通了两条公共汽车线路。"),
    ("zf_xiaoxiao", "你怎么现在才回来，饭菜都凉了，孩子也睡了，我跟你说过多少次，路上要小心一点。"),
)  # fmt: skip
FIELDS = "file transcript lang question means voice noise level".split()  # noqa: SIM905


class Speaker(Teller):
    def speak(self, text: str, phonemes: str, manner: Manner) -> Wave:
        """Chinese as it is written; English by its phonemes."""
        if not phonemes:
            return self.tell(f"{text}。", manner)
        return self.utter(f"{phonemes}.", manner.voice, manner.speed)


def shaped(length: int, chance: np.random.Generator, low: float, high: float) -> Wave:
    """Noise between two frequencies, falling by 3 dB an octave, of power 1."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    spectrum *= np.where((hertz >= low) & (hertz <= high), 1 / np.sqrt(np.maximum(hertz, 50)), 0)
    return unit(np.fft.irfft(spectrum, length))


def hum(length: int) -> Wave:
    at = np.arange(length) / RATE
    return unit(sum((np.sin(100 * np.pi * n * at + n) / n for n in (3, 5, 7, 9)), np.zeros(length)))


def cough(chance: np.random.Generator) -> Wave:
    """Two or three bursts of noise with a little voice in them."""
    out = np.zeros(RATE * 2)
    for number in range(int(chance.integers(2, 4))):
        at = np.arange(int(chance.uniform(0.22, 0.38) * RATE)) / RATE
        burst = shaped(len(at), chance, 300, 3200) * np.exp(-at * chance.uniform(9, 14))
        voice = np.sign(np.sin(2 * np.pi * chance.uniform(150, 240) * at))
        start = int((0.2 + 0.5 * number + chance.uniform(0, 0.1)) * RATE)
        out[start : start + len(at)] += burst + 0.5 * voice * np.exp(-((at - 0.12) ** 2) / 0.004)
    return unit(out)


def unit(wave: Wave) -> Wave:
    return wave / (np.sqrt(np.mean(wave**2)) + 1e-12)


def narrow(wave: Wave) -> Wave:
    """24 kHz to the telephone's band, power of the speech 1."""
    sound = np.asarray(to_telephone(wave), dtype=np.float64)
    loud = sound[np.abs(sound) > np.abs(sound).max() / 20]
    return sound / (np.sqrt(np.mean(loud**2)) + 1e-12)


def in_the_room(said: Wave, name: str, television: Wave) -> tuple[Wave, str, int]:
    """With 0.6 s of the room before it and 3 s after; the noise and the level it came out with."""
    chance = np.random.default_rng(zlib.crc32(name.encode()))
    noise = str(chance.choice(["none", "none", "television", "street", "hum"]))
    level, ratio = int(chance.choice([-16, -20, -26, -32])), chance.uniform(12, 22)
    whole = np.concatenate([np.zeros(int(0.6 * RATE)), said, np.zeros(3 * RATE)])
    around = {
        "none": np.zeros(len(whole)),
        "television": np.roll(television, -int(chance.integers(len(television))))[: len(whole)],
        "street": shaped(len(whole), chance, 60, 3000),
        "hum": hum(len(whole)),
    }[noise]
    hiss = 10 ** (-46 / 20) * chance.standard_normal(len(whole))
    return (whole + around * 10 ** (-ratio / 20) + hiss) * 10 ** (level / 20), noise, level


def pace(name: str) -> float:
    return float(
        np.random.default_rng(zlib.crc32(name.encode()) + 1).choice([0.75, 0.9, 1.05, 1.2])
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=Path, default=Path(__file__).with_name("answers.tsv"))
    return parser.parse_args()


def main() -> int:
    args = arguments()
    args.folder.mkdir(parents=True, exist_ok=True)
    speaker = Speaker(installed())
    babble = [
        narrow(speaker.tell(text, Manner(voice=voice, speed=1.0))) for voice, text in TELEVISION
    ]
    television = unit(sum(np.resize(one, 30 * RATE) for one in babble))
    sheet = (args.folder / "manifest.tsv").open("w", encoding="utf-8", newline="")
    table = csv.writer(sheet, delimiter="\t", lineterminator="\n")
    table.writerow(FIELDS)

    def keep(name: str, said: Wave, row: list[str], voice: str) -> None:
        sound, noise, level = in_the_room(said, name, television)
        line = ulaw_decode(ulaw_encode(from_floats(np.clip(sound, -1, 1), RATE)))
        write_wav(args.folder / f"{name}.wav", line)
        lang, question, means, text = row[:4]
        table.writerow([f"{name}.wav", text, lang, question, means, voice, noise, level])

    for number in range(8):
        chance = np.random.default_rng(number)
        keep(f"cough{number}", cough(chance), ["zh", "answer", "", ""], "")
        part = np.roll(television, -number * 3 * RATE)[: 2 * RATE]
        keep(f"television{number}", part * 0.3, ["zh", "answer", "", ""], "")
    lines = args.lines.read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(line for line in lines if not line.startswith("#")):
        row = [*line.split("\t"), ""]
        for voice in VOICES[row[0]]:
            name = f"{row[0]}{at:02d}_{voice}"
            manner = Manner(voice=voice, speed=pace(name), lead=0.0, tail=0.0)
            keep(name, narrow(speaker.speak(row[3], row[4], manner)), row, voice)
    sheet.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
