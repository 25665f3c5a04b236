"""Wording is data: complete in both languages, and in Mandarin recorded in full."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.dialogue import Clip, Digits, Moment, Name, Say
from ivr.moments import moment_zh, rounded_up
from ivr.wording import Text, parts, prompts, text, to_prepare
from routing.danger import kinds
from speech.mouth import Mouth

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_every_sentence_is_there_in_both_languages():
    assert set(prompts("zh")) == set(prompts("en"))


def test_a_sentence_is_asked_with_the_same_values_in_both_languages():
    for key, said in prompts("zh").items():
        slots = [
            {word.split("}")[0] for word in s.split("{")[1:]} for s in (said, prompts("en")[key])
        ]
        assert slots[0] == slots[1], key


def test_a_sentence_falls_into_parts_that_can_be_recorded():
    say = Say("right", {"recording": Clip("r"), "department": Name("department", "property"),
                        "service": Name("service", "lift_repair")})  # fmt: skip
    heard = parts(say, "zh", SHANGHAI)
    assert heard[:2] == [Text("您刚才是这样说的："), Clip("r")]
    recorded = {said for _, said in to_prepare()}
    assert all(isinstance(part, Clip) or part.text in recorded for part in heard)


def test_hours_are_said_in_the_community_s_own_time_and_never_too_early():
    at = datetime(2026, 11, 29, 7, 20, tzinfo=UTC)
    assert moment_zh(at, hour=True, zone=SHANGHAI) == ["十一月二十九号", "星期天", "下午三点半"]
    assert rounded_up(at) >= at
    assert "Sunday, 29 November, 3 thirty in the afternoon" in text(
        Say("promise", {"handle": Moment(at.isoformat())}), "en", SHANGHAI
    )


def test_digits_are_said_one_by_one_and_never_cached():
    said = parts(Say("number.right", {"digits": Digits("1380")}), "zh", SHANGHAI)
    assert [part for part in said if isinstance(part, Text) and part.personal] == [
        Text(digit, personal=True) for digit in "幺三八零"
    ]


def test_every_kind_of_danger_has_its_words():
    for kind in kinds():
        spoken = "".join("零幺二三四五六七八九"[int(digit)] for digit in kind.number)
        assert spoken in prompts("zh")[f"danger.{kind.id}"]
        assert f"danger.{kind.id}" in prompts("en")


@pytest.fixture
def mouth(tmp_path):
    mouth = Mouth([Path("ivr/prompts/zh")], tmp_path / "people", tmp_path / "cache", speakers=[])
    yield mouth
    mouth.close()


def test_every_fixed_sentence_name_day_and_digit_is_recorded_in_mandarin(mouth):
    assert [said for _, said in to_prepare() if not mouth.is_prepared(said)] == []
