"""The desk with engines that raise, hang, die or never load, and with real ones."""

import os
import subprocess
import sys
import time
from concurrent.futures import wait

import numpy as np
import pytest

from hotline.settings import Settings
from speech.audio import Sound, silence
from speech.ears import EarDesk, Engine, choose
from speech.ears.attendant import Limits
from speech.ears.choose import NONE, VOSK, WHISPER
from speech.ears.none import NoEar

QUICK = Limits(base=1.0, each=0.1, loading=20.0, tolerance=0.3)


def loud(length: float) -> Sound:
    return np.full(int(length * 8000), 20000, dtype=np.int16)


def whole(folder):
    """A Vosk model as far as its files go."""
    for name in (
        "am/final.mdl",
        "conf/mfcc.conf",
        "conf/model.conf",
        "graph/HCLr.fst",
        "graph/Gr.fst",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


@pytest.fixture
def desk_with(tmp_path):
    desks = []

    def build(maker, limits=QUICK):
        engine = Engine(f"speech.ears.rehearsal:{maker}", str(tmp_path))
        desks.append(EarDesk(tmp_path, chooser=lambda *_: engine, limits=limits))
        return desks[-1]

    yield build
    for desk in desks:
        desk.close()


def test_a_recording_becomes_words(desk_with):
    words = desk_with("SaysLength").words("r1", silence(2.5), "zh").result(30)
    assert (words.text, words.confidence, words.engine) == ("zh 2.5", 1.0, "rehearsal")


def test_what_was_begun_early_is_taken_over(desk_with):
    desk = desk_with("SaysLength")
    desk.begin("r1", silence(2), "zh")
    first = desk.words("r1", silence(2), "zh")
    assert first.result(30).text == "zh 2.0"
    desk.begin("r2", silence(2), "zh")
    assert desk.words("r2", silence(3), "zh").result(30).text == "zh 3.0"
    assert desk.words("r2", silence(3), "en", short=True).result(30).text == "en 3.0 short"


@pytest.mark.parametrize("maker", ["Raises", "Dies", "WillNotLoad"])
def test_an_engine_that_breaks_gives_no_words_and_no_error(desk_with, maker):
    desk = desk_with(maker)
    for recording in ("r1", "r2"):
        words = desk.words(recording, silence(1), "zh").result(60)
        assert (words.text, words.engine, words.confidence) == ("", "none", None)


def test_an_engine_that_hangs_is_replaced_and_the_next_is_heard(desk_with):
    desk = desk_with("HangsWhereLoud")
    assert desk.words("r1", loud(1), "zh").result(60).engine == "none"
    assert desk.words("r2", silence(1), "zh").result(60).text == "zh 1.0"


def test_early_work_that_failed_is_done_again(desk_with):
    desk = desk_with("HangsWhereLoud")
    desk.begin("r1", loud(1), "zh")
    time.sleep(4)
    begun = time.monotonic()
    assert desk.words("r1", loud(1), "zh").result(60).engine == "none"
    assert time.monotonic() - begun > 0.5


def test_dropped_work_does_not_hold_up_what_is_wanted(desk_with):
    desk = desk_with("HangsWhereLoud", Limits(base=300, tolerance=0.3))
    desk.words("r0", silence(1), "zh").result(60)
    desk.begin("r1", loud(1), "zh")
    desk.drop("r1")
    assert desk.words("r1", silence(2), "zh").result(30).text == "zh 2.0"


def test_what_is_wanted_comes_before_what_is_begun(desk_with):
    desk, done = desk_with("SaysLength"), []
    for number in range(20):
        desk.begin(f"early {number}", silence(1), "zh")
    (attendant,) = desk._attendants.values()
    begun = [job.words for job in attendant.jobs._known.values()]
    jobs = [*begun, desk.words("wanted", silence(2), "zh")]
    for words in jobs:
        words.add_done_callback(lambda words: done.append(words.result().text))
    wait(jobs, 30)
    assert done.index("zh 2.0") <= 2


def test_closing_ends_the_process_and_answers_those_who_wait(desk_with):
    desk = desk_with("HangsWhereLoud", Limits(base=300))
    desk.words("r0", silence(1), "zh").result(30)
    (attendant,) = desk._attendants.values()
    process = attendant.process_id
    waiting = [desk.words(name, loud(1), "zh") for name in ("r1", "r2")]
    desk.close()
    assert [words.result(10).engine for words in waiting] == ["none", "none"]
    assert desk.words("r3", silence(1), "zh").result(1).engine == "none"
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_without_any_engine_no_process_is_started(tmp_path):
    desk = EarDesk(tmp_path)
    desk.warm("zh")
    assert desk.engine("zh") == NONE
    assert desk.words("r1", silence(1), "zh").result(0).engine == "none"
    assert NoEar("").transcribe(silence(1), "zh", short=False).text == ""


def test_vosk_is_chosen_for_its_languages_and_whisper_for_the_rest(tmp_path):
    for name in ("vosk-model-small-cn-0.22", "vosk-model-cn-0.22", "vosk-model-small-en-us-0.15"):
        whole(tmp_path / name)
    (tmp_path / "whisper-base").mkdir()
    (tmp_path / "whisper-base" / "model.bin").touch()
    assert choose("zh", tmp_path) == Engine(
        VOSK, str(tmp_path / "vosk-model-cn-0.22"), follows=True
    )
    assert choose("en", tmp_path).name == "vosk-model-small-en-us-0.15"
    assert choose("ko", tmp_path) == Engine(WHISPER, str(tmp_path / "whisper-base"))


def test_the_desk_itself_loads_no_engine():
    check = "import sys, speech.ears, speech.voice; print(set(sys.modules) & {'faster_whisper', 'ctranslate2', 'vosk'})"
    out = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_a_worker_ends_when_its_desk_has_gone():
    command = [sys.executable, "-m", "speech.ears.worker", "speech.ears.rehearsal:SaysLength", ""]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    worker.communicate(timeout=20)
    assert worker.returncode == 0


MODELS = Settings.read().models


@pytest.mark.skipif(not (MODELS / "whisper-base").is_dir(), reason="Whisper base is not installed")
def test_whisper_invents_nothing_where_nobody_speaks():
    desk = EarDesk(MODELS, limits=Limits(waiting=120.0))
    hiss = (np.random.default_rng(3).standard_normal(8 * 8000) * 200).astype(np.int16)
    quiet, noisy = desk.words("r1", silence(8), "zh"), desk.words("r2", hiss, "zh")
    assert [quiet.result(90).text, noisy.result(90).text] == ["", ""]
    desk.close()
