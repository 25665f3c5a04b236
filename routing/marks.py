"""The parts of a Mandarin address one by one: a street, a house number, a building, an entrance, a floor, a room.

A mark is one part with its value in figures. A weak mark is an address only beside another one: 十五号 alone is a day.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from routing.figures import NUMERALS, Copy, figures
from routing.gazetteer import Gazetteer

NAMES = ("estate", "street", "district")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One part of an address, and where it stands in the copy of the text."""

    kind: str  #: estate, street, district, lane, number, building, unit, floor, room, bare
    value: str
    start: int
    end: int
    weak: bool = False
    known: bool = False  #: the gazetteer has the name
    district: str | None = None  #: what the gazetteer says of it
    also: tuple[str, str] | None = None  #: street and number the gazetteer has for a landmark


_N = f"[{NUMERALS}]{{1,9}}"
_FEW = f"[{NUMERALS}]{{1,4}}"
_COUNTED = "[块元个岁年月日天点分度斤两次号路床斗人口平米万亿家只条张片股%％./]|以前|以后|左右|多"
_UNIT = "(?:单元|单圆|单园|单员|但元|担元|丹元)"

#: kind, pattern with the value as its first group, weak
_PARTS: tuple[tuple[str, str, bool], ...] = (
    ("building", rf"第?({_N}|[A-Z])(?:号楼|号栋|号幢|[栋幢])(?!之间|都|楼|房子|别墅|大楼)", False),
    ("building", r"([A-Z])[座楼]", False),
    ("building", rf"第?({_N})座", True),
    # as a recogniser writes 栋 and 幢
    (
        "building",
        rf"({_FEW})[洞动冬懂撞状壮](?=第?{_FEW}{_UNIT}|[零〇幺一二两三四五六七八九]{{3,4}}(?!{_COUNTED}))",
        False,
    ),
    ("unit", rf"第?({_N}|[A-Z])(?:号)?{_UNIT}(?!楼)", False),
    ("unit", rf"第?({_FEW})门(?![课口功牌诊亲窗票面子心店禁])", True),
    ("floor", rf"第?({_FEW})楼(?![房长道])", False),
    ("floor", rf"第?({_FEW})层(?![的楼板被窗])", True),
    ("room", rf"([{NUMERALS}]{{3,9}})(?:号?房间?(?![顶东子屋租])|室|户)", False),
    (
        "room",
        rf"([{NUMERALS}]{{1,2}})(?:号房(?![顶东子屋租])|室|户)(?![{NUMERALS}]厅|的房|人家)",
        True,
    ),
    ("room", r"([东西南北中]户|[东西南北]边户|[左右]手户)", True),
    ("lane", rf"({_N})弄(?!堂|得|坏|好|了|到|丢|成)", True),
    (
        "number",
        rf"(?<![月{NUMERALS}])([甲乙丙丁]?{_N})号(?:大院|院)?(?![楼线床车公台桌窗病机柜库信晚早上下中凌才就交到发给开])",
        True,
    ),
    ("number", rf"(?<![月{NUMERALS}])([甲乙丙丁]?{_N})号(?=[上下]水|下面|中间|上面|门)", True),
)
_DASHED = re.compile(
    rf"(?<![{NUMERALS}杠\-—–])({_FEW})[杠\-—–]({_FEW})(?:[杠\-—–]({_FEW}))?(?![{NUMERALS}杠\-—–])"
)
_BARE = re.compile(rf"(?<![{NUMERALS}])({_N})(?![{NUMERALS}]|{_COUNTED})")
_BY_MARK = [(kind, re.compile(pattern), weak) for kind, pattern, weak in _PARTS]

_ROAD = "大街|大道|胡同|[路街巷]"
_HOUSES = "小区|新村|花园|公寓|家园|嘉园|家属院|宿舍|大院|山庄|庄园|新城|华庭|苑"
_HOUSES_IF = "园|里|村|庄|湾|庭|府|城|坊|院"
_SUFFIX = re.compile(
    rf"(?P<district>街道)|(?P<street>{_ROAD})(?!口|边|灯|面|上|道|况|坊|车|公交|汽车|电车)|(?P<street_on>{_ROAD})(?=口|上|边)"
    rf"|(?P<community>社区)(?!里|医院)|(?P<estate>(?:{_HOUSES})+)|(?P<maybe>{_HOUSES_IF})|(?P<town>区)"
)
_MORE = re.compile(rf"(?:[{NUMERALS}]期|[东西南北A-Z甲乙丙]区)")
_NUMBERED = re.compile(
    rf"儿?的?[，,]?(?:[东西南北中]段)?(?:{_FEW}[组队])?第?(?:甲|乙)?(?:{_FEW}(?:号|[栋幢座弄层楼]|{_UNIT}|[杠-]|门)|[A-Z][座栋]|[零〇幺一二三四五六七八九十]{{3,5}}(?!{_COUNTED}))"
)
_EDGE = frozenset(
    "儿走坐乘倒换等我你您他她它们是在住到去从来叫的了着过那这哪该此个就嗯啊呃哎哦呀吧呢吗把跟给对说找往条有没不也都还只很太又再俺咱离与、，,。.!！?？;；:："
)
_LEAD = re.compile(
    r"^(?:家|地址|门口|附近|旁边|对面|隔壁|前面|后面|前头|后头|东边|西边|南边|北边|一直|靠近|靠|和|记得|反映|沿)+"
)
_PLACED = re.compile(r"(?:[在住到是去从来叫离往找址家])$")
#: what no name of a road, of houses or of a village ends with: 马路, 老小区, 医院里
_NO_NAME = {
    "路": frozenset(
        "马走公铁道线电水半迷问修让土泥过下行小大老新旧后前整全班菜赶带网出思一窄宽条区绕认"
    ),
    "街": frozenset("满块看条逛小行步窄上"),
    "estate": frozenset("整全老旧各本新小大个他她么"),
    "maybe": frozenset("住出幼公校医学法政产农进菜逛"),
    "里": frozenset("家屋楼房店厂院村库车箱包柜城夜手心门外乡道区"),
}
_NO_NAME |= {"巷": _NO_NAME["街"], "社区": _NO_NAME["estate"]}


def marks(copy: Copy, gazetteer: Gazetteer) -> list[Mark]:
    """Every part of an address in the copy, in order, none over another; names before numbers."""
    names = [*_known(copy, gazetteer)]
    names += _unknown(copy.text, names)
    found = [*names, *_numbered(copy.text)]
    taken: set[int] = set()
    kept = []
    for mark in found:
        if taken.isdisjoint(range(mark.start, mark.end)):
            taken.update(range(mark.start, mark.end))
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)


def _known(copy: Copy, gazetteer: Gazetteer) -> Iterator[Mark]:
    for one in gazetteer.find(copy):
        entry, end = one.entry, one.end
        if copy.text.startswith("街道", end):
            continue
        if entry.kind != "street" and copy.text.startswith("小区", end):
            end += 2
        more = _MORE.match(copy.text, end) if entry.kind == "estate" else None
        kind = {"street": "street", "community": "community"}.get(entry.kind, "estate")
        yield Mark(
            kind=kind,
            value=entry.name + (more[0] if more else ""),
            start=one.start,
            end=more.end() if more else end,
            known=True,
            district=entry.district,
            also=(entry.street, entry.number)
            if entry.kind == "landmark" and entry.street and entry.number
            else None,
        )


def _unknown(text: str, known: Iterable[Mark]) -> list[Mark]:
    """Names by their endings: 金桂苑小区, 解放大街; those that may be anything only where a number follows."""
    taken = {at for mark in known for at in range(mark.start, mark.end)}
    found: list[Mark] = []
    for ending in _SUFFIX.finditer(text):
        if taken.isdisjoint(range(*ending.span())):
            mark = _named(text, ending, taken)
            if mark:
                taken.update(range(mark.start, mark.end))
                found.append(mark)
    return found


def _named(text: str, ending: re.Match[str], taken: set[int]) -> Mark | None:
    kind = ending.lastgroup or ""
    begin = _beginning(text, ending.start(), taken)
    name = text[begin : ending.start()]
    if (
        len(name) < 2
        or name[-1] in _NO_NAME.get(ending[0], _NO_NAME.get(kind, ""))
        or all(one in NUMERALS for one in name)
    ):
        return None
    more = _MORE.match(text, ending.end())
    end = more.end() if more else ending.end()
    placed = bool(_PLACED.search(text[max(0, begin - 1) : begin])) or begin - 1 in taken
    placed |= end == len(text) and begin == 0
    numbered = _NUMBERED.match(text, end)
    if kind == "maybe" and not numbered:
        return None
    if kind == "town" and not (1 < len(name) < 4 and _SUFFIX.search(text[end : end + 6])):
        return None
    if kind == "street_on" and not placed:
        return None
    what = {"maybe": "estate", "town": "district", "street_on": "street"}.get(kind, kind)
    return Mark(kind=what, value=text[begin:end], start=begin, end=end, weak=not placed)


def _beginning(text: str, end: int, taken: set[int]) -> int:
    """Where a name begins that ends here: after what is no part of a name, at most six characters back."""
    begin = end
    while begin > max(0, end - 6) and text[begin - 1] not in _EDGE and begin - 1 not in taken:
        if not "\u3400" <= text[begin - 1] <= "\u9fff" or text[begin - 1] in "号栋幢":
            break
        begin -= 1
    lead = _LEAD.match(text[begin:end])
    if lead and end - begin - lead.end() >= 2:
        begin += lead.end()
    return begin


def _numbered(text: str) -> Iterator[Mark]:
    for found in _DASHED.finditer(text):
        yield from _dashed(found)
    for kind, pattern, alone in _BY_MARK:
        for found in pattern.finditer(text):
            if kind == "floor" and text[found.start() - 1 : found.start()] in ("共", "盖"):
                continue
            value = _value(found[1])
            weak = alone or (kind == "room" and value.isdigit() and len(value) < 3)
            yield Mark(kind=kind, value=value, start=found.start(), end=found.end(), weak=weak)
    for found in _BARE.finditer(text):
        value = figures(found[1])
        said_one_by_one = found[1][0] not in "十百千" and len(value) <= 5
        if len(value) >= 3 and (said_one_by_one or ("十" in found[1][:-1] and len(value) <= 4)):
            yield Mark(kind="bare", value=value, start=found.start(), end=found.end(), weak=True)


def _dashed(found: re.Match[str]) -> Iterator[Mark]:
    """三杠二杠五零一: building, entrance and room; 二杠五零一: what its neighbours leave."""
    said = [figures(one) for one in found.groups() if one]
    if len(said) == 3 and (len(said[0]) > 3 or ("杠" not in found[0] and len(said[2]) < 3)):
        return
    kinds = ("building", "unit", "room") if len(said) == 3 else ("upper", "bare")
    for index, (kind, value) in enumerate(zip(kinds, said, strict=True), 1):
        start, end = found.span(index)
        yield Mark(kind=kind, value=value, start=start, end=end, weak=len(said) == 2)


def _value(said: str) -> str:
    """Figures for what is a number, letters and sides as they are."""
    head = said[0] if said[0] in "甲乙丙丁" else ""
    number = said[len(head) :]
    return head + figures(number) if number and number[0] in NUMERALS else said
