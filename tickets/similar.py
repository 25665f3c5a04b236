"""Finding needs that sound alike, without keeping how they sound: every piece of sound is a keyed hash.

The pieces come from upstairs as plain strings (``routing.alike.sounds``). A row holds them as a sorted set, so
that neither their order nor their number tells a sentence; see docs/decisions/0011.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ForeignKey, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.seal import Keyring, keyring_of

LETTERS = "abcdefghijklmnopqrstuvwxyz"
LENGTH = (
    7  #: letters of a blinded piece: 33 bits, so that of 100,000 pieces about one shares its word
)
EVERY = ""  #: in the counts: all tickets there are
RAREST = 20  #: pieces that are looked for
MOST = 2000  #: newest tickets that are looked at for one piece
#: tickets that the rarer pieces have together: the commoner ones are left out then. Misheard pieces are the rarest of all: with
#: 3,000 the right one of a million was among five in 77 of 100 trials, with 7,000 in 93, with 10,000 in 96 (hotline bench repeats)
ENOUGH = 7000
LOCK = 7_240_120  #: PostgreSQL's advisory lock: two writers of the counts would wait for each other


class TicketSounds(Base):
    """The blinded pieces of one need. SQLite has FTS5 over it, PostgreSQL a GIN index (migration 0003)."""

    __tablename__ = "ticket_sounds"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    sounds: Mapped[str] = mapped_column(Text)  #: words of ``LENGTH`` letters, sorted, each once


class SoundCount(Base):
    """In how many tickets a piece is: rare ones tell most."""

    __tablename__ = "sound_counts"

    sound: Mapped[str] = mapped_column(String(8), primary_key=True)
    tickets: Mapped[int]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What is looked for: blinded pieces, each with its weight, ln(1 + tickets / (1 + tickets with it))."""

    weights: Mapping[str, float]
    counts: Mapping[str, int]

    def alike(self, sounds: str) -> float:
        """0 to 1: twice the weight of what both have over the weight of all (Dice 1945).

        A piece that only the other has weighs what ours weigh on average.
        """
        others = sounds.split()
        if not others or not self.weights:
            return 0.0
        ours = sum(self.weights.values())
        both = sum(self.weights.get(one, 0.0) for one in others)
        return min(1.0, 2 * both / (ours + len(others) * ours / len(self.weights)))

    def rarest(self) -> list[str]:
        """Those to look for; pieces that no ticket has find nothing."""
        known = sorted((one for one in self.weights if self.counts.get(one)), key=self._count)
        chosen: list[str] = []
        for one in known[:RAREST]:
            if chosen and sum(map(self._count, chosen)) + self._count(one) > ENOUGH:
                break
            chosen.append(one)
        return chosen

    def _count(self, sound: str) -> int:
        return self.counts[sound]


def blinded(keyring: Keyring, sounds: Iterable[str]) -> list[str]:
    """Each piece as a short word that only this keyring makes, sorted, each once."""
    return sorted({_word(keyring, one) for one in sounds})


@lru_cache(maxsize=65536)
def _word(keyring: Keyring, sound: str) -> str:
    number = int.from_bytes(keyring.blind(f"sound {sound}")[:8])
    word = ""
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        word += LETTERS[letter]
    return word


def keep_sounds(session: Session, ticket: int, sounds: Iterable[str]) -> None:
    """Index a need, or index it anew; in the transaction of whatever changed it."""
    session.flush()
    now = blinded(keyring_of(session), sounds)
    row = session.get(TicketSounds, ticket)
    before = set(row.sounds.split()) if row else set()
    if row is None:
        session.add(TicketSounds(ticket_id=ticket, sounds=" ".join(now)))
    elif set(now) == before:
        return
    else:
        row.sounds = " ".join(now)
    session.flush()
    come = dict.fromkeys(set(now) - before, 1) | ({} if row else {EVERY: 1})
    count_sounds(session, come | dict.fromkeys(before.difference(now), -1))


def count_sounds(session: Session, changes: Mapping[str, int]) -> None:
    """Add to the counts, in one order for everybody."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    rows = [{"sound": one, "tickets": changes[one]} for one in sorted(changes)]
    if rows:
        session.execute(_COUNT, rows)


_COUNT = text(
    "INSERT INTO sound_counts (sound, tickets) VALUES (:sound, :tickets) "
    "ON CONFLICT (sound) DO UPDATE SET tickets = sound_counts.tickets + excluded.tickets"
)


def pieces(session: Session, sounds: Iterable[str]) -> Pieces:
    """What to look for, with the rarities of this moment."""
    return pieces_of(session, blinded(keyring_of(session), sounds))


def pieces_of(session: Session, words: Sequence[str]) -> Pieces:
    """The same of pieces that are blinded already."""
    rows = select(SoundCount.sound, SoundCount.tickets).where(SoundCount.sound.in_([EVERY, *words]))
    counts: dict[str, int] = dict(session.execute(rows).all())
    every = max(counts.get(EVERY, 0), 1)
    weights = {one: math.log(1 + every / (1 + max(counts.get(one, 0), 0))) for one in words}
    return Pieces(weights, counts)


def likest(
    session: Session, wanted: Pieces, *, first: int = 0, limit: int = 5
) -> list[tuple[int, float]]:
    """The tickets, from number ``first`` on, that sound most like it, each with its share; looked for by the rarest pieces."""
    found = sounds_of(session, nearest(session, wanted, first=first))
    alike = sorted(((wanted.alike(kept), one) for one, kept in found.items()), reverse=True)
    return [(one, share) for share, one in alike[:limit]]


def nearest(session: Session, wanted: Pieces, *, first: int = 0, limit: int = 30) -> list[int]:
    """Numbers of the tickets, from ``first`` on, that share most of the rarest pieces; the likest first."""
    words = wanted.rarest()
    if not words:
        return []
    one = _FIND[session.get_bind().dialect.name]
    union = " UNION ALL ".join(one.format(n=n) for n in range(len(words)))
    query = (
        f"SELECT ticket_id FROM ({union}) AS found GROUP BY ticket_id "  # noqa: S608  numbers only
        "ORDER BY sum(weight) DESC, ticket_id DESC LIMIT :limit"
    )
    facts: dict[str, object] = {"first": first, "limit": limit, "most": MOST}
    for n, word in enumerate(words):
        facts |= {f"word{n}": word, f"weight{n}": wanted.weights[word]}
    return list(session.scalars(text(query), facts))


#: the newest tickets with one piece
_FIND = {
    "sqlite": "SELECT * FROM (SELECT rowid AS ticket_id, :weight{n} AS weight FROM ticket_sounds_fts "
    "WHERE ticket_sounds_fts MATCH :word{n} AND rowid >= :first ORDER BY rowid DESC LIMIT :most)",
    # OFFSET 0: else the planner walks back through all tickets rather than use the index of pieces
    "postgresql": "SELECT * FROM (SELECT ticket_id, CAST(:weight{n} AS double precision) AS weight "
    "FROM (SELECT ticket_id FROM ticket_sounds WHERE string_to_array(sounds, ' ') @> "
    "ARRAY[CAST(:word{n} AS text)] OFFSET 0) AS with{n} WHERE ticket_id >= :first "
    "ORDER BY ticket_id DESC LIMIT :most) AS found{n}",
}


def sounds_of(session: Session, tickets: Sequence[int]) -> dict[int, str]:
    """The blinded pieces of some tickets, by their number."""
    rows = select(TicketSounds.ticket_id, TicketSounds.sounds)
    found = session.execute(rows.where(TicketSounds.ticket_id.in_(tickets)))
    return dict(found.all())
