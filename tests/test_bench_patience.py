"""The measure of patience: lines made bad, and what is said of them."""

from pathlib import Path

import numpy as np
from click.testing import CliRunner

from hotline.bench_patience import EXPECTED, listen, summary
from hotline.cli import main
from speech.audio import RATE, read_sound, silence
from speech.trials import Trial, speech_of, trials, with_pauses

NEED = read_sound(Path(__file__).parent.parent / "hotline" / "demo_voices" / "resident_need.wav")


def test_trials_are_the_same_at_every_run():
    told = [list(trials({"a": NEED, "b": NEED[::-1]}, {"a": "x", "b": "y"}, 2)) for _ in "12"]
    assert [one.kind for one in told[0]] == [one.kind for one in told[1]]
    assert all(np.array_equal(*(one.sound for one in pair)) for pair in zip(*told, strict=True))


def test_a_pause_lengthens_a_story_by_no_more_than_itself():
    longer = with_pauses(NEED / 32768, (6.0,))
    assert 0 < len(longer) - len(NEED) <= 6 * RATE


def test_a_story_on_a_good_line_ends_when_expected():
    first, last = speech_of(NEED / 32768)
    line = np.concatenate([NEED, silence(15)])
    figures = summary([listen(Trial(name="a", kind="good", sound=line, speech=(first, last)))])
    assert figures["cut_off"] == figures["not_heard"] == figures["begun_by_noise"] == []
    assert abs(figures["end_worst_s"] - EXPECTED) < 0.6


def test_what_is_cut_off_is_called_so():
    line = np.concatenate([NEED, silence(15), NEED, silence(15)])
    trial = Trial(name="a", kind="long pause", sound=line, speech=(0, len(line) - 15 * RATE))
    figures = summary([listen(trial)])
    assert figures["cut_off"] == ["a (long pause)"]


def test_a_folder_without_a_list_is_refused_in_a_sentence(tmp_path):
    told = CliRunner().invoke(main, ["bench", "patience", str(tmp_path)])
    assert told.exit_code == 1
    assert "There is no manifest.tsv" in told.output
