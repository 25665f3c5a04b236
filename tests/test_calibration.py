"""A confidence that means something: fitted, saved, loaded, judged."""

import numpy as np
import pytest

from speech.calibration import BadCalibration, Calibration, Example, fit
from speech.commands import Words
from speech.confidence import CHECK, UNDERSTOOD, doubtful, understood


@pytest.fixture
def examples():
    """An engine whose "sure" of 0.9 means that half is right."""
    chance = np.random.default_rng(1)
    sure = chance.uniform(0.5, 1.0, 400)
    right = np.clip(sure * 2 - 1.3 + chance.normal(0, 0.1, 400), 0, 1)
    return [
        Example({"sure": float(s), "noise": float(chance.normal())}, float(r))
        for s, r in zip(sure, right, strict=True)
    ]


def test_a_boast_is_brought_down_to_what_it_is_worth(examples):
    calibration = fit(examples)
    assert calibration.of({"sure": 0.9, "noise": 0}) == pytest.approx(0.5, abs=0.06)
    assert calibration.of({"sure": 0.6, "noise": 0}) < 0.1
    assert abs(calibration.features["noise"].weight) < 0.1
    assert calibration.examples == 400


def test_what_was_never_seen_is_not_extrapolated(examples):
    calibration = fit(examples)
    assert calibration.of({"sure": 50.0, "noise": 0}) == calibration.of({"sure": 1.1, "noise": 0})


def test_a_feature_that_tells_nothing_and_few_examples_do_no_harm():
    calibration = fit([Example({"same": 1.0}, 0.7), Example({"same": 1.0}, 0.5)])
    assert calibration.of({"same": 1.0}) == pytest.approx(0.6, abs=0.01)


def test_a_feature_that_is_missing_is_named(examples):
    with pytest.raises(KeyError, match="sure"):
        fit(examples).of({"noise": 1.0})


def test_a_calibration_comes_back_from_its_file(examples, tmp_path):
    calibration = fit(examples)
    calibration.save(tmp_path / "ear.calibration.json")
    again = Calibration.load(tmp_path / "ear.calibration.json")
    assert again.of({"sure": 0.8, "noise": 1.0}) == calibration.of({"sure": 0.8, "noise": 1.0})
    assert [one.name for one in tmp_path.iterdir()] == ["ear.calibration.json"]


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"bias": 0, "features": {"a": 1}}'])
def test_a_file_that_is_no_calibration_says_so(tmp_path, content):
    file = tmp_path / "ear.calibration.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadCalibration, match=r"ear.calibration.json"):
        Calibration.load(file)


def test_only_calibrated_words_are_judged():
    low, high = UNDERSTOOD - 0.01, CHECK
    assert not understood(Words(text="路灯", confidence=low, calibrated=True))
    assert understood(Words(text="路灯", confidence=low))
    assert understood(Words(text="路灯", engine="typed"))
    assert not understood(Words(text="", confidence=high, calibrated=True))
    assert not doubtful(Words(text="路灯", confidence=high, calibrated=True))
    assert doubtful(Words(text="路灯", confidence=CHECK - 0.01, calibrated=True))
    assert doubtful(Words(text=""))
    assert not doubtful(Words(text="路灯", engine="typed"))
