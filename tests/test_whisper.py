"""The real Whisper, where it is installed, on recordings of HOTLINE_TEST_DATA."""

import csv
import os
from pathlib import Path

import pytest

from hotline.settings import Settings
from speech.audio import read_sound
from speech.bench import hear_call

MODEL = Settings.read().models / "whisper-base"
CALLS = Path(os.environ.get("HOTLINE_TEST_DATA", "")) / "calls"
SOME = ("c02.wav", "c07.wav", "c19.wav", "c24.wav", "c25.wav", "c28.wav")
pytestmark = [
    pytest.mark.skipif(not (MODEL / "model.bin").is_file(), reason="Whisper is not installed"),
    pytest.mark.skipif(not CALLS.is_dir(), reason="HOTLINE_TEST_DATA names no recordings"),
]


@pytest.fixture(scope="module")
def ear():
    from speech.ears.whisper import WhisperEar

    return WhisperEar(str(MODEL))


@pytest.fixture(scope="module")
def rows():
    with (CALLS / "manifest.tsv").open(encoding="utf-8") as table:
        return {row["file"]: row for row in csv.DictReader(table, delimiter="\t")}


def test_calls_are_written_down_nearly_as_well_as_the_engine_can(ear, rows):
    calls = [rows[name] for name in SOME]
    errors = [
        hear_call(ear, read_sound(CALLS / row["file"]), row["transcript"], "zh").errors
        for row in calls
    ]
    alone = sum(float(row["engine_cer"]) for row in calls) / len(calls)
    assert sum(errors) / len(errors) <= alone + 0.03


def test_breath_and_cough_are_not_written_down(ear, rows):
    for name, row in rows.items():
        if row["kind"] in {"silence", "breath", "cough"}:
            words = ear.transcribe(read_sound(CALLS / name), "zh", short=False)
            assert (words.text, words.confidence) == ("", None)


def test_the_same_recording_gives_the_same_words(ear):
    sound = read_sound(CALLS / "c19.wav")
    first = ear.transcribe(sound, "zh", short=False)
    ear._remembered.clear()
    assert ear.transcribe(sound, "zh", short=False) == first
    assert 0.5 < (first.confidence or 0) <= 1
    assert first.engine == "whisper-base"
