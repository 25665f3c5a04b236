"""Who lives there, and what they need when: drawn once, by the seed, whatever the policy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from hotline.rehearsal.agenda import Chance
from hotline.rehearsal.community import Community
from proxy_agents.residents import Pace, Resident
from routing.sayings import needs as sayings
from store.seal import keyring_of

MONTH = 30  #: days
AT_ONCE = 1000  #: residents in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    number: int
    at: datetime
    resident: int
    department: str
    service: str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a rehearsal has to know of a resident."""

    id: int
    number: str  #: "" for none
    bad_number: bool
    never_answers: bool
    at_risk: bool
    quiet: str  #: hours of their own


def person(community: Community, chance: Chance, number: int) -> Person:
    draw, of = chance.of("resident", number), community.residents
    without, bad, never, risk, quiet = (draw.random() for _ in range(5))
    return Person(
        id=number,
        number="" if without < of.without_number else f"139{number:08d}",
        bad_number=bad < of.bad_number,
        never_answers=never < of.never_answer,
        at_risk=risk < of.at_risk,
        quiet=of.own_quiet_hours if quiet < of.own_quiet else "",
    )


def needs_of(
    community: Community, seed: int, *, residents: int, days: int, zone: tzinfo
) -> list[Need]:
    """All needs of these days, in their order."""
    draw = np.random.default_rng(seed)
    said = [one for one in sayings() if not one.label.endswith("/-")]
    mean = residents * community.needs.a_month / MONTH / ((5 + 2 * community.needs.weekend) / 7)
    needs = []
    for day in range(days):
        date = community.begin + timedelta(days=day)
        weight = community.needs.weekend if date.weekday() >= 5 else 1.0
        told = draw.poisson(mean * weight)
        midnight = datetime(date.year, date.month, date.day, tzinfo=zone)
        whose = draw.integers(1, residents + 1, told)
        which = draw.integers(0, len(said), told)
        for second, who, saying in zip(_seconds(community, draw, told), whose, which, strict=True):
            department, _, service = said[saying].label.partition("/")
            at = midnight + timedelta(seconds=float(second))
            needs.append((at, int(who), department, service, said[saying].words))
    return [
        Need(
            number=number, at=at, resident=who, department=department, service=service, words=words
        )
        for number, (at, who, department, service, words) in enumerate(needs, 1)
    ]


def _seconds(community: Community, draw: np.random.Generator, told: int) -> NDArray[np.float64]:
    """Of the day, in their order."""
    parts = community.needs.hours
    shares = np.array(list(parts.values()))
    chosen = draw.choice(len(shares), size=told, p=shares / shares.sum())
    begins = np.array([_second(one.begin) for one in parts])
    ends = np.array([_second(one.end) for one in parts])
    lengths = (ends - begins) % 86_400
    return np.sort((begins[chosen] + draw.random(told) * lengths[chosen]) % 86_400)


def _second(hour: time) -> int:
    return int(hour.hour * 3600 + hour.minute * 60)


def write_down(session: Session, people: Iterable[Person], at: datetime) -> None:
    """Into the register."""
    keyring = keyring_of(session)
    rows: list[dict[str, object]] = [
        {
            "id": one.id,
            "name": f"resident {one.id}",
            "phone": one.number or None,
            "phone_index": keyring.blind(one.number) if one.number else None,
            "address": f"street {one.id % 97}, house {one.id % 41}, door {one.id}",
            "building": f"{one.id % 97}/{one.id % 41}",
            "language": "zh",
            "pace": Pace.NORMAL,
            "quiet_hours": one.quiet or None,
            "at_risk": one.at_risk,
            "added_at": at,
        }
        for one in people
    ]
    for some in _chunks(rows):
        session.execute(insert(Resident), some)


def _chunks(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    yield from (rows[begin : begin + AT_ONCE] for begin in range(0, len(rows), AT_ONCE))
