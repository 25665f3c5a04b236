"""Numbers, dates and addresses as people say them: what staff type, and what callers hear of it."""

import pytest

from speech.mouth.spoken import spoken
from speech.mouth.spoken_en import number as number_en
from speech.mouth.spoken_en import ordinal
from speech.mouth.spoken_zh import number as number_zh

MANDARIN = """
2026年11月24日 = 二零二六年十一月二十四号
2026-11-24 = 二零二六年十一月二十四号
2026/1/5 = 二零二六年一月五号
20261124 = 二零二六年十一月二十四号
2026-11 = 二零二六年十一月
2026-2027年 = 二零二六到二零二七年
1998年 = 一九九八年
98年11月 = 九八年十一月
5年 = 五年
2年 = 两年
11月24日上午9:00 = 十一月二十四号上午九点
2月2日 = 二月二号
12月 = 十二月
12:30 = 十二点半
12：30 = 十二点半
12点30分 = 十二点三十分
8:05 = 八点零五分
2:00 = 两点
下午2点 = 下午两点
12:30:15 = 十二点三十分十五秒
9:00-11:30 = 九点到十一点半
9点-11点 = 九点到十一点
3栋2单元102 = 三栋二单元幺零二
3栋2单元102室 = 三栋二单元幺零二室
阳光小区12号楼3单元1203室 = 阳光小区十二号楼三单元幺二零三室
3-2-102 = 三杠二杠幺零二
102室 = 幺零二室
8室 = 八室
108号 = 幺零八号
20号 = 二十号
3#楼 = 三号楼
2楼 = 二楼
12层 = 十二层
B座 = 必座
17路 = 十七路
No. 17路 = 十七路
乘302路 = 乘三零二路
2号线 = 二号线
13800138000 = 幺三八，零零幺三，八零零零
138-0013-8000 = 幺三八，零零幺三，八零零零
+86 13800138000 = 加八六，幺三八，零零幺三，八零零零
010-55550101 = 零幺零，五五五五，零幺零幺
01055550101 = 零幺零，五五五五，零幺零幺
0755-26001234 = 零七五五，二六零零，幺二三四
55550101 = 五五五五，零幺零幺
4001234567 = 四零零，幺二三，四五六七
电话转8012 = 电话转八零幺二
尾号8000 = 尾号八零零零
请打110 = 请打幺幺零
119 = 幺幺九
120急救 = 幺二零急救
热线12345 = 热线幺二三四五
拨打96110 = 拨打九六幺幺零
10086 = 幺零零八六
共120元 = 共一百二十元
120个 = 一百二十个
12345元 = 一万二千三百四十五元
12.5元 = 十二元五角
12.05元 = 十二元零五分
0.5元 = 五角
￥200 = 二百元
￥12.50 = 十二元五角
1,200元 = 一千二百元
12.5万元 = 十二点五万元
50元/次 = 五十元每次
3% = 百分之三
3.5% = 百分之三点五
3%-5% = 百分之三到百分之五
3-5天 = 三到五天
3~5个工作日 = 三到五个工作日
第3 = 第三
第102号 = 第一百零二号
102个 = 一百零二个
2个 = 两个
12个 = 十二个
2000个 = 两千个
5kg = 五公斤
80m² = 八十平方米
80㎡ = 八十平方米
26℃ = 二十六度
-5℃ = 零下五度
36.5℃ = 三十六点五度
1.5米 = 一点五米
3.14 = 三点一四
1/2 = 二分之一
3:2 = 三比二
110000元 = 十一万元
65岁以上 = 六十五岁以上
24小时 = 二十四小时
做CT = 做西替
Wi-Fi = 无线网
２０２６年１月２日 = 二零二六年一月二号
身份证110101195001011234 = 身份证幺幺零，幺零幺，幺九五零，零幺零幺，幺二三四
您的编号是100200300 = 您的编号是幺零零，二零零，三零零
王师傅明天上午来。 = 王师傅明天上午来。
"""

ENGLISH = """
on 24 November 2026 = on the twenty-fourth of November twenty twenty-six
November 24th, 2026 = the twenty-fourth of November twenty twenty-six
2026-11-24 = the twenty-fourth of November twenty twenty-six
24/11/2026 = the twenty-fourth of November twenty twenty-six
21 March = the twenty-first of March
in 2026 = in twenty twenty-six
since 1905 = since nineteen oh five
in 2005 = in two thousand and five
at 12:30 = at twelve thirty
at 9:00 = at nine o'clock
8:05 pm = eight oh five p m
9am = nine a m
Come at 3 p.m. Ring twice. = Come at three p m. Ring twice.
from 9:00-11:30 = from nine o'clock to eleven thirty
call 13800138000 = call one three eight, zero zero one three, eight zero zero zero
010-55550101 = zero one zero, five five five five, zero one zero one
dial 120 = dial one two zero
dial 110 now = dial one one zero now
ring 12345 = ring one two three four five
there were 120 people = there were one hundred and twenty people
£12.50 = twelve pounds fifty
$1 = one dollar
¥200 = two hundred yuan
200 yuan = two hundred yuan
the 3rd floor = the third floor
the 21st = the twenty-first
flat 102 = flat one oh two
Flat 12b = Flat twelve B
Building 3, staircase 2, room 102 = Building three, staircase two, room one oh two
bus 302 = bus three oh two
the No. 17 bus = the number seventeen bus
3-5 days = three to five days
5% = five per cent
26℃ = twenty-six degrees
-5 degrees = minus five degrees
80 m² = eighty square metres
5kg = five kilograms
1kg = one kilogram
1,200 metres = one thousand two hundred metres
3.5 = three point five
102 people = one hundred and two people
2000 residents = two thousand residents
a house 300 years old = a house three hundred years old
Dr. Wang will come. = Doctor Wang will come.
the NHS and the ICU = the N H S and the I C U
PLEASE RING = PLEASE RING
The lift is mended. = The lift is mended.
"""


def cases(table: str) -> list[tuple[str, str]]:
    rows = [line.split(" = ") for line in table.strip().splitlines()]
    return [(written, said) for written, said in rows]


@pytest.mark.parametrize(("written", "said"), cases(MANDARIN))
def test_mandarin_is_said_as_people_say_it(written, said):
    assert spoken(written, "zh") == said


@pytest.mark.parametrize(("written", "said"), cases(ENGLISH))
def test_english_is_said_as_people_say_it(written, said):
    assert spoken(written, "en") == said


def test_numbers_up_to_a_thousand_thousand_millions_have_words():
    assert [number_zh(n) for n in (0, 10, 19, 20, 101, 110, 1001, 1010, 10001, 20000, 100_000)] == [
        "零", "十", "十九", "二十", "一百零一", "一百一十", "一千零一", "一千零一十", "一万零一", "两万", "十万",
    ]  # fmt: skip
    assert number_zh(123_456_789) == "一亿二千三百四十五万六千七百八十九"
    assert number_zh(100_000_001) == "一亿零一"
    assert number_en(1_000_001) == "one million and one"
    assert [ordinal(n) for n in (1, 2, 3, 5, 8, 9, 12, 20, 31, 100)] == [
        "first", "second", "third", "fifth", "eighth", "ninth", "twelfth", "twentieth", "thirty-first",
        "one hundredth",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_digit_is_left_and_what_is_in_words_stays_as_it_is(language):
    odd = ["1.2.3.4", "0000", "1e5", "12:75", "99:99", "-", "--3", "3-", "1/0", "00:00", "9" * 60, "٣", "½", "1,2,3",
           "2026-13-45", "%5", "¥", "$$5", "5$", "1.", ".5", "3m3", "+", "a1b2c3", "100.000,00"]  # fmt: skip
    for text in odd:
        said = spoken(text, language)
        assert not any(c.isascii() and c.isdigit() for c in said), (text, said)
        assert spoken(said, language) == said, text


def test_any_other_language_is_left_alone():
    assert spoken("3호선 102", "ko") == "3호선 102"


def test_ten_thousand_characters_take_no_long_time_and_lose_nothing():
    assert spoken("3栋2单元102，" * 1000, "zh") == "三栋二单元幺零二，" * 1000
    assert spoken("好" * 10_000, "zh") == "好" * 10_000
