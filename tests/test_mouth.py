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
from speech.mouth.clauses import LONGEST, clauses, ending, sentences
from speech.mouth.driver import engine
from speech.mouth.mouth import MOST
from speech.mouth.pauses import Pace, clause_ends, paced
from speech.mouth.prepared import BadIndex, read_index
from speech.mouth.sound import active_rms


class Humming:
    """A voice that hums: one tenth of a second a character."""

    def __init__(self, name: str = "humming") -> None:
        self.name = name
        self.asked: list[str] = []

    def speaks(self, language: str) -> bool:
        return language == "zh"

    def pieces(self, text: str, pace: Pace) -> list[str]:
        return clauses(text)

    def speak(self, text: str, language: str) -> Sound:
        self.asked.append(text)
        return tone(0.1 * len(text))

    def close(self) -> None:
        self.asked.append("closed")


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
    assert len(mine.say("您好。")) == pytest.approx(0.45 * RATE, abs=0.02 * RATE)


@pytest.mark.parametrize("written", [b"hello\t\n", "您好\t您好".encode("gb18030")])
def test_an_index_nobody_can_read_is_named_and_costs_its_sentences_only(tmp_path, written, caplog):
    folder = prepare(tmp_path / "zh", "hello", "您好。", tone(0.5))
    (folder / "index.tsv").write_bytes(written)
    with pytest.raises(BadIndex, match=r"index\.tsv"):
        read_index(folder)
    assert len(mouth(tmp_path, Humming(), folders=[folder]).say("您好。"))
    assert "passed over" in caplog.text


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


def still(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.int16)


def rests(sound: Sound) -> list[float]:
    """Seconds of each silence between two tones."""
    loud = np.flatnonzero(np.abs(sound) > 50)
    gaps = np.diff(loud)
    return [round(gap / RATE, 2) for gap in gaps if gap > 0.03 * RATE]


def test_slow_means_longer_pauses_at_clause_ends_and_the_same_words(tmp_path):
    words = [tone(0.9), still(0.25), tone(0.9), still(0.4), tone(0.9)]
    folder = prepare(tmp_path / "zh", "three", "请您说，慢慢说。不着急", np.concatenate(words))
    mine = mouth(tmp_path, folders=[folder])
    slow = mine.say("请您说，慢慢说。不着急", pace="slow")
    assert rests(slow) == pytest.approx([0.75, 0.75], abs=0.03)
    assert np.count_nonzero(slow) == np.count_nonzero(mine.say("请您说，慢慢说。不着急"))


def test_a_closure_inside_a_word_and_a_breath_in_a_clause_are_left_alone():
    said = np.concatenate([tone(0.5), still(0.08), tone(0.4), still(0.3), tone(0.9)])
    assert rests(paced(said, "slow", "听得，懂")) == pytest.approx([0.08, 0.75], abs=0.03)
    assert np.array_equal(paced(said, "slow", "听得懂吗"), said)
    assert np.array_equal(paced(said, "normal", "听得，懂吗？"), said)


def test_a_pause_that_is_long_by_itself_stays_as_it_is():
    said = np.concatenate([tone(0.9), still(1.3), tone(0.9), still(0.7), tone(0.9)])
    assert rests(paced(said, "slow", "一二，三四，五六")) == pytest.approx([1.3, 0.7], abs=0.03)


def test_in_a_recording_with_a_room_around_it_the_room_goes_on_in_the_longer_pause():
    noise = np.random.default_rng(1).normal(0, 60, 2 * RATE + RATE // 4).astype(np.int16)
    said = np.concatenate([tone(1.0), still(0.25), tone(1.0)]) + noise
    slow = paced(said, "slow", "一二三四，五六七八")
    assert len(slow) - len(said) == pytest.approx(0.5 * RATE, abs=0.03 * RATE)
    middle = slow[int(1.3 * RATE) : int(1.5 * RATE)]
    assert 40 < np.std(middle) < 80


def test_what_ends_with_a_mark_leaves_time_before_what_follows():
    assert len(paced(tone(1.0), "slow", "您刚才说的是：")) == pytest.approx(1.6 * RATE, abs=80)
    assert len(paced(tone(1.0), "slow", "下午三点")) == RATE


def test_what_was_prepared_slowly_is_played_as_it_is_at_that_pace_only(tmp_path):
    usual = prepare(tmp_path / "zh", "two", "一，二", tone(1.0))
    slow = prepare(tmp_path / "zh-slow", "two", "一，二", tone(1.5))
    mine = Mouth([usual], tmp_path / "own", tmp_path / "spoken", slow=[slow], speakers=[])
    assert [len(mine.say("一，二", pace=pace)) / RATE for pace in ("normal", "slow")] == [1.0, 1.5]
    (tmp_path / "own").mkdir()
    words = np.concatenate([tone(1.0), still(0.3), tone(1.0)])
    soundfile.write(tmp_path / "own" / "two.wav", words, RATE)
    assert rests(mine.say("一，二", pace="slow")) == pytest.approx([0.75], abs=0.03)


def test_espeak_is_given_each_clause_by_itself_where_pauses_are_wanted(tmp_path, espeak):
    slow = mouth(tmp_path, espeak).say("对，请按一。不对，请按二。", pace="slow")
    at = [gap for gap in rests(slow) if gap > 0.3]
    assert len(at) == 3
    assert all(0.6 <= gap <= 0.9 for gap in at)


def test_a_clause_of_one_word_goes_with_the_next_in_a_neural_voice(tmp_path):
    hum = Humming()
    mouth(tmp_path, hum).say("对，请您按数字一。师傅明天上午来，请等着。", pace="slow")
    assert hum.asked == ["对，请您按数字一。", "师傅明天上午来，请等着。"]


def test_what_staff_type_is_said_in_words_and_kept_under_them(tmp_path):
    hum = Humming()
    mine = mouth(tmp_path, hum)
    mine.say("3栋2单元102")
    mine.say("三栋二单元幺零二")
    assert hum.asked == ["三栋二单元幺零二"]
    folder = prepare(tmp_path / "zh", "floor", "二楼", tone(0.7))
    assert len(mouth(tmp_path, hum, folders=[folder]).say("2楼")) == int(0.7 * RATE)


@pytest.mark.parametrize(
    "text",
    ["您好👋🏽。", "好" * 10_000, "a" * 3000, "\x00\x07\x1b[31m好", "\ud83d好", "\u202eمرحبا\u202c", "！？……", "-" * 500,
     "ok\r\nok", "\ufeff好", "<speak>好</speak>", "[[h@l'oU]]", "3" * 500, "\u0301" * 50, "\u200b"],
)  # fmt: skip
@pytest.mark.parametrize("pace", ["normal", "slow"])
def test_nothing_that_staff_may_type_silences_the_mouth(tmp_path, espeak, text, pace):
    said = mouth(tmp_path, espeak).say(text, "zh", pace)
    assert said.size
    assert said.dtype == np.int16


def test_a_text_that_nobody_can_listen_to_is_cut_at_the_end_of_a_sentence(tmp_path):
    hum = Humming()
    mouth(tmp_path, hum).say("今天的水已经修好了。" * 1000)
    assert 1980 < len("".join(hum.asked)) <= MOST
    assert set(hum.asked) == {"今天的水已经修好了。"}


def test_a_recording_of_any_form_is_brought_to_the_line(tmp_path):
    folder = prepare(tmp_path / "zh", "hello", "您好。", tone(0.5))
    mine, own = mouth(tmp_path, folders=[folder]), tmp_path / "own" / "hello.wav"
    own.parent.mkdir()
    wide = np.stack([np.repeat(tone(2.0), 6)] * 2, axis=1)
    for samples, rate, subtype in [
        (wide, 48000, "PCM_24"), (tone(2.0), 8000, "ALAW"), (tone(2.0, loud=60000), 8000, "PCM_16"),
    ]:  # fmt: skip
        soundfile.write(own, samples, rate, subtype=subtype)
        assert len(mine.say("您好。")) == pytest.approx(2 * RATE, abs=2)
    soundfile.write(own, still(2.0), 8000)
    assert (
        mine.source("您好。") == own
    )  # silence is what somebody recorded; `prompts check` names it


def test_points_inside_numbers_end_no_clause():
    assert clause_ends("3.5，12:30，完") == pytest.approx([2 / 7, 6 / 7])
    assert [ending(text) for text in ("好。", "好，", "好", "“好！”")] == [
        "sentence", "clause", "none", "sentence",
    ]  # fmt: skip


def test_the_first_clause_is_heard_before_the_second_is_made(tmp_path):
    hum = Humming()
    stream = mouth(tmp_path, hum).stream("您说的电梯修好了，您可以放心下楼了。")
    first = next(stream)
    rest = np.concatenate(list(stream))
    assert len(first) < len(rest) + RATE
    assert hum.asked == ["您说的电梯修好了，", "您可以放心下楼了。"]
    again = mouth(tmp_path, Hoarse()).say("您说的电梯修好了，您可以放心下楼了。")
    assert np.array_equal(again, np.concatenate([first, rest]))


def test_a_stream_that_nobody_hears_to_its_end_keeps_nothing(tmp_path):
    stream = mouth(tmp_path, Humming()).stream("您说的电梯修好了，您可以放心下楼了。" * 40)
    assert next(stream).size
    stream.close()
    assert not (tmp_path / "spoken").exists()


def test_a_voice_that_fails_in_the_middle_gives_way_and_does_not_come_back(tmp_path):
    class Breaking(Humming):
        def speak(self, text: str, language: str) -> Sound:
            if "二" in text:
                raise Speechless("out of breath")
            return super().speak(text, language)

    first, second = Breaking("first"), Humming("second")
    text = "一一一一一一一一，二二二二二二二二，三三三三三三三三。"
    said = mouth(tmp_path, first, second).say(text)
    assert [len(first.asked), len(second.asked)] == [1, 2]
    assert len(said) > 2.6 * RATE
    assert not (tmp_path / "spoken").exists()


def test_only_an_empty_text_is_silent(tmp_path):
    mine = mouth(tmp_path, Humming())
    assert mine.say("").size == 0
    assert mine.say(" \n ").size == 0
    assert mine.say("👋").size > 0
    assert mine.say("……！").size > 0


def test_odd_text_reaches_the_voice_as_short_clean_sentences():
    assert sentences("您好\x00\x07👋。\n请讲") == ["您好。", "请讲"]
    assert all(len(part) <= LONGEST for part in sentences("好" * 10_000))
    assert sum(map(len, sentences("好" * 10_000))) == 10_000
    assert sentences("\ud800") == sentences("？！……") == []
    assert sentences("\u202eabc\u202c 好") == ["abc 好"]
    assert max(len(part) for part in clauses("word " * 2000)) <= LONGEST
    assert clauses("对，请按一。您家的电梯，今天上午已经修好了，放心。") == [
        "对，请按一。", "您家的电梯，今天上午已经修好了，放心。",
    ]  # fmt: skip


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
    os.kill(espeak.process_id, 9)
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
