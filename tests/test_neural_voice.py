"""The neural voice: a process that may die, hang or be missing, and what callers hear then; real where it is installed."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hotline.bench_mouth import mouth_figures
from hotline.settings import Settings
from speech.audio import RATE
from speech.models import installed
from speech.mouth import Espeak, Mouth, Speechless
from speech.mouth.kokoro import read_style
from speech.mouth.neural import NAME, REST, Neural
from speech.mouth.phonemes import NoSounds, english, tokens, vocabulary

FOLDER = Settings.read().models / NAME
HERE = [one for one in installed(FOLDER.parent) if one.name == NAME and not one.damage]
needs_kokoro = pytest.mark.skipif(not HERE, reason="no Kokoro: hotline models install voice-zh")

HUM = """
import json, sys, wave
for line in sys.stdin:
    ask = json.loads(line)
    if "bad" in ask.get("text", ""):
        sys.exit(7)
    if ask:
        with wave.open(ask["out"], "wb") as out:
            out.setnchannels(1); out.setsampwidth(2); out.setframerate(24000)
            out.writeframes(b"\\x00\\x10\\x00\\xf0" * 6000)
    print(json.dumps({"frames": 12000}), flush=True)
"""


def process(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


@pytest.fixture
def humming():
    voice = Neural(Path("nowhere"), command=process(HUM), limit=5)
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def kokoro():
    voice = Neural(FOLDER, limit=120)
    yield voice
    voice.close()


def test_a_process_that_died_is_started_anew_for_the_next_clause(humming):
    assert humming.speak("one", "en").any()
    before = humming.process_id
    with pytest.raises(Speechless, match="status 7"):
        humming.speak("bad", "en")
    assert humming.speak("two", "en").any()
    assert humming.process_id != before


def test_after_two_failures_the_voice_rests_and_callers_do_not_wait_for_it():
    clock = [0.0]
    voice = Neural(Path("nowhere"), command=process("raise SystemExit(3)"), now=lambda: clock[0])
    for _ in range(2):
        with pytest.raises(Speechless, match="status 3"):
            voice.speak("one", "en")
    with pytest.raises(Speechless, match="rests"):
        voice.speak("one", "en")
    clock[0] += REST
    with pytest.raises(Speechless, match="status 3"):
        voice.speak("one", "en")


def test_a_process_that_hangs_is_killed_in_time(humming):
    humming.speak("one", "en")
    hung = humming.process_id
    os.kill(hung, 19)
    humming._limit = 0.3
    with pytest.raises(Speechless, match=r"no answer in 0\.3 s"):
        humming.speak("two", "en")
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)


def running(voice: Neural) -> Iterator[int]:
    if (process_id := voice.process_id) is not None:
        yield process_id


def test_a_voice_that_is_closed_while_it_loads_ends_at_once(tmp_path):
    voice = Neural(Path("nowhere"), command=process("import time; time.sleep(60)"))
    mouth = Mouth([], tmp_path / "own", tmp_path / "spoken", speakers=[voice])
    mouth.warm("zh")
    while not list(running(voice)):
        time.sleep(0.01)
    mouth.close()
    assert list(running(voice)) == []
    with pytest.raises(Speechless, match="closed"):
        mouth.say("您好。")


def test_several_calls_take_turns_clause_by_clause(humming, tmp_path):
    mouth = Mouth([], tmp_path / "own", tmp_path / "spoken", speakers=[humming])
    text = "您家里的电梯修好了，您可以放心下楼了。" * 5
    said: list[int] = []

    def call(number: int) -> None:
        said.append(sum(len(piece) for piece in mouth.stream(f"{text}{number}", keep=False)))

    calls = [threading.Thread(target=call, args=(n,)) for n in range(6)]
    for one in calls:
        one.start()
    for one in calls:
        one.join()
    assert len(set(said)) == 1
    assert len(said) == 6


def test_without_the_model_espeak_speaks_and_nobody_hears_an_error(tmp_path):
    broken, espeak = Neural(tmp_path / "nothing"), Espeak()
    mouth = Mouth([], tmp_path / "own", tmp_path / "spoken", speakers=[broken, espeak])
    assert len(mouth.say("您好，请讲。")) > RATE // 2
    mouth.close()


def test_the_name_tells_voices_and_speed_so_that_the_cache_keeps_them_apart():
    usual, other = Neural(FOLDER), Neural(FOLDER, {"zh": "zf_xiaoyi"}, speed=1.0)
    assert usual.name != other.name
    assert "zf_xiaoyi" in other.name


def test_the_vocabulary_is_the_network_s_own():
    assert len(vocabulary()) == 114
    assert tokens("a b") == [43, 16, 44]
    with pytest.raises(NoSounds):
        tokens(" ,.")


def test_english_is_read_by_espeak_in_kokoro_s_letters():
    assert english("Good day, nurse.", "b") == "ɡˈʊd dˈA, nˈɜːs."
    assert english("Good day, nurse.", "a") == "ɡˈʊd dˈA, nˈɜɹs."
    assert set(english("George chose the lucky voice again.", "a")) <= set(vocabulary())


def test_voices_come_alone_or_together(tmp_path):
    style = np.arange(512, dtype="<f4").reshape(2, 1, 256)
    with (tmp_path / "voices-v1.0.bin").open("wb") as file:
        np.savez(file, zm_one=style)
    assert np.array_equal(read_style(tmp_path, "zm_one"), style.reshape(2, 256))
    (tmp_path / "voices").mkdir()
    (style + 1).tofile(tmp_path / "voices" / "zm_one.bin")
    assert np.array_equal(read_style(tmp_path, "zm_one"), style.reshape(2, 256) + 1)
    with pytest.raises(KeyError):
        read_style(tmp_path, "zm_two")


@needs_kokoro
def test_kokoro_speaks_both_languages_at_a_natural_speed(kokoro):
    mandarin = kokoro.speak("您说的电梯，今天上午已经修好了。", "zh")
    assert 2.5 < len(mandarin) / RATE < 5
    english_ = kokoro.speak("Your lift was mended this morning.", "en")
    assert 1.2 < len(english_) / RATE < 3.5


@needs_kokoro
@pytest.mark.parametrize(
    "text", ["ASAP，好的", "👍", "..." * 50, "\ud800\x00", "好" * 40, "Ω≈ç√", "ا ب ت", "x" * 10]
)
def test_odd_texts_are_said_or_left_to_the_next_voice(kokoro, tmp_path, text):
    mouth = Mouth([], tmp_path / "own", tmp_path / "spoken", speakers=[kokoro, Espeak()])
    assert mouth.say(text, "zh").size
    mouth._speakers[1].close()


@needs_kokoro
def test_the_hotline_s_own_process_never_imports_what_the_voice_needs(kokoro):
    kokoro.speak("您好。", "zh")
    assert not {"misaki", "jieba", "cn2an"} & set(sys.modules)
    assert json.loads((FOLDER / "installed.json").read_text("utf-8"))["licence"] == "Apache-2.0"


def test_measuring_the_mouth_sets_our_espeak_beside_the_bare_one(tmp_path):
    told: list[str] = []
    figures = mouth_figures(tmp_path, Path("ivr/prompts/zh"), told.append)
    assert figures["espeak_ratio"] > 0
    assert figures["cached_ms_p95"] > 0
    assert figures["neural"] is None
    assert len(told) == 3
