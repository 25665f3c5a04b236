"""Is anybody cut off, and does the end come? Stories on bad lines, heard by the listener that hears callers."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hotline.manifest import read_manifest
from speech.audio import FRAME, RATE, Sound, read_sound
from speech.patience import STORY, Happening, Listener
from speech.trials import Trial, trials
from speech.voice import CallerVoice

EXPECTED = (STORY.more or 0.0) + STORY.again  #: seconds from the last word to the end
EARLY = 0.6  #: seconds before the first word that a story may begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one trial. Seconds."""

    trial: Trial
    began: float | None  #: where the story is taken to have begun; None: nobody was heard
    ended: float
    cpu: float  #: of the listener
    said: slice

    @property
    def story(self) -> bool:
        return self.trial.speech is not None

    @property
    def cut(self) -> bool:
        """Ended while there was more to come."""
        speech = self.trial.speech
        return speech is not None and self.began is not None and self.ended * RATE < speech[1]

    @property
    def clipped(self) -> bool:
        """The last word is not among what is recognised."""
        speech = self.trial.speech
        heard = speech is not None and self.began is not None and not self.cut
        return heard and speech is not None and self.said.stop < speech[1] - 0.1 * RATE

    @property
    def begun_by_noise(self) -> bool:
        if self.began is None:
            return False
        return self.trial.speech is None or self.began < self.trial.speech[0] / RATE - EARLY

    @property
    def after(self) -> float | None:
        """Seconds from the last word to the end."""
        speech = self.trial.speech
        return self.ended - speech[1] / RATE if speech and self.began is not None else None


def patience(folder: Path, variants: int, tell: Callable[[int, int], None]) -> dict[str, Any]:
    """`variants` trials of each recording; `folder` has WAVs and manifest.tsv (file, transcript). Raises BadManifest, NotASound."""
    rows = read_manifest(folder)
    sounds = {row["file"]: read_sound(folder / row["file"]) for row in rows}
    said = {row["file"]: (row.get("transcript") or "").strip() for row in rows}
    spoken = sum(map(bool, said.values()))
    total = len(rows) - spoken + spoken * (variants + max(1, variants // 4))
    outcomes = list(_outcomes(trials(sounds, said, variants), lambda done: tell(done, total)))
    return summary(outcomes)


def _outcomes(told: Iterable[Trial], tell: Callable[[int], None]) -> Iterator[Outcome]:
    for number, trial in enumerate(told, 1):
        yield listen(trial)
        tell(number)


def listen(trial: Trial) -> Outcome:
    """The trial as a caller's answer, without the line's soft question, until the listener takes it as over."""
    before, voice = time.process_time(), CallerVoice()
    for heard, said in zip(_whole(trial.before), _whole(trial.played), strict=True):
        voice.overhear(heard, said)
    listener = Listener(STORY, voice)
    line, at = _frames(trial.sound), 0
    while listener.over is None and at < len(line):
        listener.feed(line[at])
        at += 1
    start = listener.speech_start
    return Outcome(
        trial=trial,
        began=None if start is None or listener.over is Happening.NOTHING else start / RATE,
        ended=at * FRAME / RATE,
        cpu=time.process_time() - before,
        said=listener.said,
    )


def _frames(sound: Sound) -> Sound:
    """Whole frames, with silence enough for any patience."""
    quiet = round((STORY.first_word + EXPECTED + 1) * RATE)
    return _whole(np.concatenate([sound, np.zeros(quiet, dtype=np.int16)]))


def _whole(sound: Sound) -> Sound:
    return sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """The figures of all trials, and by kind."""
    listened = sum(one.ended for one in outcomes)
    kinds = dict.fromkeys(one.trial.kind for one in outcomes)
    return {
        **_figures(outcomes),
        "expected_end_s": EXPECTED,
        "detector_cpu_percent": round(100 * sum(one.cpu for one in outcomes) / listened, 2),
        "kinds": {
            kind: _figures([one for one in outcomes if one.trial.kind == kind]) for kind in kinds
        },
    }


def _figures(outcomes: list[Outcome]) -> dict[str, Any]:
    after = [one.after for one in outcomes if one.after is not None and not one.cut]
    figures: dict[str, Any] = {
        "trials": len(outcomes),
        "cut_off": _names(one for one in outcomes if one.cut),
        "last_word_lost": _names(one for one in outcomes if one.clipped),
        "not_heard": _names(one for one in outcomes if one.story and one.began is None),
        "begun_by_noise": _names(one for one in outcomes if one.begun_by_noise),
    }
    if after:
        middle, late = np.percentile(after, [50, 95])
        figures |= {
            "end_median_s": round(float(middle), 2),
            "end_p95_s": round(float(late), 2),
            "end_worst_s": round(max(after), 2),
        }
    return figures


def _names(outcomes: Iterable[Outcome]) -> list[str]:
    return [f"{one.trial.name} ({one.trial.kind})" for one in outcomes]
