"""Full names of people in what was said: 我叫王秀英, 户主是赵德柱, 我儿子叫陈强.

A surname with a title (张大爷, 老李头, Mrs Hill) names nobody to a stranger and stays.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from pypinyin import Style, lazy_pinyin
from pypinyin.phrases_dict import phrases_dict

from routing.figures import simple
from routing.pinyin import fold

#: the surnames of nearly everybody (the first 200 by number of bearers), and those of two characters
SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛"
    "伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席屈鲍覃霍翁隋植甘"
    "景薄单包司柏宁柯阮闵柴华冉阴闫肖"
)
DOUBLE = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "司徒",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "夏侯",
    "端木",
)

_KIN = "老伴儿?|老头子?|老婆子?|老公|丈夫|妻子|爱人|儿子|女儿|闺女|姑娘|孙子|孙女|外孙女?|女婿|儿媳妇?|媳妇|爸爸?|妈妈?|父亲|母亲|哥哥|姐姐|弟弟|妹妹|邻居|对门|楼上|楼下"
_ROLE = "户主|患者|病人|联系人|报销人|申请人|投保人|受益人|收款人|开户人|业主|房主|房东|产权人|死者|伤者|监护人|代理人|姓名|名字|大名|真名|学名|名儿"
_TITLE = "大爷|大妈|大娘|大叔|大婶|大姐|大哥|大嫂|奶奶|爷爷|阿姨|叔叔?|婶|伯|姨|师傅|大夫|医生|护士|老师|先生|女士|主任|书记|经理|站长|科长|局长|队长|所长|警官|同志|律师|老太太?|老头|老爷子|家|某|总|姐|哥|嫂|婆婆|姥姥|姥爷"
_CUES = (
    (
        re.compile(
            rf"(?:我|名字|名|{_KIN}|{_ROLE}|[他她]|本人|主任|大夫|医生|姓[^，,。]{{1,2}}[，,]?)(?:的)?(?:名字|大名)?叫(?:做|个)?"
        ),
        True,
    ),
    (re.compile(rf"(?:{_ROLE})(?:的?名字)?(?:[是叫写为填：:]|写的)*"), True),
    (re.compile(rf"(?:{_KIN})(?:是)?|写"), False),
    (re.compile(r"我(?:就)?是(?:[^，,。！？!?；;\s是]{1,10}的)?"), False),
)
_WITH_TITLE = re.compile(
    r"(?:同志|主任|书记|大夫|医生|护士|经理|师傅|先生|女士|老师|站长|科长|局长|队长|警官|律师)"
)
_TITLED = re.compile(_TITLE)
#: what follows a name, and is no part of one
_ENDS = frozenset(
    "的了是在要说住来去有不也都就今想年岁和跟给从腿脚身得病生气还没过上下先女同主打腰每已让把被到能会走找很太又再我你他她它这那什么啥怎谁别时啊呀呢吧吗嘛哦噢嗯，"
)
_NO_NAME = re.compile(
    r"不|谢|您|什么|啥|怎|谁|别|一|两|几|这|那|我|你|他|她|的|了|吗|呢|吧|[0-9零二三四五六七八九十]"
)
_HAN = re.compile(r"[\u3400-\u9fff]")

_ENGLISH = (
    re.compile(
        r"\b(?:my|his|her|the) name(?: is|'s)\s+((?:(?!and\b|i\b|but\b|from\b)[A-Za-z'’-]+\s?){1,2})",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?i:called|named)\s+((?:[A-Z][a-z'’-]+\s?){1,3})"),
    re.compile(r"\b(?i:this is|i am|i'm|i’m)\s+((?:[A-Z][a-z'’-]+\s?){2,3})"),
    re.compile(
        r"\b(?i:husband|wife|son|daughter|neighbour|neighbor|patient|tenant|friend)(?:,| is)?\s+((?:[A-Z][a-z'’-]+\s?){2,3})"
    ),
)
_POLITE = re.compile(r"^(?:mr|mrs|ms|miss|doctor|dr)\b", re.IGNORECASE)


def full_names(
    words: str, language: str = "zh", names: Sequence[str] = ()
) -> list[tuple[int, int]]:
    """Where full names stand in the words: after words that announce one, and the given ``names`` wherever they are."""
    text = "".join(simple(one) for one in words)
    found = [*_given(words, text, names)]
    found += _english(words) if language.startswith("en") else _announced(text)
    return sorted(set(found))


def _announced(text: str) -> Iterator[tuple[int, int]]:
    for cue, sure in _CUES:
        for found in cue.finditer(text):
            span = _name_at(text, found.end(), sure=sure)
            if span:
                yield span
    for found in _WITH_TITLE.finditer(text):
        for length in (4, 3):
            start = found.start() - length
            if start >= 0 and _name_at(text, start, sure=False) == (start, found.start()):
                yield start, found.start()
                break


def _name_at(text: str, start: int, *, sure: bool) -> tuple[int, int] | None:
    """The full name that begins here: a surname and one or two characters that are no title."""
    while start < len(text) and text[start] in "，, :：嗯啊呃":
        start += 1
    surname = 2 if text.startswith(DOUBLE, start) else 1
    if surname == 1 and text[start : start + 1] not in SURNAMES:
        return None
    given = ""
    for one in text[start + surname : start + surname + 2]:
        if not _HAN.match(one) or one in _ENDS:
            break
        given += one
    name = text[start : start + surname] + given
    if not given or _TITLED.match(text, start + surname) or _NO_NAME.search(given):
        return None
    end = start + len(name)
    if name in phrases_dict or given[0] == text[start] or given[-1] in "局员察长":
        return None
    if not sure and (_is_word(name) or len(name) < 3 or not _over(text, end)):
        return None
    return start, end


def _over(text: str, end: int) -> bool:
    """Whether a name may end here: before a stop, a title or a word that goes on."""
    after = text[end : end + 1]
    return not _HAN.match(after) or after in _ENDS or _WITH_TITLE.match(text, end) is not None


def _is_word(name: str) -> bool:
    """高龄补, 常年在: a word begins here, not a name."""
    return name[:2] in phrases_dict


def _given(words: str, text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    for name in names:
        plain = "".join(simple(one) for one in name.strip())
        if len(plain) < 2:
            continue
        if not _HAN.search(plain):
            for found in re.finditer(rf"\b{re.escape(plain)}\b", words, re.IGNORECASE):
                yield found.span()
        elif len(plain) <= 6:
            yield from _sounding(text, plain)


def _sounding(text: str, name: str) -> Iterator[tuple[int, int]]:
    sounds, wanted = _sounds(text), _sounds(name)
    for start in range(len(text) - len(name) + 1):
        heard = text[start : start + len(name)]
        if heard == name or (
            sounds[start : start + len(name)] == wanted
            and (len(name) > 2 or any(a == b for a, b in zip(heard, name, strict=True)))
        ):
            yield start, start + len(name)
    if len(name) > 2:
        given = name[2:] if name.startswith(DOUBLE) else name[1:]
        if len(given) > 1:
            yield from (found.span() for found in re.finditer(re.escape(given), text))


def _sounds(text: str) -> list[str]:
    return [_sound(one) for one in text]


@cache
def _sound(one: str) -> str:
    return fold(lazy_pinyin(one, style=Style.NORMAL)[0]) if _HAN.match(one) else one


def _english(words: str) -> Iterator[tuple[int, int]]:
    for cue in _ENGLISH:
        for found in cue.finditer(words):
            if not _POLITE.match(found[1]):
                yield found.start(1), found.start(1) + len(found[1].rstrip())
