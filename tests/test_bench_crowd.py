"""The measure of a crowd: every call ends, with its recording."""

from hotline.bench_crowd import Carried, _figures
from hotline.demo import voice
from hotline.reception import answer_phone
from ivr.lines.simulated import ScriptedCaller, SimulatedLine
from tests.house import house_in

NEED = "我们这个单元的电梯又坏了"


def test_endings_recordings_and_words_are_counted(tmp_path):
    need = voice("resident_need")
    with house_in(tmp_path, NEED, "") as house:
        told = []
        for caller in (ScriptedCaller(need, keys="1"), ScriptedCaller(need, hang_up_after=6.0)):
            line = SimulatedLine(caller)
            conversation = answer_phone(house, line="simulated")
            told.append(Carried(conversation, line, line.carry(conversation).failed))
        answer_phone(house, line="simulated")
        figures = _figures(house, told)
    assert figures["outcomes"] == {"ticket": 1, "draft": 1}
    assert (figures["without_recording"], figures["with_words"], figures["failed"]) == (0, 1, 0)
    assert figures["without_ending"] == 1
