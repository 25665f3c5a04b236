"""How prepared prompts are understood: what is said and heard is compared, and a recogniser really listens."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from hotline.cli import main
from hotline.prompts_heard import Prompt, announcements, listened, rates, to_hear
from hotline.said_alike import Errors, compared, plain
from ivr.wording import to_prepare
from routing.catalogue import load as load_catalogue
from speech.audio import RATE


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("幺幺零", "110"),
        ("三月十四号星期三", "3月14號，星期三"),
        ("十一月三十号上午十点半", "11月30号上午10点半"),
        ("幺三六五八零二四七九幺", "13658024791"),
        ("最后四个数字是：二七四六", "最后四个数字是2746"),
        ("早上七点半", "早上7:30"),
        ("请按数字一。", "請按數字1"),
    ],
)
def test_numbers_may_be_written_either_way(said, heard):
    assert compared(said, heard) == Errors(len(plain(said)), 0, 0)


def test_a_homophone_is_a_wrong_character_and_a_right_syllable():
    assert compared("请按一", "情案一") == Errors(characters=3, wrong=2, syllables=0)


def test_what_was_left_out_and_what_was_made_up_count():
    assert compared("打幺二零", "").wrong == 4
    assert compared("零", "敌人。").wrong == 2


def test_every_file_is_heard_alone_or_in_a_sentence():
    texts = {piece for prompt in to_hear(alone=True) for piece in prompt.pieces}
    assert texts >= {text for _, text in to_prepare("zh")}


def test_the_announcements_name_every_department_and_are_played_from_prepared_pieces():
    prepared = {text for _, text in to_prepare("zh")}
    together = [prompt for prompt in to_hear() if prompt.kind == "together"]
    assert len(together) == len(announcements())
    assert {piece for prompt in together for piece in prompt.pieces} <= prepared
    said = "".join(prompt.text for prompt in together)
    assert all(one.zh in said for one in load_catalogue().departments)


def test_pieces_are_heard_one_after_the_other_over_the_line():
    tones = {"甲": np.full(RATE, 1000, np.int16), "乙": np.full(2 * RATE, 1000, np.int16)}
    lengths = []

    def ear(sound):
        lengths.append(len(sound) / RATE)
        return "甲"

    [one] = listened([Prompt("together", "both", ("甲", "乙"))], tones.__getitem__, ear)
    assert lengths == [pytest.approx(3.6)]
    assert one.errors == Errors(characters=2, wrong=1, syllables=1)
    better = replace(one, errors=Errors(characters=2, wrong=0, syllables=0))
    assert rates([one, better])["characters_wrong"] == 0.25
    assert rates([one, better])["without_error"] == 1


def test_without_a_recogniser_it_is_said_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_MODELS", str(tmp_path))
    told = CliRunner().invoke(main, ["prompts", "heard"])
    assert told.exit_code == 1
    assert "hotline models install whisper-base" in told.output
    assert CliRunner().invoke(main, ["prompts", "heard", "--only", "("]).exit_code == 2
