"""Telephone, identity, card and code numbers in what was said, however they were said.

When in doubt a number is hidden; ages, days, money, buses and the numbers everybody may know are left.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.digits import Row, Sign, rows

PHONE, IDENTITY, CARD, CODE, NUMBER = "phone", "id", "card", "code", "number"

ALONE = 7  #: figures that are a number without any word for it
ANNOUNCED = 4  #: figures that are one after a word for it
PARTIAL = 3  #: figures that are part of one: 尾号三五六
NEAR = {
    False: 16,
    True: 40,
}  #: characters from such a word to the number, in Mandarin and in English
BREAK = 10  #: characters of anything inside a number that was announced

_WORDS = {
    CODE: r"验证码|校验码|动态码|动态密码|密码|口令|短信码|取件码|[个条串那的]码(?!头|字)|\b(?:code|pin|password)\b",
    IDENTITY: r"身份证|证件号?|证号|护照|identity|\bid\b|passport|social security number",
    CARD: r"银行卡|卡号|账号|账户|帐号|帐户|存折|工资卡|社保卡|医保卡|储蓄卡|信用卡|那张卡|的卡|卡是|工行|农行|建行|中行|\bcard\b|\baccount\b",
    PHONE: r"电话|手机|座机|固话|号码|联系方式|打我|您打|你打|打给|拨|区号|微信|打这个|打(?=[，,：:\s])|找到我|记个号|记个?一?下|\b(?:phone|telephone|mobile|call|ring|reach|number)\b",
}
_ABOUT = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDS.items()]
_TAIL = re.compile(
    r"(?:尾号|尾数|末尾|后面|后头|开头|前头|[前后末][一二两三四五六七八2-8]位|最后[一二两三四五六七八2-8]?[位个]数?|[前后]面?几位"
    r"|\bends (?:in|with)|\blast (?:\w+ )?(?:digits|figures)\b)数?(?:[是为叫，:：,\s]|are|is)*$"
)
_FILLER = re.compile(
    r"(?:[嗯呃啊哦哎额唔呀呢哈喂再接的了是就对好行\s，,、。．.·…—–\-－_()（）＋+/:：;；？?！!]|那个|这个|然后|后面|后头|前面|前头|中间|最后|开头"
    r"|接着|加上|还有|不对|不是|错了|说错|应该|我看看|记?一下|我想想|等一下|等会儿?|多少来着|怎么说|您记|记下了?|写上了?|没有|听清了?|[区分]机?号|号码"
    r"|您|你|吗|我|看|[一二三四五六七八]位|\b(?:um+|uh+|er+|and|then|well|so|no|sorry|dash|hyphen|space|the|is|it)\b|出生|生日|日期|年|月|日)*",
    re.IGNORECASE,
)
_WORDY = re.compile(r"[^\W嗯啊呃哦]")
_LEADS = re.compile(r"(?:[号码话机卡证是对上面]|[那这]个|一下|然后)$")
_DAY = re.compile(r"[年月日]")
_COUNTED = re.compile(
    r"\s*(?:[块元毛角岁年月日天点分秒度斤两次路楼层栋幢弄室户线床米平个只条张片股%％万亿名位口人倍]|号(?!码|是)|单元|公里|小时|percent|dollars|euros|pounds|years|minutes|weeks|days|o'clock|people)"
)
_PUBLIC = re.compile(
    r"1[12]\d|1[02]0\d\d|123\d\d|12[03-9]\d\d|9\d{4}|96\d{4}|100\d\d|911|999|112|000"
)
_YEAR = re.compile(r"(?:19|20)\d\d")

_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}")
_AREA = re.compile(r"0(?:10|2\d)[2-8]\d{7}")
_LAND = re.compile(r"0\d{10,11}|[2-8]\d{6,7}|(?:400|800)\d{7}")
_IDENTITY = re.compile(r"[1-8]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX]")
_OLD_IDENTITY = re.compile(r"[1-8]\d{7}[01]\d[0-3]\d{4}")
_CARD = re.compile(r"\d{16,19}")
#: told from any other number by their form; and those that are told by their length alone
_TELLING = ((PHONE, _MOBILE), (PHONE, _AREA), (IDENTITY, _IDENTITY))
_PLAIN = ((PHONE, _LAND), (IDENTITY, _OLD_IDENTITY), (CARD, _CARD))
_SHAPES = (*_TELLING, *_PLAIN)
_LETTERS = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,2}[ -]?\Z")  #: before the figures of a passport
_BEGINS = re.compile(r"1[3-9]\d|0[1-9]\d|62\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """A number to be hidden."""

    kind: str
    start: int
    end: int


def private_numbers(words: str, language: str = "zh") -> list[Private]:
    """Where such numbers stand in the words, in order."""
    found = []
    for part in _numbers(words, rows(words, language)):
        known = _judged(words, part)
        if known:
            found.append(known)
    return found


def without_numbers(words: str, language: str = "zh") -> str:
    """The words without their telephone, identity and card numbers: those tell of nobody's matter."""
    kept, place = "", 0
    for one in private_numbers(words, language):
        kept += words[place : one.start]
        place = max(place, one.end)
    return kept + words[place:]


def _numbers(words: str, all_rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that belong together, with what is surely none left out."""
    part: list[Row] = []
    for row in all_rows:
        if part and not _goes_on(words, part, row):
            yield part
            part = []
        if part or row.called or _apart(words, row):
            part.append(row)
    if part:
        yield part


def _goes_on(words: str, part: Sequence[Row], row: Row) -> bool:
    gap = words[part[-1].end : row.start]
    so_far = sum(len(one.value) for one in part[-12:])
    if len(gap) > 40 or (so_far < 6 and _DAY.search(gap)):
        return False
    if _FILLER.fullmatch(gap) or _FILLER.fullmatch(_between_sure(words, part[-1], row)):
        return True
    if len(gap) > BREAK or not row.value or row.counted:
        return False
    begin = "".join(sign.value for one in part[:4] for sign in one.signs if sign.sure)
    announced = _BEGINS.match(begin) or _about(words, part[0].start)
    plain = len(row.value) > 1 and row.called * 2 >= len(row.value)
    return bool(announced) and plain and not _COUNTED.match(words, row.end)


def _apart(words: str, row: Row) -> bool:
    """Whether a row that only sounds like figures stands by itself: 无无 in 无无，零零八，九七五."""
    if _WORDY.match(words[max(0, row.start - 1) : row.start]) and not _LEADS.search(
        words[max(0, row.start - 2) : row.start]
    ):
        return False
    if _WORDY.match(words[row.end : row.end + 1]):
        return len(row.signs) > 1 and not all(sign.little for sign in row.signs)
    return True


def _between_sure(words: str, one: Row, other: Row) -> str:
    """What stands between the sure figures of two rows: of 三三再就是四四 that is 再就是, though 就 sounds like nine."""
    start = next((sign.end for sign in reversed(one.signs) if sign.sure), one.start)
    end = next((sign.start for sign in other.signs if sign.sure), other.end)
    return words[start:end]


def _judged(words: str, part: list[Row]) -> Private | None:
    every = [sign for row in part for sign in row.signs]
    part = _without_counts(words, part)
    if not any(row.called for row in part):
        return None
    before = words[max(0, part[0].start - 40) : part[0].start]
    about = _about(words, part[0].start) or _kind_in(words[part[-1].end : part[-1].end + 8])
    signs = _trimmed(words, [sign for row in part for sign in row.signs], about)
    if not any(form.fullmatch(_value(signs)) for _, form in _TELLING):
        signs = _fuller(every, signs, about) or signs
    value = _value(signs)
    if not signs or not _is_private(
        words, part, signs, about=about, tail=bool(_TAIL.search(before))
    ):
        return None
    shape = next((kind for kind, form in _SHAPES if form.fullmatch(value)), None)
    after = words[signs[-1].end : signs[-1].end + NEAR[False]]
    kind = CODE if about == CODE and len(value) <= 8 else shape
    kind = kind or about or _kind_in(after) or (PHONE if _MOBILE.search(value) else NUMBER)
    start = min(sign.start for sign in every if _leads_to(sign, signs[0], every))
    if about == IDENTITY and (letters := _LETTERS.search(words, 0, start)):
        start = letters.start()
    return Private(kind=kind, start=start, end=signs[-1].end)


def _is_private(
    words: str, part: Sequence[Row], signs: Sequence[Sign], *, about: str | None, tail: bool
) -> bool:
    value = _value(signs)
    sure = sum(len(sign.value) for sign in signs if sign.sure)
    called = sum(len(sign.value) for sign in signs if sign.sure or sign.called)
    counted = any(not sign.value for sign in signs)
    told = [_value([sign for sign in row.signs if not sign.little]) for row in part if row.sure]
    if all(_PUBLIC.fullmatch(one) for one in told) or all(_YEAR.fullmatch(one) for one in told):
        return tail
    if _COUNTED.match(words, signs[-1].end) and len(value) < (ALONE if about else 10):
        return False
    if tail:
        return called >= 2 and len(value) >= PARTIAL and not counted
    if about and not counted and len(value) >= ANNOUNCED:
        return called >= 2 and called * (4 if len(value) >= ALONE else 2.5) >= len(value)
    mobile = (
        len(part) == 1 and _MOBILE.fullmatch(value) and sure >= 2
    )  # nearly all of it only sounds so
    broken_off = about == PHONE and _BEGINS.fullmatch(value) and sure == len(value)
    if len(value) < 10:
        enough = len(value) >= ALONE and called * 10 >= 6 * len(value)
        return bool(broken_off) or (enough and not (counted and not about))
    return bool(mobile) or (sure >= 3 and called * 5 >= 2 * len(value))


def _without_counts(words: str, part: list[Row]) -> list[Row]:
    """Without counts at its ends that are ages or sums beside the number, and without rows that are only sounds."""
    while part and (_is_aside(words, part[0]) or (part[0].counted and len(part[0].value) < 4)):
        part = part[1:]
    while part and (not part[-1].value or _is_aside(words, part[-1])):
        part = part[:-1]
    return part


def _is_aside(words: str, row: Row) -> bool:
    """Sounds alone, in the middle of words, or little words: no part of a number by themselves."""
    return not row.called and "X" not in row.value and not _apart(words, row)


def _trimmed(words: str, signs: list[Sign], about: str | None) -> list[Sign]:
    """Without sounds at the ends where the number is whole without them, else without little words before it."""
    core = [at for at, sign in enumerate(signs) if sign.sure or (sign.value and not sign.little)]
    sure = [at for at, sign in enumerate(signs) if sign.sure]
    if not sure:
        return signs if about else []
    for ends, shapes in ((sure, _TELLING), (core, _TELLING), ([core[0], len(signs) - 1], _PLAIN)):
        told = [form for kind, form in shapes if about in (kind, None, NUMBER)]
        found = _whole(signs, ends[0], ends[-1], told)
        if found:
            return found
    start = core[0]
    if not _WORDY.match(words[max(0, signs[0].start - 1) : signs[0].start]):
        start = 0
    return signs[start:]


def _whole(
    signs: list[Sign], first: int, last: int, shapes: Sequence[re.Pattern[str]]
) -> list[Sign] | None:
    """The shortest piece around these signs that is a whole number of such a shape."""
    if last - first > 40 or not shapes:
        return None
    for end in range(last, min(len(signs), last + 6)):
        for start in range(first, max(-1, first - 6), -1):
            value = _value(signs[start : end + 1])
            if any(form.fullmatch(value) for form in shapes):
                return _with_lead(signs, start, end)
    return None


def _fuller(every: list[Sign], signs: list[Sign], about: str | None) -> list[Sign] | None:
    """With the sounds after it that make it whole: ...八爸谢谢 of a mobile number."""
    if not signs:
        return None
    told = [form for kind, form in _TELLING if about in (kind, None, NUMBER)]
    return _whole(every, every.index(signs[0]), every.index(signs[-1]), told)


def _value(signs: Sequence[Sign]) -> str:
    return "".join(sign.value for sign in signs)


def _with_lead(signs: list[Sign], start: int, end: int) -> list[Sign]:
    """A number of a telephone at home may begin one figure earlier: 是六二三四五六七, and one too many is no harm."""
    value = _value(signs[start : end + 1])
    lead = start and signs[start - 1].end == signs[start].start and len(value) == ALONE
    return signs[start - 1 if lead else start : end + 1]


def _leads_to(sign: Sign, first: Sign, every: Sequence[Sign]) -> bool:
    """The first itself, or a 十 right before it: 十一万 begins with its ten."""
    at, to = every.index(sign), every.index(first)
    between = every[at:to]
    return sign is first or (
        at < to and not any(one.value for one in between) and between[-1].end == first.start
    )


def _about(words: str, start: int) -> str | None:
    """The kind of number that the words before it announce, the last one."""
    before = words[max(0, start - NEAR[True]) : start]
    return _kind_in(before if before.isascii() else before[-NEAR[False] :], last=True)


def _kind_in(text: str, *, last: bool = False) -> str | None:
    found = [
        (m.end() if last else -m.start(), kind)
        for kind, form in _ABOUT
        for m in form.finditer(text)
    ]
    return max(found)[1] if found else None
