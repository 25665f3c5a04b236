"""Carry what render.py said over a bad telephone: pitch and tremor of age, noise, levels, 300-3400 Hz, G.711.

    python calls.py VOICES FOLDER

FOLDER gets 8 kHz WAVs and a manifest.tsv as `hotline calibrate FOLDER` wants it (file, transcript, lang; then kind,
voice, text, condition). Runs with the hotline's own Python. The same voices give the same bytes.
"""

import csv
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project itself, for its arithmetic

from speech.audio import RATE, from_floats, ulaw_decode, ulaw_encode, write_wav

Wave = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Condition:
    level: float = -20.0  #: dB of full scale while somebody speaks
    pitch: float = 1.0  #: 0.93 is lower and as much slower
    tremor: bool = False
    noise: str = ""
    snr: float = 60.0
    clipped: bool = False

    def __str__(self) -> str:
        parts = [f"{self.level:.0f}dB", f"pitch{self.pitch}{'t' * self.tremor}"]
        noisy = [f"{self.noise}{self.snr:.0f}"] if self.noise else []
        return "-".join(parts + noisy + ["clipped"] * self.clipped)


CLEAN = Condition()
BAD = (
    Condition(level=-36),
    Condition(pitch=0.94, tremor=True),
    Condition(noise="tv", snr=15),
    Condition(noise="street", snr=12, pitch=0.96),
    Condition(noise="hum", snr=15, level=-26),
    Condition(level=-40, pitch=0.95, tremor=True),
    Condition(noise="tv", snr=9),
    Condition(level=-14, pitch=1.04),
    Condition(noise="street", snr=6, level=-28),
    Condition(level=-10, clipped=True, pitch=0.95),
    Condition(noise="hum", snr=20, level=-34, pitch=0.93, tremor=True),
)


def aged(wave: Wave, rate: int, condition: Condition, chance: np.random.Generator) -> Wave:
    at = np.arange(int(len(wave) / condition.pitch)) * condition.pitch
    if condition.tremor:
        speed, time = chance.uniform(4.2, 5.8), np.arange(len(at)) / rate
        at = at + 0.006 * rate / (2 * np.pi * speed) * np.sin(2 * np.pi * speed * time)
    return np.interp(at, np.arange(len(wave)), wave, right=0.0)


def shaped(length: int, low: float, high: float, chance: np.random.Generator) -> Wave:
    """Noise that falls by 3 dB an octave."""
    heights = np.fft.rfft(chance.standard_normal(length))
    pitch = np.fft.rfftfreq(length, 1 / RATE)
    heights *= ((pitch >= low) & (pitch <= high)) / np.sqrt(np.maximum(pitch, 50))
    return np.fft.irfft(heights, length)


def telephone_band(wave: Wave) -> Wave:
    heights = np.fft.rfft(wave)
    pitch = np.fft.rfftfreq(len(wave), 1 / RATE)
    rise, fall = np.clip((pitch - 220) / 80, 0, 1), np.clip((3600 - pitch) / 200, 0, 1)
    return np.fft.irfft(heights * rise * fall, len(wave))


def loudness(wave: Wave) -> float:
    """RMS of the frames of 20 ms that are not silent."""
    frames = np.square(wave[: len(wave) // 160 * 160].reshape(-1, 160)).mean(axis=1)
    return float(np.sqrt(frames[frames > frames.max() / 1000].mean()))


def noise(
    condition: Condition, length: int, others: list[Wave], chance: np.random.Generator
) -> Wave:
    time = np.arange(length) / RATE
    if condition.noise == "tv":
        chosen = chance.choice(len(others), 3, replace=False)
        return sum(
            (np.resize(np.roll(others[n], int(chance.integers(RATE))), length) for n in chosen),
            np.zeros(length),
        )
    if condition.noise == "street":
        swell = 1 + 0.6 * np.sin(
            2 * np.pi * chance.uniform(0.1, 0.25) * time + chance.uniform(0, 6)
        )
        return shaped(length, 60, 3000, chance) * swell
    hum = sum(
        (np.sin(2 * np.pi * 50 * n * time + n) / n for n in (1, 2, 3, 5, 7, 9, 11)),
        np.zeros(length),
    )
    return hum + 3 * shaped(length, 300, 3400, chance)


def carried(
    voice: Wave, rate: int, condition: Condition, others: list[Wave], chance: np.random.Generator
) -> NDArray[np.int16]:
    wave = telephone_band(soxr.resample(aged(voice, rate, condition, chance), rate, RATE))
    wave *= 10 ** (condition.level / 20) / loudness(wave)
    if condition.noise:
        beside = noise(condition, len(wave), others, chance)
        wave = wave + beside * loudness(wave) / np.sqrt(np.mean(beside**2)) * 10 ** (
            -condition.snr / 20
        )
    wave = wave * (6 if condition.clipped else 1) + 10 ** (-66 / 20) * chance.standard_normal(
        len(wave)
    )
    return ulaw_decode(ulaw_encode(from_floats(np.clip(wave, -0.98, 0.98), RATE)))


def main() -> int:
    voices, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with (voices / "index.tsv").open(encoding="utf-8", newline="") as sheet:
        rows = list(csv.DictReader(sheet, delimiter="\t", quoting=csv.QUOTE_NONE))
    some = [soundfile.read(voices / row["file"])[0] for row in rows[:40:3]]
    others = [telephone_band(soxr.resample(one, 24000, RATE)) for one in some]
    lines = ["file\ttranscript\tlang\tkind\tvoice\ttext\tcondition\n"]
    for number, row in enumerate(rows):
        voice, rate = soundfile.read(voices / row["file"])
        bad = BAD[zlib.crc32(row["file"].encode()) % len(BAD)]
        for condition in (
            (CLEAN, bad)
            if row["kind"] not in {"sichuan", "wu", "yue"}
            else ((CLEAN, bad)[number % 2],)
        ):
            name = f"{Path(row['file']).stem}-{condition}.wav"
            chance = np.random.default_rng(zlib.crc32(name.encode()))
            write_wav(folder / name, carried(voice, rate, condition, others, chance))
            text = row["file"].split("-")[0]
            lines.append(
                "\t".join(
                    [
                        name,
                        row["transcript"],
                        row["lang"],
                        row["kind"],
                        row["voice"],
                        text,
                        str(condition),
                    ]
                )
                + "\n"
            )
    (folder / "manifest.tsv").write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
