"""What is written down."""

import pytest

from speech.clean import clean, invented, stammered


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("路 燈 壞 了", "路灯坏了"),
        ("我 的 [29] 医保 卡 <unk> 丢 了", "我的医保卡丢了"),
        ("我 用 WeChat Pay 交 的", "我用 WeChat Pay 交的"),
        ("坏了 ， 一个多礼拜 。", "坏了，一个多礼拜。"),
        ("  [2] ", ""),
    ],
)
def test_chinese_is_written_as_people_write_it(written, wanted):
    assert clean(written, "zh") == wanted


def test_english_keeps_its_spaces():
    assert clean(" the  street light [unk] is broken", "en") == "the street light is broken"


def test_sentences_nobody_spoke_are_known():
    assert invented("这就是普通话的句子。")
    assert invented("字幕由 Amara.org 社群提供")
    assert not invented("电视没有字幕，我订的报纸也没来。")


def test_the_same_character_over_and_over_is_a_stammer():
    assert stammered("证证证证证证")
    assert not stammered("喂，喂")
    assert not stammered("救命啊，快来人")
