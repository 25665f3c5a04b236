"""Short answers: what the ear may take a sound for, and what it may not."""

import csv
import math
import os
from pathlib import Path

import pytest

from hotline.bench_answers import Answer, figures, read
from hotline.settings import Settings
from speech.calibration import Calibration
from speech.commands import Words
from speech.ears import whisper_words
from speech.ears.whisper_words import SURE, listed, weigh

SURELY, HARDLY = math.log(0.8), math.log(0.002)


def heard(plain, said=None, asked=None):
    return {"plain": plain, "said": said or plain, "asked": asked or plain}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("对。", "agree"),
        ("對對對", "agree"),
        ("嗯，是的啊", "agree"),
        ("那对", "agree"),
        ("部隊", "deny"),
        ("不新", "deny"),
        ("我不對", "deny"),
        ("美姐姐", "unsolved"),
        ("你没修好", "unsolved"),
        ("已经修好了", ""),
        ("谢谢了", ""),
        ("我不知道", ""),
        ("我不值得", ""),
        ("喂", ""),
        ("一班", "half"),
        ("", ""),
    ],
)
def test_an_answer_is_known_by_its_sound(text, meaning):
    found = weigh(heard([(text, SURELY)]), 0.1, "zh")
    assert (found.meaning if found else "") == meaning
    assert listed(text, "zh") == bool(meaning)


def test_no_is_never_blurred_into_yes():
    for no, yes in (("不对", "对"), ("没解决", "解决"), ("没修好", "修好了"), ("不是的", "是的")):
        both = [weigh(heard([(text, SURELY)]), 0.1, "zh") for text in (no, yes)]
        assert both[0]
        assert both[1]
        assert both[0].meaning != both[1].meaning


def test_characters_of_one_sound_support_each_other():
    one = weigh(heard([("部隊", math.log(0.3))]), 0.1, "zh")
    two = weigh(heard([("部隊", math.log(0.3)), ("不对。", math.log(0.3))]), 0.1, "zh")
    assert one
    assert two
    assert two.word == "不对"
    assert two.features["plain"] > one.features["plain"]


def test_what_all_views_hear_is_surer_than_what_only_a_hint_brings_up():
    clear = weigh(heard([("对", SURELY)]), 0.1, "zh")
    forced = weigh(heard([("天气", HARDLY)], said=[("对。", math.log(0.04))]), 0.9, "zh")
    assert clear
    assert forced
    sure = whisper_words.calibration()
    assert sure.of(clear.features) > 0.9
    assert sure.of(forced.features) < SURE


def test_a_language_without_a_list_has_no_listed_answers():
    assert weigh({}, 0.0, "ko") is None
    assert not listed("네", "ko")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("二七四六。", "2746"),
        ("138-5604-2917", "13856042917"),
        ("幺三八，五六零四", "1385604"),
        ("八有五三", ""),
        ("三号楼", ""),
        ("二四", ""),
    ],
)
def test_a_row_of_figures_has_nothing_else_in_it(text, row):
    assert whisper_words.figures(text, "zh") == row


def test_english_figures_are_a_row_too():
    assert whisper_words.figures("two seven, four six", "en") == "2746"


def test_the_curve_that_is_shipped_has_every_feature():
    found = weigh(heard([("yes", SURELY)]), 0.1, "en")
    curve = whisper_words.calibration()
    assert found
    assert isinstance(curve, Calibration)
    assert set(curve.features) == set(found.features)


def test_answers_are_counted_as_right_wrong_or_nothing():
    said = [("yes", "对。"), ("yes", "不对"), ("no", ""), ("", "喂")]
    answers = [
        Answer(
            file=f"{n}.wav", said="", question="answer", means=means,
            read=read("answer", text), words=Words(text=text),
        )
        for n, (means, text) in enumerate(said)
    ]  # fmt: skip
    found = figures(answers)
    assert found["answers"] == {"files": 3, "right": 0.3333, "wrong": 0.3333, "nothing": 0.3333}
    assert found["others"] == {"files": 1, "right": 1.0, "wrong": 0.0, "nothing": 0.0}
    assert len(found["wrong"]) == 1


MODEL = Settings.read().models / "whisper-base"
CALLS = Path(os.environ.get("HOTLINE_TEST_DATA", "")) / "calls"


@pytest.mark.skipif(not (MODEL / "model.bin").is_file(), reason="Whisper is not installed")
@pytest.mark.skipif(not CALLS.is_dir(), reason="HOTLINE_TEST_DATA names no recordings")
def test_coughs_breaths_and_stories_are_no_answers():
    from speech.audio import RATE, read_sound
    from speech.ears.whisper import WhisperEar

    ear = WhisperEar(str(MODEL))
    with (CALLS / "manifest.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    for row in [row for row in rows if row["kind"] in {"cough", "breath"}] + rows[:3]:
        sound = read_sound(CALLS / row["file"])[: 5 * RATE]
        assert not listed(ear.transcribe(sound, "zh", short=True).text, "zh")
