"""Speakers who are followed while they speak, by engines that die, hang, raise or take their time."""

import os
import signal
import time
from concurrent.futures import wait

import numpy as np
import pytest

from speech.audio import FRAME, Sound, seconds, silence
from speech.ears import EarDesk, Engine, Limits
from speech.ears.base import Turn
from speech.ears.stream import Stream
from speech.upsampler import Upsampler

QUICK = Limits(waiting=30.0, loading=20.0, mending=60.0, step=1.0, pulse=3.0, afterglow=0.2)


def loud(length: float) -> Sound:
    return np.full(int(length * 8000), 20000, dtype=np.int16)


def say(desk, recording, sound, **how) -> None:
    """Frame by frame, as a line brings it, only faster."""
    for start in range(0, len(sound), FRAME):
        desk.hear(recording, sound[start : start + FRAME], "zh", **how)


def until(true) -> None:
    """Wait for what another thread or process does."""
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


@pytest.fixture
def desk_with(tmp_path):
    desks = []

    def build(maker, limits=QUICK, **how):
        engine = Engine(f"speech.ears.rehearsal:{maker}", str(tmp_path), follows=True)
        desks.append(EarDesk(tmp_path, chooser=lambda *_: engine, limits=limits, **how))
        return desks[-1]

    yield build
    for desk in desks:
        desk.close()


def ear_of(desk):
    (attendant,) = desk._attendants.values()
    return attendant


def kill_ear_of(desk) -> int:
    until(lambda: ear_of(desk).process_id)
    killed = int(ear_of(desk).process_id)
    os.kill(killed, signal.SIGKILL)
    return killed


def test_partial_words_come_while_somebody_speaks(desk_with):
    desk = desk_with("Follows")
    say(desk, "r1", silence(1.5))
    until(lambda: desk.partial("r1") == "1.5")
    say(desk, "r1", silence(0.5))
    until(lambda: desk.partial("r1") == "2.0")
    assert desk.partial("another") == ""


def test_words_are_those_of_the_stream_that_heard_the_sound(desk_with):
    desk = desk_with("Follows")
    say(desk, "r1", silence(3))
    until(lambda: desk.partial("r1") == "3.0")
    assert desk.words("r1", silence(2), "zh").result(30).text == "zh 2.0 of 3.0"
    assert desk.partial("r1") == ""


def test_what_a_stream_has_missed_is_added_from_the_recording(desk_with):
    desk = desk_with("Follows")
    say(desk, "r1", silence(1))
    assert desk.words("r1", silence(4), "zh", short=True).result(30).text == "zh 4.0 of 4.0 short"


@pytest.mark.parametrize("fed", [0, 2])
def test_without_the_right_stream_the_whole_sound_is_heard(desk_with, fed):
    desk = desk_with("Follows")
    say(desk, "r1", loud(fed))
    assert desk.words("r1", silence(2.5), "zh").result(30).text == "zh 2.5 of 2.5"


def test_who_goes_on_after_a_pause_is_still_followed(desk_with):
    desk = desk_with("Follows")
    say(desk, "r1", silence(1))
    desk.begin("r1", silence(1), "zh")
    desk.drop("r1")
    say(desk, "r1", silence(1))
    time.sleep(0.4)
    assert desk.words("r1", silence(2), "zh").result(30).text == "zh 2.0 of 2.0"


def test_a_dropped_speaker_is_forgotten(desk_with):
    desk = desk_with("Follows")
    say(desk, "r1", silence(1))
    until(lambda: desk.partial("r1"))
    desk.drop("r1")
    until(lambda: not len(ear_of(desk).streams))


def test_hearing_never_waits_for_a_process_that_does_not_read(desk_with):
    desk = desk_with("Follows", Limits(pulse=600))
    desk.words("r0", silence(1), "zh").result(30)
    os.kill(ear_of(desk).process_id, signal.SIGSTOP)
    say(desk, "r1", silence(300))
    words = desk.words("r1", silence(300), "zh")
    os.kill(ear_of(desk).process_id, signal.SIGCONT)
    assert words.result(60).text == "zh 300.0 of 300.0"


def test_a_model_that_does_not_load_is_left_alone_for_a_while(desk_with):
    desk = desk_with("WillNotLoad")
    say(desk, "r1", silence(2))
    assert desk.words("r1", silence(2), "zh").result(30).engine == "none"
    assert "no model at" in ear_of(desk)._broken[1]
    assert desk.words("r2", silence(2), "zh").result(30).engine == "none"


def test_an_engine_that_raises_gives_no_words(desk_with):
    desk = desk_with("FollowsNobody")
    say(desk, "r1", silence(1))
    until(lambda: any(one.failed for one in ear_of(desk).streams._open.values()))
    say(desk, "r1", silence(1))
    assert desk.words("r1", silence(2), "zh").result(30).engine == "none"
    assert desk.words("r2", silence(2), "zh").result(30).engine == "none"


@pytest.mark.parametrize("kills", [1, 2])
def test_ten_calls_outlive_their_killed_recogniser(desk_with, kills):
    desk = desk_with("Follows")
    for number in range(10):
        say(desk, f"r{number}", silence(2 + number))
    killed = set()
    for _ in range(kills):
        until(lambda: ear_of(desk).process_id not in killed)
        killed.add(kill_ear_of(desk))
    calls = [desk.words(f"r{number}", silence(3 + number), "zh") for number in range(10)]
    assert not wait(calls, 60).not_done
    assert [call.result().text for call in calls] == [f"zh {n}.0 of {n}.0" for n in range(3, 13)]


def test_a_process_killed_while_words_are_awaited_is_replaced(desk_with):
    desk = desk_with("FollowsSlowly")
    calls = [desk.words(f"r{number}", silence(1), "zh") for number in range(10)]
    until(lambda: any(one.heard for one in ear_of(desk).streams._open.values()))
    kill_ear_of(desk)
    assert [call.result(60).text for call in calls] == ["zh 1.0 of 1.0"] * 10


def test_a_sound_that_kills_twice_has_its_recording_only_and_harms_no_other(desk_with):
    desk = desk_with("FollowsUntilLoud")
    say(desk, "good", silence(2))
    until(lambda: desk.partial("good"))
    bad = desk.words("bad", loud(2), "zh")
    assert bad.result(60).engine == "none"
    assert desk.words("good", silence(2), "zh").result(60).text == "zh 2.0 of 2.0"


def test_a_speaker_over_whom_an_engine_hangs_is_given_up_the_others_are_heard(desk_with):
    desk = desk_with("FollowsAndHangs")
    say(desk, "good", silence(2))
    until(lambda: desk.partial("good"))
    assert desk.words("bad", loud(2), "zh").result(60).engine == "none"
    assert desk.words("good", silence(2), "zh").result(60).text == "zh 2.0 of 2.0"


def test_a_stopped_process_is_replaced(desk_with):
    desk = desk_with("Follows")
    say(desk, "r1", silence(2))
    until(lambda: desk.partial("r1"))
    os.kill(ear_of(desk).process_id, signal.SIGSTOP)
    assert desk.words("r1", silence(2), "zh").result(60).text == "zh 2.0 of 2.0"


def test_closing_answers_everybody_and_ends_the_process(desk_with):
    desk = desk_with("FollowsSlowly")
    words = desk.words("r1", silence(60), "zh")
    until(lambda: ear_of(desk).process_id)
    process = ear_of(desk).process_id
    desk.close()
    assert words.result(1).engine == "none"
    desk.hear("r2", silence(1), "zh")
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_stream_repeats_itself_to_a_fresh_process():
    stream = Stream(7, "r1", "zh", short=False, turn=Turn.WANTED, fed=0.0)
    stream.sound += silence(2).tobytes()
    orders, sound = stream.orders()
    assert ([order["do"] for order in orders], len(sound)) == (["open", "hear"], 32000)
    assert stream.orders() == ([], b"")
    assert not stream.lost(guilty=True)
    stream.want(silence(1), short=False)
    again, sound = stream.orders()
    assert ([order["do"] for order in again], len(sound)) == (["open", "hear", "finish"], 16000)
    assert stream.lost(guilty=True)


def test_the_upsampler_doubles_a_stream_as_it_would_the_whole():
    at = np.arange(8000) / 8000
    tone = (8000 * np.sin(2 * np.pi * 1000 * at)).astype(np.int16)
    whole, parts = Upsampler(), Upsampler()
    doubled = whole.double(tone)
    pieces = np.concatenate([parts.double(piece) for piece in np.split(tone, [1, 40, 160, 7999])])
    assert np.array_equal(doubled, pieces)
    late = round(2 * 8000 * Upsampler.delay)
    expected = 8000 * np.sin(2 * np.pi * 1000 * np.arange(16000 - late) / 16000)
    assert np.abs(doubled[late:] - expected)[200:].max() < 12
    assert Upsampler.delay <= 0.06
    assert not len(parts.double(silence(0)))
    assert seconds(tone) == 1.0
