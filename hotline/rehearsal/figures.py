"""What came of a rehearsal, counted in its own tables: promises made and kept, calls, lines, visits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tickets.callbacks import Aim, Callback, DialAttempt
from tickets.clocks import Clock
from tickets.lifecycle import Status
from tickets.models import Ticket, TicketEvent, Timer
from tickets.visits import Visit
from tickets.waiting import Waiting

if TYPE_CHECKING:
    from hotline.rehearsal.company import Dialled
    from hotline.rehearsal.others import Fate
    from hotline.rehearsal.run import Rehearsal

#: the event that keeps a promise
KEPT_BY = {"Taken": Clock.RESPOND, "Handled": Clock.HANDLE, "Told": Clock.FEEDBACK}


def figures_of(one: "Rehearsal") -> dict[str, Any]:
    with one.house.database.read() as session:
        return {
            "residents": one.plan.residents,
            "days": one.plan.days,
            "seed": one.plan.seed,
            "needs": _needs(session, one),
            "promises": _promises(session, one.end),
            "callbacks": _callbacks(session),
            "lines": _lines(one),
            "visits": _visits(session),
            "escalations": _escalations(session),
            "dialogues": _dialogues(one),
            "worker": {"rounds": one.rounds},
        }


def _needs(session: Session, one: "Rehearsal") -> dict[str, Any]:
    """Where every need stands in the end; each is counted once."""
    status = {row.id: row.status for row in session.execute(select(Ticket.id, Ticket.status))}
    came_of = {
        row.id: row.ticket_id for row in session.execute(select(Waiting.id, Waiting.ticket_id))
    }
    stands = Counter(
        _stands(one.others.fates.get(need.number), status, came_of) for need in one.needs
    )
    return {"told": len(one.needs), "stand": dict(stands)}


def _stands(
    fate: "Fate | None", status: Mapping[int, Status], came_of: Mapping[int, int | None]
) -> str:
    kind, number = fate or ("lost", 0)
    ticket = came_of[number] if kind == "waiting" else number if kind == "ticket" else None
    if ticket is not None:
        return status[ticket].value
    return "waits for a person" if kind == "waiting" else kind


def _promises(session: Session, end: datetime) -> dict[str, Any]:
    """Of each clock: the so-many-th promise of a ticket is kept by the so-many-th event."""
    kept = _kept(session)
    found: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    order: Counter[tuple[int, Clock]] = Counter()
    rows = select(Timer.ticket_id, Timer.kind, Timer.promised_at).order_by(Timer.id)
    for ticket, clock, promised in session.execute(rows):
        moments = kept[ticket, clock]
        which = order[ticket, clock]
        order[ticket, clock] += 1
        found[clock].append((promised, moments[which] if which < len(moments) else None))
    return {clock: _kept_of(found[clock], end) for clock in Clock}


def _kept(session: Session) -> dict[tuple[int, Clock], list[datetime]]:
    """When each clock of each ticket was stopped; the first human contact counts for the first one."""
    kept: dict[tuple[int, Clock], list[datetime]] = defaultdict(list)
    looked = select(Waiting.ticket_id, Waiting.taken_at).where(Waiting.taken_at.is_not(None))
    for ticket, taken in session.execute(looked):
        if ticket is not None and taken is not None:
            kept[ticket, Clock.RESPOND].append(taken)
    rows = select(TicketEvent.ticket_id, TicketEvent.kind, TicketEvent.at)
    rows = rows.where(TicketEvent.kind.in_(KEPT_BY))
    for ticket, kind, at in session.execute(rows.order_by(TicketEvent.ticket_id, TicketEvent.seq)):
        kept[ticket, KEPT_BY[kind]].append(at)
    for (_ticket, clock), moments in kept.items():
        if clock is Clock.RESPOND:
            moments.sort()
    return kept


def _kept_of(promises: Sequence[tuple[datetime, datetime | None]], end: datetime) -> dict[str, Any]:
    late = [kept - promised for promised, kept in promises if kept and kept > promised]
    on_time = sum(1 for promised, kept in promises if kept and kept <= promised)
    broken = sum(1 for promised, kept in promises if kept is None and promised <= end)
    due = on_time + len(late) + broken
    return {
        "made": len(promises),
        "on_time": on_time,
        "late": len(late),
        "broken": broken,
        "running": len(promises) - due,
        "kept_share": round(on_time / due, 4) if due else None,
        "late_by_median_s": _quantile(late, 0.5),
        "late_by_p95_s": _quantile(late, 0.95),
    }


def _callbacks(session: Session) -> dict[str, Any]:
    states = Counter(
        f"{aim}: {state}" for aim, state in session.execute(select(Callback.aim, Callback.state))
    )
    rows = session.execute(select(DialAttempt.outcome, Callback.aim, Callback.id).join(Callback))
    outcomes: Counter[str] = Counter()
    tries: Counter[int] = Counter()
    for outcome, aim, callback in rows:
        outcomes[outcome or "under way"] += 1
        tries[callback] += aim is Aim.RESULT
    told = {
        number
        for (number,) in session.execute(
            select(Callback.id).where(Callback.state == "told", Callback.aim == Aim.RESULT)
        )
    }
    dials = [tries[one] for one in told if tries[one]]
    return {
        "owed": states.total(),
        "states": dict(sorted(states.items())),
        "dials": outcomes.total(),
        "outcomes": dict(outcomes.most_common()),
        "dials_a_result": round(fmean(dials), 2) if dials else None,
    }


def _lines(one: "Rehearsal") -> dict[str, Any]:
    peak, p95 = lines_in_use(one.company.calls.values(), one)
    waits = one.company.waits
    return {
        "allowed": one.others.policy.callbacks.lines,
        "peak": peak,
        "p95": p95,
        "waited_median_s": _quantile(waits, 0.5),
        "waited_p95_s": _quantile(waits, 0.95),
        "waited_longest_s": _quantile(waits, 1.0),
    }


def lines_in_use(calls: "Iterable[Dialled]", one: "Rehearsal") -> tuple[int, int]:
    """The most at once, and what was enough for 95 % of the time in which residents may be rung."""
    changes = sorted(
        [(call.begin, 1) for call in calls] + [(min(call.end, one.end), -1) for call in calls]
    )
    spent: defaultdict[int, float] = defaultdict(float)
    used, peak, since = 0, 0, one.begin
    for at, change in changes:
        spent[used] += (at - since).total_seconds() if used else 0
        used, since = used + change, at
        peak = max(peak, used)
    ringing = one.hours.between(one.begin, one.end).total_seconds()
    spent[0] = max(ringing - sum(spent.values()), 0)
    sofar = 0.0
    for lines in sorted(spent):
        sofar += spent[lines]
        if sofar >= 0.95 * sum(spent.values()):
            return peak, lines
    return peak, peak


def _visits(session: Session) -> dict[str, Any]:
    states = Counter(str(state) for (state,) in session.execute(select(Visit.state)))
    last = select(func.max(DialAttempt.id)).group_by(DialAttempt.callback_id)
    dials = select(DialAttempt.callback_id, DialAttempt.outcome).where(DialAttempt.id.in_(last))
    ended = {row.callback_id: row.outcome for row in session.execute(dials)}
    visited = session.scalars(select(Visit.callback_id))
    reasons = Counter(ended.get(callback) or "no_number" for callback in visited)
    return {"ordered": states.total(), "states": dict(states), "because": dict(reasons)}


def _escalations(session: Session) -> dict[str, Any]:
    rows = select(TicketEvent).where(TicketEvent.kind.in_(("Warned", "Escalated")))
    counted: Counter[str] = Counter()
    for row in session.scalars(rows.execution_options(yield_per=1000)):
        owner = row.details.get("owner", "warned")
        counted[f"{row.details['clock']}: {owner}"] += 1
    return dict(sorted(counted.items()))


def _dialogues(one: "Rehearsal") -> dict[str, Any]:
    sample = one.sample
    played = sample.played
    return {
        "played": played,
        "endings": dict(sorted(sample.endings.items())),
        "failed": dict(sample.failed),
        "turns": sample.turns,
        "ms_a_call": round(sample.seconds / played * 1000, 1) if played else None,
    }


def _quantile(lengths: Sequence[timedelta], share: float) -> float | None:
    """In seconds."""
    if not lengths:
        return None
    return round(float(np.quantile([one.total_seconds() for one in lengths], share)), 1)
