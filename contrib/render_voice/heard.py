"""How well a machine ear understands prepared prompts over the telephone: character errors, prompt by prompt.

    python heard.py FOLDER --model MODELS/whisper-base [--announcements announcements.txt]

FOLDER holds index.tsv (id<TAB>text) and ID.wav. Each sound goes through G.711 mu-law at 8 kHz and is heard
by Whisper base. Two rates: of characters, and of syllables without tones, which forgives homophones
(他 她 它 sound alike to a person too). Needs faster-whisper, soundfile, soxr, zhconv and pypinyin.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
import zhconv
from faster_whisper import WhisperModel
from pypinyin import lazy_pinyin

DIGITS = "零一二三四五六七八九"
UNITS = ("", "十", "百", "千")
SPOKEN_ALIKE = str.maketrans("幺两〇她它妳", "一二零他他你")


@dataclass(frozen=True, kw_only=True)
class Heard:
    ident: str
    text: str
    heard: str
    seconds: float
    characters: int
    wrong: int
    wrong_sounds: int

    @property
    def rate(self) -> float:
        return self.wrong / max(1, self.characters)


def in_words(number: int) -> str:
    """An integer below 10,000 as it is said: 15 -> 十五, 105 -> 一百零五."""
    if number < 10:
        return DIGITS[number]
    said = ""
    digits = str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        said += DIGITS[int(digit)] + UNITS[place] if digit != "0" else "零"
    said = re.sub("零+", "零", said).rstrip("零")
    return said.removeprefix("一") if said.startswith("一十") else said


def _number(match: re.Match[str]) -> str:
    digits = match.group()
    by_digit = len(digits) > 4 or digits.startswith("0") or digits in {"110", "119", "120"}
    return "".join(DIGITS[int(d)] for d in digits) if by_digit else in_words(int(digits))


def plain(text: str) -> str:
    """Simplified characters only: no punctuation, digits in words, characters that sound alike made one."""
    simple = zhconv.convert(text, "zh-cn").replace("%", "百分之")
    return "".join(re.findall(r"[\u4e00-\u9fff]", re.sub(r"\d+", _number, simple))).translate(
        SPOKEN_ALIKE
    )


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def over_the_telephone(paths: list[Path]) -> np.ndarray:
    """One after the other as 16 kHz float32 after G.711 mu-law at 8 kHz, with 0.3 s of quiet around."""
    narrow = np.concatenate([_narrow(path) for path in paths])
    loud = np.log1p(255 * np.abs(np.clip(narrow, -1, 1))) / np.log(256)
    steps = np.round(loud * 127) / 127
    back = np.sign(narrow) * (256**steps - 1) / 255
    return np.asarray(soxr.resample(np.pad(back, 2400), 8000, 16000), dtype=np.float32)


def _narrow(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate, 8000))


def hear(model: WhisperModel, paths: list[Path], ident: str, text: str) -> Heard:
    sound = over_the_telephone(paths)
    segments, _ = model.transcribe(
        sound,
        language="zh",
        beam_size=5,
        initial_prompt="以下是普通话的句子。",
        condition_on_previous_text=False,
        without_timestamps=True,
    )
    heard = "".join(segment.text for segment in segments).strip()
    said, got = plain(text), plain(heard)
    sounds = edits(lazy_pinyin(said), lazy_pinyin(got))
    wrong = edits(said, got)
    return Heard(
        ident=ident, text=text, heard=heard, seconds=len(sound) / 16000 - 0.6,
        characters=len(said), wrong=wrong, wrong_sounds=sounds,
    )  # fmt: skip


def announcements(folder: Path, listed: Path) -> list[tuple[list[Path], str, str]]:
    """Files, id and text of sentences that a call puts together: each line of `listed` has ids in order."""
    texts = dict(prompts(folder))
    lines = [
        line.split() for line in listed.read_text(encoding="utf-8").splitlines() if line[:1] != "#"
    ]
    return [
        ([folder / f"{i}.wav" for i in ids], " ".join(ids), "".join(texts[i] for i in ids))
        for ids in lines
    ]


def prompts(folder: Path) -> list[tuple[str, str]]:
    lines = (folder / "index.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines if line.strip()]
    return [(ident, text) for ident, text in pairs]


def markdown(folder: Path, rows: list[Heard]) -> str:
    lines = [
        "# How the prepared prompts are understood",
        "",
        f"`python contrib/render_voice/heard.py {folder.as_posix()}`: each prompt over G.711 mu-law, heard by Whisper base.",
        summary(rows),
        "",
        "| prompt | said | heard | characters wrong | sounds wrong |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.ident} | {r.text} | {r.heard} | {r.wrong}/{r.characters} | {r.wrong_sounds} |"
        for r in sorted(rows, key=lambda r: -r.rate)
        if r.wrong
    ]
    return "\n".join(lines) + "\n"


def summary(rows: list[Heard]) -> str:
    total = sum(r.characters for r in rows)
    wrong, sounds = sum(r.wrong for r in rows), sum(r.wrong_sounds for r in rows)
    return (
        f"{len(rows)} prompts, {total} characters, {sum(r.seconds for r in rows):.0f} s: "
        f"characters wrong {wrong / max(1, total):.3f}, sounds wrong {sounds / max(1, total):.3f}; "
        f"{sum(r.wrong == 0 for r in rows)} without any error."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--only", default="", help="ids that begin so")
    parser.add_argument("--announcements", type=Path, help="hear sentences put together instead")
    parser.add_argument("--markdown", type=Path, help="write the prompts with errors as a table")
    args = parser.parse_args()
    model = WhisperModel(str(args.model), device="cpu", compute_type="int8", cpu_threads=1)
    if args.announcements:
        todo = announcements(args.folder, args.announcements)
    else:
        todo = [([args.folder / f"{i}.wav"], i, t) for i, t in prompts(args.folder)]
    rows = []
    for paths, ident, text in todo:
        if ident.startswith(args.only):
            rows.append(hear(model, paths, ident, text))
            r = rows[-1]
            sys.stdout.write(f"{r.rate:.2f}\t{r.wrong_sounds}\t{r.ident}\t{r.text}\t{r.heard}\n")
            sys.stdout.flush()
    sys.stdout.write(summary(rows) + "\n")
    if args.markdown:
        args.markdown.write_text(markdown(args.folder, rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
