"""What is written down."""

import pytest

from speech.clean import clean, invented, normal, stammered, title

STAY = """
枫林三路 三里屯 万寿路 一个人 三回 两天 一直 十一点 五一路口 八一小区 百万庄 一楼房子 三室一厅 两室一厅 七八十号人 坐三号线 三四楼
三栋楼都停水 四十多块钱 二十四小时 一百八 十七八天 第三回 一下子 万一 三天两头 六十五岁以上 星期一 三门峡 一口气 五百块 一层灰 张三李四 八九不离十"""


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


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("三栋二单元幺零二", "3栋2单元102"),
        ("我住二十六号", "我住26号"),
        ("五零二室漏水", "502室漏水"),
        ("幺三八零零零零零零零零", "13800000000"),
        ("幺三八，五六零四，二九幺七", "13856042917"),
        ("六二八零三九幺七", "62803917"),
        ("十一号楼三单元一二零三", "11号楼3单元1203"),
        ("一百二十号院", "120号院"),
        ("和平里三号院五号楼门口", "和平里3号院5号楼门口"),
        ("我在六楼，下不来", "我在6楼，下不来"),
        ("七号楼二层", "7号楼2层"),
        ("幺零幺室", "101室"),
        ("幺幺九", "119"),
        ("一二零的车", "120的车"),
        ("３栋２单元", "3栋2单元"),
        ("八幢一零零三", "8幢1003"),
    ],
)
def test_houses_and_telephones_become_figures_on_a_copy(said, figures):
    assert normal(said, "zh") == figures


@pytest.mark.parametrize(
    "said",
    STAY.split(),
)
def test_names_counts_and_times_stay_in_words(said):
    assert normal(said, "zh") == said


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("my number is one three eight, oh five seven two", "my number is 1380572"),
        ("building three, unit two, flat five oh two", "building 3, unit 2, flat 502"),
        ("number twelve", "number 12"),
        ("one or two people came", "one or two people came"),
        ("the three of us waited four hours", "the three of us waited four hours"),
    ],
)
def test_english_figures(said, figures):
    assert normal(said, "en") == figures


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("喂，你好，我们单元的电梯又坏了。", "我们单元的电梯又坏了"),
        ("嗯，那个，我跟你说啊，楼道的灯不亮了", "楼道的灯不亮了"),
        ("哎呀，我家厨房漏水啊，漏了一上午了", "我家厨房漏水，漏了一上午了"),
        ("这个月的电费怎么这么多啊", "这个月的电费怎么这么多"),
        ("那个路灯坏了", "那个路灯坏了"),
        ("呃就是说暖气不热", "暖气不热"),
        ("我我我找不着医保卡了", "我找不着医保卡了"),
        ("同志，电梯电梯又停了", "电梯又停了"),
        ("三号楼，不对，五号楼的水管爆了", "三号楼，五号楼的水管爆了"),
        ("我住三号楼，不对不对，五号楼，水管爆了", "五号楼，水管爆了"),
        ("喂，是老人服务热线吗？我想打听一下，体检在哪儿报名？", "体检在哪儿报名"),
        ("天天都有人吵，慢慢就睡不着了", "天天都有人吵，慢慢就睡不着了"),
        ("电话是一三一三零零零零", "电话是一三一三零零零零"),
        ("喂", "喂"),
        ("嗯。", "嗯"),
        ("", ""),
    ],
)
def test_a_title_tells_what_it_is_about(said, wanted):
    assert title(said, "zh") == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Hello, um, the lift is broken again.", "The lift is broken again"),
        ("Well, you know, the the street light is out", "The street light is out"),
        ("Good morning. My heating, er, is cold", "My heating, is cold"),
        ("hello", "hello"),
    ],
)
def test_an_english_title(said, wanted):
    assert title(said, "en") == wanted


def test_a_long_title_is_cut_where_a_clause_ends():
    story = "我们楼下的路灯坏了有一个多礼拜了，晚上黑咕隆咚的，我昨天差点绊一跤，你们什么时候来看看，在五号楼门口。"
    assert (
        title(story, "zh") == "我们楼下的路灯坏了有一个多礼拜了，晚上黑咕隆咚的，我昨天差点绊一跤…"
    )
    for text in (
        story,
        "".join(map(chr, range(0x4E00, 0x4E40))),
        "the lift " + "is very broken and " * 9,
    ):
        for language in ("zh", "en"):
            assert 0 < len(title(text, language)) <= 40
            assert title(text, language).endswith("…")
