"""What the mouth says, where it takes it from, and what it does when a voice fails."""

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech.audio import RATE, Sound
from speech.mouth import Espeak, Mouth, Speechless
from speech.mouth.driver import engine
from speech.mouth.mouth import LONGEST, sayable
from speech.mouth.prepared import BadIndex
from speech.mouth.sound import active_rms, paced


class Humming:
    """A voice that hums: one tenth of a second a character."""

    def __init__(self, name: str = "humming") -> None:
        self.name = name
        self.asked: list[str] = []

    def speaks(self, language: str) -> bool:
        return language == "zh"

    def speak(self, text: str, language: str) -> Sound:
        self.asked.append(text)
        return tone(0.1 * len(text))


class Hoarse(Humming):
    def speak(self, text: str, language: str) -> Sound:
        self.asked.append(text)
        raise Speechless("hoarse")


def tone(seconds: float, pitch: float = 440, loud: float = 3000) -> Sound:
    t = np.arange(int(seconds * RATE)) / RATE
    return (loud * np.sin(2 * np.pi * pitch * t)).astype(np.int16)


def prepare(folder: Path, ident: str, text: str, sound: Sound) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "index.tsv").open("a", encoding="utf-8") as index:
        index.write(f"{ident}\t{text}\n")
    soundfile.write(folder / f"{ident}.wav", sound, RATE, subtype="ULAW")
    return folder


def mouth(home: Path, *speakers, folders=()) -> Mouth:
    return Mouth(list(folders), home / "own", home / "spoken", speakers=list(speakers))


@pytest.fixture(scope="module")
def espeak():
    voice = Espeak()
    yield voice
    voice.close()


def test_a_prepared_sentence_is_played_and_no_voice_is_asked(tmp_path):
    folder = prepare(tmp_path / "zh", "hello", "您好。", tone(0.5))
    hum = Humming()
    said = mouth(tmp_path, hum, folders=[folder]).say("您好。")
    assert said.dtype == np.int16
    assert len(said) == RATE // 2
    assert hum.asked == []


def test_a_persons_recording_comes_before_the_prepared_sentence(tmp_path):
    folder = prepare(tmp_path / "zh", "hello", "您好。", tone(0.5))
    mine = mouth(tmp_path, folders=[folder])
    (tmp_path / "own").mkdir()
    stereo = np.stack([tone(2.0), tone(2.0)], axis=1)
    soundfile.write(tmp_path / "own" / "hello.wav", stereo, 16000)
    said = mine.say("您好。")
    assert len(said) == RATE
    assert active_rms(said / 32768) == pytest.approx(0.1, rel=0.15)


def test_a_damaged_recording_is_passed_over(tmp_path):
    folder = prepare(tmp_path / "zh", "hello", "您好。", tone(0.5))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "hello.wav").write_bytes(b"RIFF of nothing")
    assert len(mouth(tmp_path, folders=[folder]).say("您好。")) == RATE // 2


def test_a_prepared_file_that_is_gone_is_spoken_instead(tmp_path):
    folder = prepare(tmp_path / "zh", "hello", "您好。", tone(0.5))
    (folder / "hello.wav").unlink()
    mine = mouth(tmp_path, Humming(), folders=[folder])
    assert not mine.is_prepared("您好。")
    assert len(mine.say("您好。")) == int(0.3 * RATE)


def test_an_index_line_without_a_text_is_named(tmp_path):
    folder = prepare(tmp_path / "zh", "hello", "", tone(0.5))
    with pytest.raises(BadIndex, match="line 1"):
        mouth(tmp_path, folders=[folder])


def test_a_sentence_is_spoken_once_and_then_read_from_disk(tmp_path):
    hum = Humming()
    first = mouth(tmp_path, hum).say("四单元")
    again = mouth(tmp_path, hum).say("四单元")
    assert np.array_equal(first, again)
    assert hum.asked == ["四单元"]


def test_a_damaged_cache_file_is_made_again(tmp_path):
    hum = Humming()
    first = mouth(tmp_path, hum).say("四单元")
    (kept,) = (tmp_path / "spoken").iterdir()
    kept.write_bytes(kept.read_bytes()[:-7])
    assert np.array_equal(mouth(tmp_path, hum).say("四单元"), first)
    kept.write_bytes(b"")
    assert np.array_equal(mouth(tmp_path, hum).say("四单元"), first)
    assert len(hum.asked) == 3


def test_a_disk_that_takes_nothing_costs_no_sentence(tmp_path):
    (tmp_path / "spoken").write_text("a file where the folder should be")
    assert len(mouth(tmp_path, Humming()).say("四单元")) > 0


def test_what_is_private_is_not_kept(tmp_path):
    mouth(tmp_path, Humming()).say("王秀英", keep=False)
    assert not (tmp_path / "spoken").exists()


def test_a_hoarse_voice_gives_way_to_the_next(tmp_path):
    assert len(mouth(tmp_path, Hoarse("first"), Humming("second")).say("好")) > 0
    with pytest.raises(Speechless, match="hoarse"):
        mouth(tmp_path, Hoarse()).say("不好")
    with pytest.raises(Speechless, match="'fr'"):
        mouth(tmp_path, Humming()).say("bonjour", "fr")


def test_slow_means_longer_pauses_and_the_same_words(tmp_path):
    said = np.concatenate([tone(0.5), np.zeros(RATE // 4, np.int16), tone(0.5)])
    folder = prepare(tmp_path / "zh", "two", "一，二", said)
    mine = mouth(tmp_path, folders=[folder])
    slow = mine.say("一，二", pace="slow")
    assert len(slow) == len(said) + int(0.6 * RATE)
    assert np.count_nonzero(slow) == np.count_nonzero(mine.say("一，二"))
    assert len(paced(tone(1.0), "slow")) == RATE


def test_only_an_empty_text_is_silent(tmp_path):
    mine = mouth(tmp_path, Humming())
    assert mine.say("").size == 0
    assert mine.say(" \n ").size == 0
    assert mine.say("👋").size > 0
    assert mine.say("……！").size > 0


def test_odd_text_reaches_the_voice_as_short_clean_sentences():
    assert sayable("您好\x00\x07👋。\n请讲") == ["您好。", "请讲"]
    assert all(len(part) <= LONGEST for part in sayable("好" * 10_000))
    assert sum(map(len, sayable("好" * 10_000))) == 10_000
    assert sayable("\ud800") == []


def test_espeak_speaks_both_languages_at_the_level_of_the_house(tmp_path, espeak):
    mine = mouth(tmp_path, espeak)
    for text, language in [("您好，请讲。", "zh"), ("Please tell me what you need.", "en")]:
        said = mine.say(text, language)
        assert 1.0 < len(said) / RATE < 6.0
        assert 20 * np.log10(active_rms(said / 32768)) == pytest.approx(-20, abs=1.5)
        assert np.abs(said).max() < 0.75 * 32768


def test_many_threads_get_their_own_sentence(espeak):
    lengths: dict[int, set[int]] = {n: set() for n in (1, 5, 9)}

    def talk(n: int) -> None:
        lengths[n] |= {len(espeak.speak("word " * n, "en")) for _ in range(4)}

    threads = [threading.Thread(target=talk, args=(n,)) for n in lengths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(lengths[1]) < min(lengths[5])
    assert max(lengths[5]) < min(lengths[9])


def test_a_voice_that_was_killed_speaks_again(espeak):
    espeak.speak("one", "en")
    os.kill(espeak._worker._process.pid, 9)
    assert espeak.speak("two", "en").any()


def test_a_voice_that_hangs_is_speechless_in_time():
    hanging = Espeak((sys.executable, "-c", "import time; time.sleep(60)"), limit=0.2)
    with pytest.raises(Speechless, match="no answer"):
        hanging.speak("one", "en")
    hanging.close()


def test_a_voice_that_crashes_or_babbles_is_speechless():
    crash = Espeak((sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(Speechless, match="status 3"):
        crash.speak("one", "en")
    babble = Espeak((sys.executable, "-c", "input(); print('hello')"))
    with pytest.raises(Speechless):
        babble.speak("one", "en")
    crash.close()
    babble.close()


def test_the_pyttsx3_driver_saves_every_queued_sentence(tmp_path):
    voice = engine()
    voice.setProperty("voice", "cmn")
    for n in range(20):
        voice.save_to_file("您好", str(tmp_path / f"{n}.wav"))
    voice.runAndWait()
    sounds = [soundfile.info(tmp_path / f"{n}.wav").frames for n in range(20)]
    assert min(sounds) > 0.98 * max(sounds)  # the voice flutters a little


def test_the_pyttsx3_driver_tells_what_went_wrong(tmp_path):
    voice = engine()
    problems: list[BaseException] = []
    told = voice.connect("error", lambda **what: problems.append(what["exception"]))
    voice.setProperty("voice", "no-such-voice")
    voice.save_to_file("hello", str(tmp_path / "no" / "folder.wav"))
    voice.runAndWait()
    voice.disconnect(told)
    assert ["no-such-voice" in str(problems[0]), type(problems[1])] == [True, FileNotFoundError]
