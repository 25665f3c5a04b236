"""The real Whisper on bad lines: nothing is made of nothing, and a voice is heard through what can be mended."""

import numpy as np
import pytest

from hotline.demo import voice
from hotline.settings import Settings
from speech.audio import RATE, Sound, silence
from speech.bench import error_rate
from speech.ears.base import BadModel
from speech.ears.decoding import Decoder
from speech.ears.passages import centred

MODEL = Settings.read().models / "whisper-base"
pytestmark = pytest.mark.skipif(
    not (MODEL / "model.bin").is_file(), reason="Whisper is not installed"
)
SAID = "您好，我是物业公司的小陈。您说的电梯，今天上午已经修好了，您可以放心下楼了。给您添麻烦了。"


@pytest.fixture(scope="module")
def ear():
    from speech.ears.whisper import WhisperEar

    return WhisperEar(str(MODEL))


@pytest.fixture(scope="module")
def result():
    return voice("result")


def hiss(length: float, loud: float) -> Sound:
    noise = np.random.default_rng(3).standard_normal(round(length * RATE))
    return (loud * noise).astype(np.int16)


@pytest.mark.parametrize(
    "sound",
    [
        silence(0),
        silence(0.01),
        silence(20),
        silence(9) + np.int16(9000),
        hiss(8, 300.0),
        np.full(40, 32767, np.int16),
    ],
    ids=["no byte", "80 samples", "digital silence", "constant voltage", "hiss", "a click"],
)
@pytest.mark.parametrize("short", [True, False])
def test_nothing_is_made_of_nothing(ear, sound, short):
    words = ear.transcribe(sound, "zh", short=short)
    assert (words.text, words.confidence) == ("", None)


def test_a_voice_is_heard_beside_a_constant_voltage(ear, result):
    plain = ear.transcribe(result, "zh", short=False)
    offset = np.clip(result.astype(np.int32) + 9000, -32768, 32767).astype(np.int16)
    shifted = ear.transcribe(offset, "zh", short=False)
    assert error_rate(shifted.text, SAID, "zh") <= error_rate(plain.text, SAID, "zh") + 0.05


def test_a_clipped_voice_is_heard_and_trusted_no_more_than_a_clear_one(ear, result):
    clipped = np.clip(result.astype(np.int32) * 12, -32768, 32767).astype(np.int16)
    words = ear.transcribe(clipped, "zh", short=False)
    assert error_rate(words.text, SAID, "zh") < 0.3
    assert words.confidence <= ear.transcribe(result, "zh", short=False).confidence + 0.02


@pytest.mark.parametrize("lost", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
def test_a_model_with_a_file_missing_says_which_and_asks_nobody_on_the_network(tmp_path, lost):
    folder = tmp_path / "whisper-base"
    folder.mkdir()
    for file in MODEL.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / lost).unlink()
    with pytest.raises(BadModel, match=rf"{lost.split('.')[0]}.* missing.*hotline models install"):
        Decoder(str(folder))


def test_a_model_with_a_damaged_file_is_named(tmp_path):
    folder = tmp_path / "whisper-base"
    folder.mkdir()
    for file in MODEL.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "model.bin").unlink()
    (folder / "model.bin").write_bytes(b"not a model")
    with pytest.raises(BadModel, match=r"cannot be loaded.*Remove"):
        Decoder(str(folder))


def test_a_sound_that_grows_keeps_its_centre(result):
    tilted = (result // 2 + 1010).astype(np.int16)
    whole, half = centred(tilted), centred(tilted[: len(tilted) // 2])
    assert np.array_equal(whole[: len(half)], half)
    assert centred(result) is result
