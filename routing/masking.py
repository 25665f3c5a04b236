"""What departments and the public may read: who, which number and which door are told by a label alone."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from routing.birthdays import birthdays
from routing.full_names import full_names
from routing.gazetteer import EMPTY, Gazetteer
from routing.places import place_spans
from routing.private_numbers import private_numbers

LABELS = {
    "phone": ("［电话］", "[phone]"),
    "id": ("［证件号］", "[ID number]"),
    "card": ("［卡号］", "[card number]"),
    "code": ("［验证码］", "[code]"),
    "number": ("［号码］", "[number]"),
    "birthday": ("［生日］", "[birthday]"),
    "address": ("［地址］", "[address]"),
    "name": ("［姓名］", "[name]"),
}

_Span = tuple[int, int, str]


def mask(
    words: str, language: str = "zh", *, names: Sequence[str] = (), gazetteer: Gazetteer = EMPTY
) -> str:
    """The words with a label for every private number, full name and door; any text is fine, also none.

    ``names`` are people the case is about, hidden wherever they are said, also written as they sound.

    >>> mask("我叫王秀英，电话幺三八 嗯 零零幺三 八幺幺二")
    '我叫［姓名］，电话［电话］'
    """
    english = language.startswith("en")
    found = spans(words, language, names=names, gazetteer=gazetteer)
    masked, place = "", 0
    for start, end, kind in _apart(found, len(words)):
        masked += words[place:start] + LABELS[kind][english]
        place = end
    return masked + words[place:]


def spans(
    words: str, language: str = "zh", *, names: Sequence[str] = (), gazetteer: Gazetteer = EMPTY
) -> list[_Span]:
    """(start, end, kind of label) of everything private: days of birth, numbers, doors, names."""
    days = [(*day, "birthday") for day in birthdays(words)]
    numbers = [(one.start, one.end, one.kind) for one in private_numbers(words, language)]
    doors = [(*span, "address") for span in place_spans(words, gazetteer, language)]
    people = [(*span, "name") for span in full_names(words, language, names)]
    return [*days, *numbers, *doors, *people]


def _apart(found: Sequence[_Span], length: int) -> Iterator[_Span]:
    """None over another: what reaches into an earlier one is cut there."""
    owners: list[int | None] = [None] * length
    for index, (start, end, _) in enumerate(found):
        for at in range(start, end):
            if owners[at] is None:
                owners[at] = index
    place = 0
    for owner, run in groupby(owners):
        start, place = place, place + len(list(run))
        if owner is not None:
            yield start, place, found[owner][2]
