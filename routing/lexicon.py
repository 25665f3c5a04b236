"""What the words of the catalogue say: every phrase of a need that speaks for a department or one of its services."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from routing.catalogue import Catalogue
from routing.phrases import Hit, Phrasebook
from routing.pinyin import Token, tokens
from routing.signs import Signs

#: what a phrase of so many syllables (words in English) is worth
WORTH = {"zh": (0.0, 0.6, 1.0, 1.6, 2.1, 2.5), "en": (0.0, 1.0, 1.7, 2.2, 2.5)}
TOGETHER = (
    2.2  #: words that tell of a thing and its state, whatever stands between: the matter itself
)
HINT = 0.3  #: a word with "?"
ALIKE = 0.5  #: found by its sound only
FULL = 4  #: so many syllables tell a matter as well as a rule
ASIDE = 0.45  #: a word of somebody else beside a matter told in full: 物业 when the lift is broken
INSIDE = 0.2  #: part of a longer word of somebody else: 煤气 in 煤气费
FOR_DEPARTMENT = 0.5  #: names the department, not what it shall do
OTHERS = 0.2  #: further services of a department speak for it too


_RULE = re.compile(r" [+&] ")
_GAPS = re.compile(r"~| [+&] ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One phrase that speaks for a department or one of its services."""

    department: str
    service: str | None
    hit: Hit
    weight: float
    spoken: str  #: the words heard that fulfilled it

    @property
    def told_in_full(self) -> bool:
        """A thing and its state were said, not a word alone."""
        return len(self.hit.places) >= FULL or _RULE.search(self.hit.phrase) is not None


def scores(
    evidence: Iterable[Evidence],
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Department -> service -> score, and department -> score."""
    services: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    named: dict[str, float] = defaultdict(float)
    for one in evidence:
        if one.service is None:
            named[one.department] += one.weight
        else:
            services[one.department][one.service] += one.weight
    departments = {
        name: max(services[name].values(), default=0.0) * (1 - OTHERS)
        + sum(services[name].values()) * OTHERS
        + named[name] * FOR_DEPARTMENT
        for name in sorted({*services, *named})
    }
    return services, departments


def evidence_of(catalogue: Catalogue, words: str, language: str) -> list[Evidence]:
    """Language "zh" or "en"."""
    book, signs, owners = _lexicon(catalogue, language)
    said = tokens(words, language)
    hits = [*book.hits(said), *signs.hits(said)]
    found: dict[tuple[str, str | None], list[Evidence]] = defaultdict(list)
    for hit in hits:
        shadow = INSIDE if _inside_another(hit, hits) else 1.0
        for (department, service), hint in owners[hit.phrase].items():
            weight = _worth(hit, language) * hint * shadow / len(owners[hit.phrase]) ** 0.5
            one = Evidence(
                department=department,
                service=service,
                hit=hit,
                weight=weight,
                spoken=_spoken(hit, said),
            )
            found[department, service].append(one)
    return _without_asides([one for everything in found.values() for one in _apart(everything)])


def _without_asides(evidence: list[Evidence]) -> list[Evidence]:
    """Words alone weigh less when some other department's matter was told in full."""
    matters = {one.department for one in evidence if one.told_in_full and one.hit.exact}
    return [
        one if not matters or one.department in matters else replace(one, weight=one.weight * ASIDE)
        for one in evidence
    ]


def _spoken(hit: Hit, said: Sequence[Token]) -> str:
    """The words as they were heard, ``~`` for what stood between; ``≈`` and the phrase where they only sound like it."""
    words = ""
    for place, before in zip(hit.places, (hit.start - 1, *hit.places), strict=False):
        gap = "" if place == before + 1 else "~"
        space = " " if words and not gap and said[place].text.isascii() else ""
        words += gap + space + said[place].text
    return words if hit.exact or _RULE.search(hit.phrase) else f"{words}≈{hit.phrase}"


def _apart(evidence: list[Evidence]) -> list[Evidence]:
    """The heaviest phrases of one service that do not overlap, each phrase once."""
    taken: set[int] = set()
    said: set[str] = set()
    kept = []
    for one in sorted(evidence, key=lambda one: -one.weight):
        if not taken & set(one.hit.places) and one.hit.phrase not in said:
            taken.update(one.hit.places)
            said.add(one.hit.phrase)
            kept.append(one)
    return kept


def _inside_another(hit: Hit, hits: list[Hit]) -> bool:
    return any(
        len(other.places) > len(hit.places)
        and set(hit.places) < set(other.places)
        and not _GAPS.search(other.phrase)
        for other in hits
    )


def _worth(hit: Hit, language: str) -> float:
    if _RULE.search(hit.phrase):
        return TOGETHER * (1.0 if hit.exact else ALIKE)
    worth = WORTH[language]
    return worth[min(len(hit.places), len(worth) - 1)] * (1.0 if hit.exact else ALIKE)


def reasons(evidence: Iterable[Evidence], department: str | None = None) -> tuple[str, ...]:
    """The deciding phrases, heaviest first, at most six; of one department, or of all."""
    heaviest = sorted(evidence, key=lambda one: -one.weight)
    chosen = (one for one in heaviest if department in (None, one.department))
    return tuple(dict.fromkeys(one.spoken for one in chosen))[:6]


_Owners = Mapping[str, Mapping[tuple[str, str | None], float]]


@lru_cache(maxsize=4)
def _lexicon(catalogue: Catalogue, language: str) -> tuple[Phrasebook, Signs, _Owners]:
    """The phrases of a catalogue, and for each whom it speaks for and how loud (1, or a hint)."""
    owners: dict[str, dict[tuple[str, str | None], float]] = defaultdict(dict)
    places: list[tuple[tuple[str, str | None], tuple[str, ...]]] = [
        *(((one.id, None), one.words[language]) for one in catalogue.departments),
        *(((one.department, one.id), one.words[language]) for one in catalogue.services),
    ]
    for owner, words in places:
        for word in words:
            owners[word.rstrip("?")][owner] = HINT if word.endswith("?") else 1.0
    book = Phrasebook(owners, language)
    rules = {rule: (one.department, one.id) for one in catalogue.services for rule in one.signs}
    for rule, place in rules.items():
        owners[rule][place] = 1.0
    return book, Signs(catalogue.groups, rules, language), owners
