"""Calls over the simulated line: real sound in frames both ways, scripted ears."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from hotline.demo import voice
from ivr.dialogue import Kind, Listen
from ivr.lines.simulated import Reply, ScriptedCaller
from speech.audio import RATE, Sound, silence
from store.shelf import NoRoom
from tests.house import house_in, ring, seconds_kept

NEED = "我们这个单元的电梯又坏了"


@dataclass
class Presser(ScriptedCaller):
    """Presses keys at every question, whether it takes them or not."""

    everywhere: str = ""
    asked_keys: list[str] = field(default_factory=list)

    def asked(self, listen: Listen) -> Reply:
        self.asked_keys.append(listen.key)
        reply = super().asked(listen)
        return Reply(sound=reply.sound, keys=reply.keys or self.everywhere)


def test_a_need_is_told_and_the_caller_hears_their_own_voice(tmp_path):
    need = voice("resident_need")
    with house_in(tmp_path, NEED) as house:
        account, line, _ = ring(house, ScriptedCaller(need, keys="1"))
    assert account["outcome"] == "ticket"
    assert account["ticket"]["department"] == "property"
    assert account["recording"]["seconds"] >= len(need) / RATE
    own = need[2 * RATE : 3 * RATE].astype(float)
    found = np.correlate(line.heard.astype(float), own, mode="valid")
    assert found.max() > 0.8 * float(own @ own)


@pytest.mark.parametrize("pause", [3.0, 4.4, 6.0])
def test_a_long_pause_ends_no_story(tmp_path, pause):
    need = voice("resident_need")
    told = np.concatenate([need, silence(pause), need])
    with house_in(tmp_path, NEED) as house:
        account, _, _ = ring(house, ScriptedCaller(told, keys="1"))
    assert account["recording"]["seconds"] >= len(told) / RATE


def test_silence_is_asked_about_three_times_and_then_a_person_listens(tmp_path):
    with house_in(tmp_path) as house:
        account, _, _ = ring(house, ScriptedCaller(silence(60.0), keys="1"))
    assert account["outcome"] == "human"
    assert account["need"] == {"text": "", "confidence": None, "engine": "none"}
    assert [line["key"] for line in account["transcript"]].count("need.again") == 2


@pytest.mark.parametrize("keys", ["5", "7*#", "*"])
def test_keys_nobody_asked_for_do_no_harm(tmp_path, keys):
    with house_in(tmp_path, NEED) as house:
        account, _, _ = ring(house, Presser(voice("resident_need"), everywhere=keys))
    assert account["outcome"] == "human"
    assert account["need"]["text"] == NEED


def television() -> Sound:
    """Somebody talks without end, at -40 dB."""
    other = voice("result").astype(float)
    talk = other[np.convolve(np.abs(other), np.ones(400) / 400, "same") > 150]
    return np.asarray(talk * 327.68 / np.sqrt(np.mean(talk**2)), dtype=np.int16)


def test_a_television_alone_is_asked_twice_before_it_is_listened_to(tmp_path):
    with house_in(tmp_path, NEED) as house:
        account, _, _ = ring(house, ScriptedCaller(keys="1"), behind=television())
    keys = [line["key"] for line in account["transcript"]]
    assert keys.count("need.again") == 2


def test_a_caller_with_a_television_is_heard_and_their_keys_count(tmp_path):
    need = voice("resident_need")
    with house_in(tmp_path, NEED) as house:
        account, _, _ = ring(house, ScriptedCaller(need, keys="1"), behind=television())
    assert account["outcome"] == "ticket"
    assert account["recording"]["seconds"] < len(need) / RATE + 15


def test_zero_in_the_middle_of_a_story_reaches_a_person_with_the_recording(tmp_path):
    class Impatient(ScriptedCaller):
        def asked(self, listen):
            return Reply(sound=self.need, keys="0") if listen.kind is Kind.STORY else Reply()

    with house_in(tmp_path) as house:
        account, _, _ = ring(house, Impatient(voice("resident_need")))
    assert account["outcome"] == "human"
    assert account["transcript"][-1]["key"] == "ring-back"


@pytest.mark.parametrize("after", [0.0, 0.5, 3.0, 8.0, 12.0])
def test_a_caller_who_hangs_up_in_a_story_leaves_a_draft_with_all_they_said(tmp_path, after):
    with house_in(tmp_path, NEED) as house:
        caller = ScriptedCaller(voice("resident_need"), keys="1", hang_up_after=after)
        account, _, call = ring(house, caller)
        assert account["outcome"] == "draft"
        assert call.failed is None
        assert seconds_kept(house, account["call"]) >= after
        assert (account["need"]["text"] == NEED) == (after >= 3.0)


@dataclass
class HangsUpAt(ScriptedCaller):
    """Hangs up when the n-th question has been asked."""

    question: int = 0
    count: int = 0

    def asked(self, listen: Listen) -> Reply:
        self.count += 1
        if self.count > self.question:
            return Reply(hang_up_after=0.1)
        return super().asked(listen)


@pytest.mark.parametrize(
    ("question", "outcome"), [(0, "draft"), (1, "draft"), (2, "ticket"), (4, "ticket")]
)
def test_hanging_up_at_any_question_gives_exactly_one_ending(tmp_path, question, outcome):
    with house_in(tmp_path, NEED) as house:
        caller = HangsUpAt(voice("resident_need"), keys="1", question=question)
        account, _, _ = ring(house, caller, number="")
    assert account["outcome"] == outcome


def test_the_next_call_from_that_line_goes_on_where_the_last_one_stopped(tmp_path):
    need = voice("resident_need")
    with house_in(tmp_path, NEED) as house:
        ring(house, ScriptedCaller(need, hang_up_after=8.0))
        account, _, _ = ring(house, ScriptedCaller(need, keys="1"))
    assert (account["outcome"], account["need"]["text"]) == ("ticket", NEED)
    assert "resume" in [line["key"] for line in account["transcript"]]


def test_two_calls_from_one_number_at_once_are_two_calls(tmp_path):
    def one(_):
        return ring(house, ScriptedCaller(voice("resident_need"), keys="1"))[0]

    other = "我们这条马路上的路灯有三盏不亮了，晚上出门看不见"  # the same need would be one ticket
    with house_in(tmp_path, NEED, other) as house, ThreadPoolExecutor(2) as both:
        accounts = list(both.map(one, range(2)))
    assert [account["outcome"] for account in accounts] == ["ticket", "ticket"]
    assert len({account["ticket"]["id"] for account in accounts}) == 2


def test_ten_minutes_of_speech_end_kindly_at_five(tmp_path):
    need = voice("resident_need")
    endless = np.tile(need, 600 * RATE // len(need) + 1)
    with house_in(tmp_path, NEED) as house:
        account, _, _ = ring(house, ScriptedCaller(endless, keys="1"))
        assert account["outcome"] == "ticket"
        assert account["recording"]["seconds"] == pytest.approx(300, abs=0.1)
        assert seconds_kept(house, account["call"]) > 300


def test_without_room_for_recordings_the_call_goes_on_and_the_failure_is_named(tmp_path):
    with house_in(tmp_path, NEED) as house:
        house.settings.recordings.write_text("a file where the folder should be")
        account, _, call = ring(house, ScriptedCaller(voice("resident_need"), keys="1"))
    assert account["outcome"] == "ticket"
    assert "promise" in [line["key"] for line in account["transcript"]]
    assert isinstance(call.failed, NoRoom)


def test_recordings_that_found_no_room_are_written_when_there_is_some(tmp_path):
    class MakesRoom(ScriptedCaller):
        def asked(self, listen):
            if ".right." in listen.key:
                house.settings.recordings.unlink()
            return super().asked(listen)

    need = voice("resident_need")
    with house_in(tmp_path, NEED) as house:
        house.settings.recordings.write_text("a file where the folder should be")
        account, _, call = ring(house, MakesRoom(need, keys="1"))
        assert call.failed is None
        assert house.shelf.seconds(account["recording"]["id"]) >= len(need) / RATE
