"""What departments and the public read: no number, no full name, no door; and everything else as it was."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from routing.bench_places import masking_figures, read_masking
from routing.masking import mask, spans

SAYINGS = read_masking(Path(__file__).parent / "masking.tsv")

PLAIN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
ALIKE = dict(
    zip(
        "0123456789",
        [
            "〇洞动林",
            "妖邀要医衣",
            "两而儿",
            "山三",
            "是事寺",
            "吴午",
            "刘留",
            "期拐",
            "吧爸",
            "久酒勾",
        ],
        strict=True,
    )
)
BETWEEN = (
    "",
    "",
    "，",
    " ",
    "嗯，",
    "，然后是，",
    "，再就是，",
    "那个",
    "，您记一下，",
    "，后面是",
)
CARRIERS = (
    ("phone", "我的电话是{}，您记下了吗"),
    ("phone", "手机号{}谢谢您啊"),
    ("phone", "{}，这是我家座机"),
    ("id", "身份证号是{}，对吧"),
    ("id", "我念一下身份证，{}"),
    ("card", "卡号是 {} 您看看"),
    ("card", "他让我念的那个卡，{}，我都念了"),
)


def a_number(dice, kind):
    def some(count):
        return "".join(dice.choice("0123456789") for _ in range(count))

    if kind == "id":
        born = f"{dice.randint(1925, 1965)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
        return f"{dice.choice('123456')}{some(5)}{born}{some(3)}{dice.choice('0123456789X')}"
    if kind == "card":
        return "62" + some(dice.choice((14, 17)))
    return dice.choice(
        ("1" + dice.choice("3456789") + some(9), "010" + dice.choice("2345678") + some(7))
    )


def spoken(dice, number):
    """In groups, one figure in six only sounding right; the groups as they were said, and all together."""
    groups = []
    while number:
        size = dice.choice((3, 4, 4))
        groups.append("".join(a_figure(dice, one) for one in number[:size]))
        number = number[size:]
    return groups, groups[0] + "".join(dice.choice(BETWEEN) + one for one in groups[1:])


def a_figure(dice, figure):
    if figure == "X":
        return dice.choice(("叉", "艾克斯", "X"))
    return dice.choice(ALIKE[figure]) if dice.random() < 1 / 6 else PLAIN[figure]


@pytest.mark.parametrize("seed", range(8))
def test_no_figure_of_a_spoken_number_is_left(seed):
    dice = random.Random(seed)
    for _ in range(150):
        kind, carrier = dice.choice(CARRIERS)
        _, said = spoken(dice, a_number(dice, kind))
        whole = carrier.format(said)
        start = carrier.index("{")
        hidden = {at for a, b, _ in spans(whole) for at in range(a, b)}
        left = [whole[at] for at in range(start, start + len(said)) if at not in hidden]
        assert not left, (whole, mask(whole))


def test_the_written_sayings_are_masked_and_nothing_else():
    assert len(SAYINGS) >= 200
    for figures in masking_figures(SAYINGS).values():
        assert figures.left == 0
        assert figures.kept[0] == figures.kept[1]
        assert figures.stay[0] == figures.stay[1]


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("电话幺三八 嗯 零零幺 三八 幺幺二二，谢谢", "电话［电话］，谢谢"),
        ("身份证11010119450307281X", "身份证［证件号］"),
        ("卡号６２２２０２０２００００１２３４５６７", "卡号［卡号］"),
        ("验证码是四八二九一一", "验证码是［验证码］"),
        ("我记得是八三三一四四二零一九", "我记得是［号码］"),
        ("我叫王秀英，住胜利路二十六号", "我叫［姓名］，住［地址］"),
        ("我儿子叫陈强在外地", "我儿子叫［姓名］在外地"),
        ("十二号楼三单元停电", "［地址］停电"),
        ("身份证十一万零一百零五一九四九一二三一零零二四", "身份证［卡号］"),
        ("护照E一二三四五六七八", "护照［证件号］"),
        ("1949年12月31日生的，身份证是110105194912310024", "［生日］生的，身份证是［证件号］"),
    ],
)
def test_each_becomes_one_label(words, masked):
    assert mask(words) == masked


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("call one three eight, um, double oh one three, eight one one two", "call [phone]"),
        ("the code was four eight two nine", "the code was [code]"),
        ("My name is Margaret Wilson", "My name is [name]"),
        ("I live at 26 Victory Road, flat 4", "I live at [address]"),
        ("my passport is E 12345678", "my passport is [ID number]"),
        ("I was born on the 3rd of May 1941", "I was born on [birthday]"),
        ("ID number 11010119450307281X", "ID number [ID number]"),
    ],
)
def test_each_becomes_one_label_in_english(words, masked):
    assert mask(words, "en") == masked


@pytest.mark.parametrize(
    "words",
    [
        "打110、119、120，还有12345",
        "一百八十块，两千零五十三块六毛",
        "我八十二，老伴七十九，二零零八年搬来的",
        "张大爷、李阿姨、老李头、陈大夫、王主任",
        "十七路公交车早上六点半、七点四十五各一趟",
        "我是高血压，我是想问高龄补贴",
        "他叫我别管",
        "修了花了三万块，楼里三百二十万户，一九九八年生活好了",
    ],
)
def test_ordinary_words_stay(words):
    assert mask(words) == words


def test_the_people_of_a_case_are_hidden_wherever_they_are_said():
    words = "王秀英昨天来过，王秀音的水管，还有秀英家的灯"
    assert mask(words, names=["王秀英"]) == "［姓名］昨天来过，［姓名］的水管，还有［姓名］家的灯"
    assert mask("Ann Hill rang", "en", names=["ann hill"]) == "[name] rang"


def test_an_empty_or_short_given_name_hides_nothing():
    assert mask("王大爷来过", names=["", "王", " "]) == "王大爷来过"


@pytest.mark.parametrize("words", ["", "一", "😀\0\x1b", "'; DROP TABLE calls;--", "叉", "\n"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_strange_text_stays_as_it_is(words, language):
    assert mask(words, language, names=["王秀英"]) == words


@pytest.mark.parametrize("piece", ["三 ", "1啊", "要", "我叫", "尾号12", "one ", "八十，", "王李"])
def test_a_very_long_text_is_masked_to_its_end(piece):
    words = (piece * 5000)[:5000]
    found = sorted(spans(words))
    assert all(0 <= a < b <= 5000 for a, b, _ in found)
    assert len(mask(words)) <= 10000
    assert all(one[0] <= two[0] for one, two in pairwise(found))
