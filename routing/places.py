"""Where is it? The place that somebody tells of, out of the parts of an address and the names of the community.

Pure. What is corrected in speaking counts as corrected: 胜利街，不对，是胜利路二十六号.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from routing.figures import copy_of
from routing.gazetteer import EMPTY, Gazetteer
from routing.marks import Mark, marks
from routing.marks_en import english_marks
from routing.place_text import in_english, in_mandarin

FACTS = ("estate", "street", "number", "building", "unit", "floor", "room", "district")
_NAMES = frozenset(("estate", "street"))
_HOUSE = ("number", "building", "unit", "floor", "room")

APART = 40  #: characters between two pieces of one place: 和平里的, 电梯坏了, 我住六楼

_FILLER = re.compile(
    r"(?:[儿嗯呃啊哦哎额唔那个这就是的在住我家里呢吧呀，,、。．.：:；;\s\-—–杠]|院里|门牌|号码|后面|第|[一二三四五六七八九十]+[组队]"
    r"|[东西南北中]段|单元|\b(?:the|in|at|on|of|um|uh|er|well|and|is|it|which|number|house|,)\b)*"
)
_WRONG = re.compile(
    r"不对|不不|说错|错了|记错|不是|应该是|更正|哦不|啊不|\b(?:no|sorry|i mean|correction|rather)\b"
)
_DENIED = re.compile(r"(?<![是要])不是(?:那个)?$|\bnot (?:the |at )?$")
_LIVES = re.compile(r"(?:住在?|我家|我们家|家在|地址是?|门牌号?是?|\b(?:live at|address is))\s*$")
_CUE = {True: 24, False: 12}  #: characters from one part to the next, in English and in Mandarin


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as somebody told it; figures as digits, None what was not said."""

    estate: str | None = None
    street: str | None = None
    number: str | None = None
    building: str | None = None
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    district: str | None = None
    text: str = ""  #: to be read out: 和平里三号院五号楼二单元502
    known: bool = False  #: the gazetteer has its name

    def data(self) -> dict[str, str | bool | None]:
        """All facts by name."""
        return asdict(self)

    def same(self, other: "Place") -> bool:
        """Whether this may be the other one, which is told in full: nothing contradicts, something agrees."""
        names = [(getattr(self, name), getattr(other, name)) for name in ("estate", "street")]
        agree = any(one and one == two for one, two in names)
        if not agree and any(one for one, _ in names) and any(two for _, two in names):
            return False
        pairs = [(getattr(self, fact), getattr(other, fact)) for fact in FACTS[:7]]
        told = [(one.lstrip("0"), two.lstrip("0")) for one, two in pairs if one and two]
        floor = (self.floor, other.floor or _floor_of(other.room))
        if all(floor):
            told.append((str(floor[0]), str(floor[1])))
        return bool(told) and all(one == two for one, two in told)


@dataclass(slots=True, kw_only=True)
class _Run:
    """Marks that stand together, and what they come to."""

    marks: list[Mark]
    strong: bool = False
    corrects: bool = False
    facts: dict[str, Mark] = field(default_factory=dict)

    @property
    def start(self) -> int:
        return self.marks[0].start

    @property
    def end(self) -> int:
        return self.marks[-1].end


def find_place(words: str, gazetteer: Gazetteer = EMPTY, language: str = "zh") -> Place | None:
    """The place these words tell of, the fullest one; None where nothing place-like is said."""
    runs, _ = _runs(words, gazetteer, language)
    best: dict[str, Mark] = {}
    for index, run in enumerate(runs):
        facts = _joined(run, runs[index + 1 :])
        if _weight(facts) > _weight(best):
            best = facts
    return _place(best, gazetteer, language) if best else None


def read_address(address: str, gazetteer: Gazetteer = EMPTY, language: str = "zh") -> Place | None:
    """The place of a written address, as the register has it: every part of it is one."""
    lead = "address is " if language.startswith("en") else "地址是"
    return find_place(lead + address, gazetteer, language)


def place_spans(
    words: str, gazetteer: Gazetteer = EMPTY, language: str = "zh"
) -> list[tuple[int, int]]:
    """Where house, building, entrance and room numbers stand in the words, streets with a number included.

    The name of an estate, and a floor alone, tell nobody's door: they are left out.
    """
    runs, at = _runs(words, gazetteer, language)
    return [span for run in runs for span in _telling(run, at)]


def _telling(run: _Run, at: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    numbered = [mark for mark in run.marks if mark.kind not in ("estate", "district", "community")]
    if {mark.kind for mark in numbered} <= {"street", "floor"}:
        return
    first, last = numbered[0], numbered[-1]
    yield at[first.start][0], at[last.end - 1][1]


def _runs(
    words: str, gazetteer: Gazetteer, language: str
) -> tuple[list[_Run], Sequence[tuple[int, int]]]:
    """The marks of the words in their runs, and where each character of the copy stands."""
    if language.startswith("en"):
        text, found = words.lower(), english_marks(words, gazetteer)
        at: Sequence[tuple[int, int]] = [(place, place + 1) for place in range(len(text))]
    else:
        copy = copy_of(words)
        text, at, found = copy.text, copy.at, marks(copy, gazetteer)
    runs: list[_Run] = []
    for mark in found:
        gap = text[runs[-1].end : mark.start] if runs else ""
        if runs and _belongs(runs[-1], mark, gap, text):
            continue
        wrong = bool(runs) and _corrects(gap)
        runs.append(_Run(marks=[], corrects=wrong))
        _add(runs[-1], mark, wrong=False, text=text)
    return [run for run in runs if run.strong and run.facts], at


def _belongs(run: _Run, mark: Mark, gap: str, text: str) -> bool:
    """Adds the mark to the run if it goes on there."""
    wrong = _corrects(gap)
    if not wrong and (len(gap) > _CUE[gap.isascii()] or not _FILLER.fullmatch(gap)):
        return False
    kind = _kind(run, mark)
    if not wrong and kind in run.facts:
        if kind != "estate" or run.facts["estate"].kind != "community":
            return False
        run.facts["district"] = run.facts.pop("estate")
    _add(run, mark, wrong=wrong, text=text)
    return True


def _corrects(gap: str) -> bool:
    return len(gap) <= _CUE[gap.isascii()] and bool(_WRONG.search(gap))


def _add(run: _Run, mark: Mark, *, wrong: bool, text: str) -> None:
    kind = _kind(run, mark)
    before = text[max(0, mark.start - 12) : mark.start]
    lives = bool(_LIVES.search(before))
    if mark.kind == "bare" and lives:
        kind = "room"
    run.strong |= not mark.weak or (bool(run.marks) and kind is not None)
    run.strong |= lives and (kind == "number" or mark.kind == "bare")
    run.marks.append(mark)
    if kind is None or _DENIED.search(before):
        return
    if wrong and kind in _NAMES:
        for name in _NAMES:
            run.facts.pop(name, None)
    run.facts[kind] = mark


def _kind(run: _Run, mark: Mark) -> str | None:
    """What a mark is beside those before it; None when it is nothing there."""
    inside = any(fact in run.facts for fact in ("building", "unit", "floor"))
    lane = "number" in run.facts and run.facts["number"].kind == "lane"
    became = {
        "lane": "number",
        "community": "district" if "estate" in run.facts else "estate",
        "upper": "unit" if "building" in run.facts else "building" if run.facts else None,
        "bare": "room" if run.facts else None,
        "number": "building" if lane else "room" if inside else "number",
    }
    return became.get(mark.kind, mark.kind)


def _joined(run: _Run, later: Sequence[_Run]) -> dict[str, Mark]:
    """What a run tells together with those soon after it that say more of the same place."""
    facts, end = dict(run.facts), run.end
    for other in later:
        if other.start - end > APART:
            break
        if other.corrects:
            facts |= other.facts
        elif facts.keys().isdisjoint(other.facts) and not (
            _NAMES & facts.keys() & other.facts.keys()
        ):
            facts = {**facts, **other.facts}
        else:
            break
        end = other.end
    return facts


def _weight(facts: dict[str, Mark]) -> int:
    return len(facts) + sum(2 if mark.known else 1 for k, mark in facts.items() if k in _NAMES)


def _place(facts: dict[str, Mark], gazetteer: Gazetteer, language: str) -> Place:
    told = {kind: mark.value for kind, mark in facts.items() if kind in FACTS}
    names = [mark for kind, mark in facts.items() if kind in _NAMES]
    lane = "number" in facts and facts["number"].kind == "lane"
    text = in_english(told) if language.startswith("en") else in_mandarin(told, lane=lane)
    for name in names:
        if name.also:
            told = {"street": name.also[0], "number": name.also[1]} | told
        if name.district:
            told.setdefault("district", name.district)
    there = gazetteer.at(told.get("street"), told.get("number"))
    if there:
        told.setdefault("estate", there.name)
    return Place(**told, text=text, known=bool(there) or any(name.known for name in names))


def _floor_of(room: str | None) -> str | None:
    """502 is on the fifth floor."""
    return room[:-2] if room and room.isdigit() and 3 <= len(room) <= 4 else None
