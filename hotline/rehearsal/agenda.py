"""The moved clock: what will happen, in its order; between two happenings no time passes."""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeAlias

from sqlalchemy.orm import Session

from hotline.rehearsal.community import Length
from tickets.policy import Policy

LONGEST = timedelta(days=300)  #: however unlikely: so long nothing takes

#: happens in a transaction that it shares with what happens at about the same time
Act: TypeAlias = Callable[[Session, datetime], None]
#: has transactions of its own
Alone: TypeAlias = Callable[[], None]


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Something that will happen."""

    at: datetime
    number: int
    act: Act | None = field(compare=False)
    alone: Alone | None = field(compare=False)
    frees: bool = field(compare=False)  #: a line: whoever waits for one need wait no more


@dataclass(slots=True)
class Agenda:
    """Called, it tells the time of day; nothing is put where it is over."""

    now: datetime
    _items: list[Item] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def __call__(self) -> datetime:
        return self.now

    def put(self, at: datetime, act: Act, *, frees: bool = False) -> None:
        self._push(Item(max(at, self.now), next(self._numbers), act, None, frees))

    def put_alone(self, at: datetime, alone: Alone) -> None:
        self._push(Item(max(at, self.now), next(self._numbers), None, alone, False))

    def next_at(self) -> datetime | None:
        return self._items[0].at if self._items else None

    def pop(self, until: datetime) -> Item | None:
        """The next thing that happens by then; it is that time now."""
        if not self._items or self._items[0].at > until:
            return None
        item = heapq.heappop(self._items)
        self.now = item.at
        return item

    def _push(self, item: Item) -> None:
        heapq.heappush(self._items, item)


@dataclass(frozen=True, slots=True)
class Chance:
    """By a seed: what happens to somebody does not depend on what happened to others before."""

    seed: int

    def of(self, *what: object) -> random.Random:
        return random.Random(" ".join(map(str, (self.seed, *what))))  # noqa: S311  # no secret

    def length(self, length: Length, *what: object) -> timedelta:
        factor = math.exp(length.spread * self.of(*what).gauss())
        return min(length.median * factor, LONGEST)

    def later(self, policy: Policy, at: datetime, length: Length, *what: object) -> datetime:
        """When something is done that is begun now."""
        always = length.always or not policy.working
        return policy.later(at, self.length(length, *what), always=always)
