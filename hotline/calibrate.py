"""Teach an engine what its confidence is worth, with recordings whose words are known; and see how true it is now."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hotline.manifest import BadManifest, Row
from hotline.manifest import read_manifest as read_rows
from speech.audio import NotASound, Sound, read_sound
from speech.bench import error_rate
from speech.calibration import Calibration, Evidence, Example, fit
from speech.ears.base import Recogniser
from speech.ears.choose import NONE, VOSK, WHISPER, Engine, choose

FEWEST = 30  #: recordings with words that a calibration is fitted to

Tell = Callable[[int, int], None]  #: recordings done, in all


class CannotCalibrate(Exception):
    """The message says why, and what to do; nothing has been changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    file: Path
    transcript: str
    language: str
    voice: str  #: who speaks, "" where the manifest does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    recording: Recording
    heard: Evidence
    right: float  #: share of right characters, words in English


def read_manifest(folder: Path, *, fewest: int = FEWEST) -> list[Recording]:
    """The recordings with words in them. Raises CannotCalibrate, also where there are fewer than `fewest`."""
    try:
        rows = read_rows(folder)
    except BadManifest as problem:
        raise CannotCalibrate(str(problem)) from problem
    spoken = [_recording(folder, row) for row in rows if row["transcript"]]
    if len(spoken) < fewest:
        raise CannotCalibrate(
            f"{len(spoken)} recordings with words are too few: it takes {fewest}, better some hundred."
        )
    return spoken


def _recording(folder: Path, row: Row) -> Recording:
    return Recording(
        file=folder / row["file"],
        transcript=row["transcript"],
        language=row["lang"],
        voice=row.get("voice", ""),
    )


def choose_engine(models: Path, recordings: Sequence[Recording], name: str | None) -> Engine:
    """The one of this name, else the first ear for the language of most recordings. Raises CannotCalibrate."""
    if not name:
        languages = [one.language for one in recordings]
        engine = choose(max(sorted(set(languages)), key=languages.count), models)
    elif (models / name).is_dir():
        engine = Engine(VOSK if name.startswith("vosk-") else WHISPER, str(models / name))
    else:
        engine = NONE
    if engine == NONE:
        raise CannotCalibrate(
            f"There is no {name or 'recogniser'} in {models}: `hotline models install zh` fetches one."
        )
    return engine


def build(engine: Engine) -> Recogniser:
    """In this process: who waits for a calibration may as well see it fall. Raises what the engine raises."""
    module, _, name = engine.maker.partition(":")
    ear: Recogniser = getattr(importlib.import_module(module), name)(engine.model)
    return ear


def learn(ear: Recogniser, recordings: Sequence[Recording], tell: Tell) -> list[Trial]:
    """What the ear makes of each, and what its confidence is made of. Raises CannotCalibrate."""
    return _listen(recordings, tell, lambda sound, language: evidence_of(ear, sound, language))


def check(ear: Recogniser, recordings: Sequence[Recording], tell: Tell) -> list[Trial]:
    """The same as a call would hear it now, and with no more work than for a call. Raises CannotCalibrate."""

    def as_in_a_call(sound: Sound, language: str) -> Evidence:
        words = ear.transcribe(sound, language, short=False)
        heard = Evidence(text=words.text, language=words.language, confidence=words.confidence)
        return replace(heard, calibrated=words.calibrated)

    return _listen(recordings, tell, as_in_a_call)


def evidence_of(ear: Recogniser, sound: Sound, language: str) -> Evidence:
    """By the ear's own `evidence` where it has one, else its raw confidence is all there is."""
    if hasattr(ear, "evidence"):
        found: Evidence = ear.evidence(sound, language)
        return found
    words = ear.transcribe(sound, language, short=False)
    raw = None if words.calibrated else words.confidence
    features = {"confidence": raw} if raw is not None else {}
    return Evidence(
        text=words.text, language=language, confidence=words.confidence, features=features
    )


def _listen(
    recordings: Sequence[Recording], tell: Tell, hear: Callable[[Sound, str], Evidence]
) -> list[Trial]:
    trials = []
    for number, one in enumerate(recordings, 1):
        try:
            sound = read_sound(one.file)
        except NotASound as problem:
            raise CannotCalibrate(str(problem)) from problem
        heard = hear(sound, one.language)
        wrong = error_rate(heard.text, one.transcript, one.language)
        trials.append(Trial(recording=one, heard=heard, right=max(0.0, 1.0 - wrong)))
        tell(number, len(recordings))
    return trials


def usable(trials: Sequence[Trial]) -> list[Trial]:
    """Those in which the engine heard words and told how sure it is. Raises CannotCalibrate if they are too few."""
    found = [one for one in trials if one.heard.text and one.heard.features]
    if len(found) < FEWEST:
        raise CannotCalibrate(
            f"The engine heard words, and told how sure it is, in {len(found)} of {len(trials)} recordings; "
            f"it takes {FEWEST}."
        )
    return found


def examples(trials: Sequence[Trial]) -> list[Example]:
    """Raises CannotCalibrate."""
    return [Example(one.heard.features, one.right) for one in usable(trials)]


def calibrate(trials: Sequence[Trial]) -> Calibration:
    """Raises CannotCalibrate."""
    return fit(examples(trials))
