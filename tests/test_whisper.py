"""The real Whisper, where it is installed, on recordings of HOTLINE_TEST_DATA."""

import csv
import os
from pathlib import Path

import pytest

from hotline.settings import Settings
from speech.audio import read_sound
from speech.bench import error_rate, hear_call
from speech.confidence import understood

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
    assert (first.calibrated, first.language) == (True, "zh")


def test_english_on_a_mandarin_line_is_heard_as_english(ear, rows):
    for name in ("c42.wav", "c43.wav", "c44.wav"):
        words = ear.transcribe(read_sound(CALLS / name), "zh", short=False)
        assert words.language == "en"
        assert error_rate(words.text, rows[name]["transcript"], "en") < 0.35


def test_mandarin_stays_mandarin_and_is_heard_on_an_english_line_too(ear):
    for name in SOME[:3]:
        sound = read_sound(CALLS / name)
        words = ear.transcribe(sound, "zh", short=False)
        assert words.language == "zh"
        assert understood(words)
        assert ear.transcribe(sound, "en", short=False) == words


def test_dialects_are_not_understood(ear):
    """`hotline calibrate FOLDER --check` says which."""
    clips = sorted((CALLS.parent / "dialects").glob("*.wav"))
    heard = [ear.transcribe(read_sound(clip), "zh", short=False) for clip in clips]
    assert sum(not understood(words) for words in heard) >= 15


def test_an_answer_of_one_word_is_not_calibrated(ear, rows):
    words = ear.transcribe(read_sound(CALLS / "c19.wav")[:16000], "zh", short=True)
    assert words.text.startswith("停水")
    assert not words.calibrated
