"""Teaching the routing: from the sayings that come with the hotline, and from tickets that people have put right."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.alarm import DANGER, alarmed, rules_of
from routing.catalogue import load
from routing.danger import find_danger
from routing.desk import SURE
from routing.guesser import Guesser
from routing.learning import Lesson, Tell, fit, learn, version_of
from routing.lexicon import evidence_of, scores
from routing.sayings import Saying, dangers, needs, phrases
from routing.trained import NEEDS, guesser, own, shipped
from routing.trust import Foreign
from tickets.lifecycle import Rerouted
from tickets.models import Ticket, TicketEvent

FEWEST = 8  #: corrected tickets: a quarter of them is kept back to judge the new guesser by
#: services that are about something that may be happening now: they teach neither calm nor danger
ACUTE = {"police/fraud", "police/missing_person", "police/public_order"}


class CannotTeach(Exception):
    """The message says why; nothing has been changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """How many tickets were learnt from and judged by, how many each guesser had right, and was it switched."""

    learnt: int
    judged: int
    before: int
    after: int
    switched: bool
    version: str


def need_evidence(one: Saying) -> dict[str, float]:
    """What the lexicon says of each department."""
    return dict(scores(evidence_of(load(), one.words, one.language))[1])


def danger_evidence(one: Saying) -> dict[str, float]:
    return dict(rules_of(find_danger(one.words, one.language)))


def teach_needs(tell: Tell) -> tuple[Guesser, Foreign]:
    """From the corpus and the catalogue; each writer is held back once."""
    sayings = needs()
    lesson = Lesson.of([*sayings, *phrases(load())], need_evidence, tell)
    return learn(lesson, [frozenset([one]) for one in _writers(sayings)], tell)


def teach_dangers(tell: Tell) -> tuple[Guesser, Foreign]:
    """Emergencies against calm and tricky sayings, and against the needs of everyday."""
    near = dangers()
    everyday = [
        Saying(one.words, "calm/everyday", f"needs {one.writer}", one.language)
        for one in needs()
        if one.label not in ACUTE
    ]
    writers, others = _writers(near), _writers(everyday)
    folds = [
        frozenset([one, *others[number :: len(writers)]]) for number, one in enumerate(writers)
    ]
    return learn(Lesson.of([*near, *everyday], danger_evidence, tell), folds, tell)


def _writers(sayings: Sequence[Saying]) -> list[str]:
    return sorted({one.writer for one in sayings})


def corrected(session: Session) -> list[Saying]:
    """Tickets that a person sent elsewhere: their words belong to where they are now."""
    moved = select(TicketEvent.ticket_id).where(TicketEvent.kind == Rerouted.__name__)
    rows = session.scalars(select(Ticket).where(Ticket.id.in_(moved)).order_by(Ticket.id))
    known = {one.id: one.department for one in load().services}
    return [
        Saying(one.words, f"{one.department}/{_service(one, known)}", f"ticket {one.id}", one.language)
        for one in rows
        if one.department and one.words.strip()
    ]  # fmt: skip


def _service(ticket: Ticket, known: dict[str, str]) -> str:
    fits = ticket.service and known.get(ticket.service) == ticket.department
    return str(ticket.service) if fits else "-"


def teach_from_tickets(home: Path, tickets: Sequence[Saying], tell: Tell) -> Taught:
    """A new guesser takes over only where it has more of the tickets kept back right. Raises CannotTeach."""
    kept = [one for one in tickets if _kept_back(one)]
    learnt = [one for one in tickets if not _kept_back(one)]
    if len(tickets) < FEWEST or not kept or len({one.group for one in learnt}) < 2:
        raise CannotTeach(
            f"{len(tickets)} tickets were sent elsewhere by a person; it takes {FEWEST}, of two departments, "
            "to learn from them."
        )
    old = guesser(home, NEEDS)
    new = _with(old, learnt, tell)
    before, after = (_right(one, kept) for one in (old, new))
    if switched := after > before:
        file = own(home, NEEDS)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_bytes(new.save())
        fresh.replace(file)
    return Taught(
        learnt=len(learnt), judged=len(kept), before=before, after=after,
        switched=switched, version=(new if switched else old).version,
    )  # fmt: skip


def _kept_back(one: Saying) -> bool:
    """Every fourth, by its words: the same ticket is never learnt from at one time and judged by at another."""
    return hashlib.sha256(one.words.encode()).digest()[0] % 4 == 0


def _with(old: Guesser, learnt: Sequence[Saying], tell: Tell) -> Guesser:
    """All sayings and these; what the old one trusts in is kept."""
    whole, fresh = _all_sayings(tell), Lesson.of(learnt, need_evidence, tell)
    meanings = None
    if whole.meanings is not None and fresh.meanings is not None:
        meanings = np.concatenate([whole.meanings, fresh.meanings])
    both = Lesson((*whole.sayings, *fresh.sayings), meanings, (*whole.evidence, *fresh.evidence))
    tell("all of them", 0.0)
    return replace(fit(both, old.groups), trust=old.trust, trust_words=old.trust_words)


def _all_sayings(tell: Tell) -> Lesson:
    """What the hotline came with; its vectors are in the guesser, unless somebody has changed the sayings."""
    sayings, known = [*needs(), *phrases(load())], shipped(NEEDS)
    if version_of(sayings) != known.version or not len(known.known):
        return Lesson.of(sayings, lambda _: {}, tell)
    meanings = (known.known / 127).astype(np.float32)
    return Lesson(tuple(sayings), meanings, tuple({} for _ in sayings))


def _right(one: Guesser, sayings: Sequence[Saying]) -> int:
    return sum(
        one.guess(saying.words, saying.language, need_evidence(saying)).best == saying.group
        for saying in sayings
    )


def foreign_figures(foreign: Foreign, sure: float) -> dict[str, Any]:
    """What a guesser is worth on writers it has not seen; a question offers three and is answered right 90 % of the time."""
    told = np.array([foreign.groups.index(one.group) for one in foreign.sayings])
    order = np.argsort(-foreign.shares, axis=1)
    best, asked = order[:, 0] == told, foreign.shares.max(axis=1) < sure
    offered = (order[:, :3] == told[:, None]).any(axis=1)
    right = (best & ~asked).sum() + 0.9 * (offered & asked).sum()
    return {
        "sayings": len(told),
        "first_choice": round(float(best.mean()), 4),
        "asked": round(float(asked.mean()), 4),
        "unasked_right": round(float(best[~asked].mean()), 4) if (~asked).any() else None,
        "with_question": round(float(right / len(told)), 4),
    }


def save_taught(taught: tuple[Guesser, Foreign], file: Path) -> dict[str, Any]:
    """Writes the guesser; what it is worth on writers held back."""
    taught_guesser, foreign = taught
    file.write_bytes(taught_guesser.save())
    figures = {"version": taught_guesser.version, "groups": len(foreign.groups)}
    return figures | (
        alarm_figures(foreign) if DANGER in foreign.groups else foreign_figures(foreign, SURE)
    )


def alarm_figures(foreign: Foreign) -> dict[str, Any]:
    """Share that is asked "are you in danger now", or sure to be; of emergencies and of requests without danger, with counts."""
    likely = foreign.shares[:, foreign.groups.index(DANGER)].tolist()
    alerted = [
        alarmed(share, find_danger(one.words, one.language))
        for one, share in zip(foreign.sayings, likely, strict=True)
    ]
    return alarms(foreign.sayings, alerted)


def alarms(sayings: Sequence[Saying], alerted: Sequence[bool]) -> dict[str, Any]:
    """Recall and false alarms; by kind and by writer as [asked about, of how many]."""
    kinds: dict[str, list[bool]] = {}
    writers: dict[str, dict[str, list[bool]]] = {}
    for one, alert in zip(sayings, alerted, strict=True):
        sort = one.group if one.group == DANGER else one.label.partition("/")[2]
        for name in {sort, one.label.partition("/")[2]}:
            kinds.setdefault(name, []).append(alert)
        writers.setdefault(one.writer, {}).setdefault(sort, []).append(alert)
    quiet = [alert for name in ("calm", "everyday") for alert in kinds.get(name, [])]
    return {
        "emergency_recall": _share(kinds.get(DANGER, [])),
        "emergency_false_alarms": _share(quiet),
        "emergency_false_alarms_tricky": _share(kinds.get("tricky", [])),
        "emergency_kinds": {name: _counted(found) for name, found in sorted(kinds.items())},
        "emergency_writers": {
            writer: {name: _counted(found) for name, found in sorted(sorts.items())}
            for writer, sorts in sorted(writers.items())
        },
    }


def _share(found: Sequence[bool]) -> float | None:
    return round(sum(found) / len(found), 4) if found else None


def _counted(found: Sequence[bool]) -> list[int]:
    return [sum(found), len(found)]


Progress = Callable[[str, float], None]
