"""Who speaks into the telephone, and what only sounds like it. All sounds are made here; recordings come with HOTLINE_TEST_DATA."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.audio import FRAME, RATE, Sound, read_sound, silence, ulaw_decode, ulaw_encode
from speech.patience import STORY, Happening, Listener
from speech.voice import CallerVoice

DATA = Path(os.environ.get("HOTLINE_TEST_DATA", "")) / "calls"


def heard(sound: NDArray[Any]) -> tuple[list[Happening], Listener]:
    """What a story-listener makes of it, followed by silence."""
    listener = Listener(STORY, CallerVoice())
    line = np.concatenate([carried(sound), silence(20)])
    told = [listener.feed(line[at : at + FRAME]) for at in range(0, len(line) - FRAME + 1, FRAME)]
    return [one for one in told if one], listener


def noise(length: float, low: float, high: float, seed: int) -> NDArray[np.float64]:
    """Loudness 1 between two pitches, falling 3 dB an octave."""
    rng = np.random.default_rng(seed)
    size = int(length * RATE)
    pitch = np.fft.rfftfreq(size, 1 / RATE)
    bands = np.fft.rfft(rng.standard_normal(size)) / np.sqrt(np.maximum(pitch, 50))
    sound = np.fft.irfft(np.where((pitch >= low) & (pitch <= high), bands, 0), size)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


def hum(length: float) -> NDArray[np.float64]:
    at = np.arange(int(length * RATE)) / RATE
    return np.asarray(np.sum([np.sin(2 * np.pi * 50 * k * at) / k for k in range(1, 16)], axis=0))


def breathing(length: float) -> NDArray[np.float64]:
    at = np.arange(int(length * RATE)) / RATE
    return np.asarray(noise(length, 350, 2600, 1) * np.abs(np.sin(2 * np.pi * at / 3.2)) ** 1.5)


@pytest.mark.parametrize(
    "sound",
    [silence(12), 900 * noise(12, 300, 3400, 2), 600 * hum(12), 1000 * breathing(14)],
    ids=["silence", "line noise", "hum", "breathing"],
)
def test_what_nobody_speaks_is_no_speech(sound):
    told, listener = heard(sound)
    assert told == [Happening.NOTHING]
    assert listener.speech_start is None


VOICES = Path(__file__).parent.parent / "hotline" / "demo_voices"


def television(size: int, below: float) -> NDArray[np.float64]:
    """The voice of somebody who deals with needs, over and over, so many dB below full scale."""
    other = read_sound(VOICES / "result.wav").astype(float)
    loud = 32768 * 10 ** (-below / 20) / np.sqrt(np.mean(other**2))
    return np.asarray(np.resize(other * loud, size))


def story(pause: float, after: float) -> tuple[NDArray[np.float64], int]:
    """A need told twice with a pause between, at -20 dB; and where its last word ends."""
    need = read_sound(VOICES / "resident_need.wav").astype(float)
    need *= 3276.8 / np.sqrt(np.mean(need**2))
    last = int(np.flatnonzero(np.abs(need) > 600)[-1])
    told = np.concatenate([need, silence(pause), need, silence(after)])
    return told, len(need) + round(pause * RATE) + last


@pytest.mark.parametrize("pause", [3, 6])
@pytest.mark.parametrize("below", [15, 20])
def test_a_television_neither_cuts_a_story_off_nor_prolongs_it_for_long(pause, below):
    told, last = story(pause, 40)
    told += television(len(told), 20 + below)
    ended, listener = ended_at(told)
    assert last / RATE + 8 < ended < last / RATE + 8.5 + 4
    assert listener.said.stop >= last - 0.1 * RATE


@pytest.mark.parametrize("level", [0.06, 0.15, 1.0])
@pytest.mark.parametrize("current", [0, 2500, -2500])
def test_a_direct_current_hides_nobody(current, level):
    told, last = story(6, 20)
    ended, listener = ended_at(told * level + current)
    assert listener.speech_start is not None
    assert last / RATE + 8 < ended < last / RATE + 9.5


def test_a_voice_that_tires_in_a_quiet_room_is_waited_for():
    told, last = story(6, 20)
    told[last - 8 * RATE :] *= 10 ** (-8 / 20)
    ended, listener = ended_at(told)
    assert ended > last / RATE + 7.5
    assert listener.said.stop >= last - 0.1 * RATE


def prompted(room: NDArray[Any], played: NDArray[Any] | None = None) -> CallerVoice:
    """Who has heard `room` while the line said `played`: Mandarin with its pauses, else."""
    voice, heard = CallerVoice(), carried(room)
    said = np.resize(read_sound(VOICES / "missing.wav"), len(heard)) if played is None else played
    for at in range(0, len(heard) - FRAME + 1, FRAME):
        voice.overhear(heard[at : at + FRAME], carried(said[at : at + FRAME]))
    return voice


def carried(sound: NDArray[Any]) -> Sound:
    return ulaw_decode(ulaw_encode(np.clip(np.round(sound), -32768, 32767).astype(np.int16)))


def test_a_television_that_talked_through_the_prompt_begins_no_story():
    listener = Listener(STORY, prompted(television(8 * RATE, 38)))
    line = carried(television(12 * RATE, 38)).reshape(-1, FRAME)
    assert [one for frame in line if (one := listener.feed(frame))] == [Happening.NOTHING]


@pytest.mark.parametrize("below", [15, 20])
def test_a_caller_is_heard_over_the_television_that_was_there_before(below):
    told, last = story(6, 40)
    told = np.concatenate([silence(3), told]) + television(len(told) + 3 * RATE, 20 + below)
    ended, listener = ended_at(told, prompted(television(8 * RATE, 20 + below)))
    assert listener.speech_start is not None
    assert abs(listener.speech_start / RATE - 3) < 1
    assert last / RATE + 3 + 8 < ended < last / RATE + 3 + 8.5 + 4


def test_who_talked_through_the_prompt_themselves_is_heard():
    told, last = story(6, 20)
    ended, listener = ended_at(told, prompted(told[: 8 * RATE]))
    assert listener.speech_start is not None
    assert last / RATE + 8 < ended < last / RATE + 9.5


def test_a_prompt_that_comes_back_is_no_television():
    played = np.resize(read_sound(VOICES / "missing.wav").astype(float), 8 * RATE)
    echo = np.concatenate([silence(0.12), played])[: len(played)] * 10 ** (-14 / 20)
    soft, _ = story(6, 20)
    _, listener = ended_at(soft * 10 ** (-20 / 20), prompted(echo, played))
    assert listener.speech_start is not None


def ended_at(sound: NDArray[Any], voice: CallerVoice | None = None) -> tuple[float, Listener]:
    """Seconds until the story is taken as over."""
    listener = Listener(STORY, voice or CallerVoice())
    line = carried(sound)
    at = 0
    while listener.over is None and at + FRAME <= len(line):
        listener.feed(line[at : at + FRAME])
        at += FRAME
    return at / RATE, listener


def calls(*kinds: str) -> list[dict[str, str]]:
    if not (DATA / "manifest.tsv").is_file():
        return []
    with (DATA / "manifest.tsv").open(encoding="utf-8") as table:
        return [row for row in csv.DictReader(table, delimiter="\t") if row["kind"] in kinds]


@pytest.mark.skipif(not DATA.is_dir(), reason="HOTLINE_TEST_DATA names no recordings")
@pytest.mark.parametrize("call", calls("silence", "breath", "cough"), ids=lambda row: row["file"])
def test_breath_and_cough_on_the_line_are_no_speech(call):
    assert heard(read_sound(DATA / call["file"]))[0] == [Happening.NOTHING]


@pytest.mark.skipif(not DATA.is_dir(), reason="HOTLINE_TEST_DATA names no recordings")
@pytest.mark.parametrize("level", [-38])
@pytest.mark.parametrize("call", calls("need", "emergency", "english"), ids=lambda row: row["file"])
def test_no_caller_is_cut_off(call, level):
    sound = read_sound(DATA / call["file"]) * 10 ** ((level - float(call["level_dbfs"])) / 20)
    floor = 0.3 if call["noise"] == "tv" else 0.1
    loud = np.flatnonzero(np.abs(sound) > floor * np.abs(sound).max())
    told, listener = heard(sound)
    assert told[0] is Happening.STARTED
    assert told[-1] is Happening.ENDED
    assert listener.said.start <= loud[0]
    assert listener.said.stop >= loud[-1]
