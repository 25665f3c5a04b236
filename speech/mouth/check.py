"""What is wrong with a sentence as callers hear it: file by file, and sound by sound; each with how to mend it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from speech.audio import RATE, NotASound, read_sound
from speech.mouth.faults import is_clipped, sound_faults
from speech.mouth.mouth import Mouth
from speech.mouth.prepared import read_index
from speech.mouth.sound import active_rms
from speech.mouth.voices import Espeak, Speechless

FAINT = (
    -45.0
)  #: dBFS in a person's recording: raised to the house level, its hiss is as loud as speech

RENDER = "hotline prompts render --language {language} --only '^{ident}$' --again"
RECORD = "record it again, in a quiet room and a hand's breadth from the microphone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    ident: str
    kind: str  #: missing, stale, unknown, damaged, empty, rate, clipped, long, quiet, level
    found: str  #: a sentence
    mend: str
    language: str = ""
    file: str = ""  #: "" for what a voice says

    def data(self) -> dict[str, Any]:
        return asdict(self)


def check(
    wanted: Iterable[tuple[str, str]],
    language: str,
    mouth: Mouth,
    folders: Iterable[Path],
    overrides: Path,
) -> Iterator[list[Finding]]:
    """The findings of each wanted sentence (id, text), in order; `folders` are those of prepared sentences."""
    before = [{ident: text for text, ident in read_index(folder).items()} for folder in folders]
    for ident, text in wanted:
        mend = RENDER.format(language=language, ident=ident)
        source = mouth.source(text)
        by_a_person = source is not None and source.parent == overrides
        found = []
        if source is None:
            stale = any(old.get(ident, text) != text for old in before)
            found += _unprepared(ident, language, mouth, mend, stale=stale)
        else:
            found += _file(source, ident, RECORD if by_a_person else mend, by_a_person=by_a_person)
        found += _damaged_recording(ident, source, overrides)
        if not found or source is None:
            found += _heard(ident, text, language, mouth, mend)
        yield [_of(one, language) for one in found]


def unknown(known: Iterable[str], overrides: Path) -> list[Finding]:
    """Recordings by people that are never played, because no sentence is called like them."""
    names = {*known, *read_index(overrides).values()}
    strange = [path for path in sorted(overrides.glob("*.wav")) if path.stem not in names]
    found = "no sentence is called {}: it is never played"
    return [
        Finding(
            ident=path.stem, kind="unknown", found=found.format(path.stem), file=str(path),
            mend="give it the name of a sentence: `hotline prompts` lists them",
        )
        for path in strange
    ]  # fmt: skip


def _unprepared(
    ident: str, language: str, mouth: Mouth, mend: str, *, stale: bool
) -> list[Finding]:
    """English without any file is no finding: espeak-ng is understood there. Mandarin by it is not."""
    speaker = (mouth.speakers(language) or ["nobody"])[0]
    if stale:
        said = f"what is prepared says something else; {speaker} says the new words"
        return [Finding(ident=ident, kind="stale", found=said, mend=mend)]
    if language == "zh" and speaker in {Espeak.name, "nobody"}:
        said = f"no file; {speaker} says it, which few people understand in Mandarin"
        return [Finding(ident=ident, kind="missing", found=said, mend=mend)]
    return []


def _damaged_recording(ident: str, source: Path | None, overrides: Path) -> list[Finding]:
    own = overrides / f"{ident}.wav"
    if not own.is_file() or own == source:
        return []
    try:
        read_sound(own)
        said = "another recording is played in its place"
    except NotASound as problem:
        said = str(problem)
    return [Finding(ident=ident, kind="damaged", found=said, mend=RECORD, file=str(own))]


def _file(path: Path, ident: str, mend: str, *, by_a_person: bool) -> list[Finding]:
    """What can be seen in the file alone: a person's recording comes in any form that can be mended."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    mixed = np.nan_to_num(samples).mean(axis=1)
    loud = active_rms(mixed)
    faults = []
    if rate < RATE or (not by_a_person and (rate != RATE or samples.shape[1] != 1)):
        faults.append(("rate", f"it has {samples.shape[1]} × {rate} Hz; a line has 1 × {RATE}"))
    if is_clipped(mixed):
        faults.append(("clipped", "it is clipped: it was recorded too loud"))
    if by_a_person and 0 < loud < 10 ** (FAINT / 20):
        faults.append(
            ("quiet", f"its speech is at {20 * np.log10(loud):.0f} dBFS: more hiss than words")
        )
    return [
        Finding(ident=ident, kind=kind, found=said, mend=mend, file=str(path))
        for kind, said in faults
    ]


def _heard(ident: str, text: str, language: str, mouth: Mouth, mend: str) -> list[Finding]:
    """As callers hear it, whoever says it; what a voice had to say is kept for the calls to come."""
    try:
        faults = sound_faults(mouth.say(text, language))
    except Speechless as problem:
        faults = [("missing", str(problem))]
    source = mouth.source(text)
    return [
        Finding(
            ident=ident, kind=kind, found=said, mend=_mended(kind, mend), file=str(source or "")
        )
        for kind, said in faults
    ]


def _mended(kind: str, mend: str) -> str:
    return "put a comma or a full stop into the text, in ivr/prompts/" if kind == "long" else mend


def _of(finding: Finding, language: str) -> Finding:
    return Finding(**{**finding.data(), "language": language})
