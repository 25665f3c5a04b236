"""The same thing again: told again by whoever rang before, and how often that is."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from tickets.commands import HandOver, OpenTicket, Reason
from tickets.lifecycle import Repeated, Status
from tickets.models import Ticket, TicketEvent
from tickets.pausing import resume
from tickets.similar import pieces_of, sounds_of
from tickets.telling import ticket_of
from tickets.waiting import close_waiting, hand_over

#: nobody has said yet that it is done
UNDER_WAY = frozenset((Status.OPEN, Status.ASSIGNED, Status.TAKEN))
#: nobody has said yet that it is solved
UNSETTLED = UNDER_WAY | {Status.HANDLED, Status.TOLD}
WINDOW = timedelta(days=30)  #: in which the same need counts as told again (12345 practice)
ALIKE = 0.08  #: from here on two needs of one department are one topic, see ``routing.alike``


def tell_again(
    session: Session, number: int, need: OpenTicket, *, at: datetime, by: str = "resident"
) -> Ticket:
    """What they said this time is kept with the ticket they have; where that is late, a person is due in 15 minutes.

    Where theirs goes along with another one, that one may be late. Raises ``IllegalMove`` where it is solved or ended.
    """
    ticket = ticket_of(session, number)
    resume(session, ticket, why="rang_again", by=by, at=at)
    ticket.record(
        Repeated(at=at, by=by, call=need.call, recording=need.recording, words=need.words)
    )
    if need.draft is not None:
        close_waiting(session, need.draft, by=by, at=at, ticket_id=number)
    urge(session, carried_by(session, ticket), need, at=at, number=ticket.callback_number or "")
    session.flush()
    return ticket


def urge(session: Session, ticket: Ticket, need: OpenTicket, *, at: datetime, number: str) -> None:
    """Where the ticket is late a person is due, for whoever tells of it now and is rung at ``number``."""
    if is_late(ticket, at):
        late = HandOver(
            call=need.call,
            resident=need.resident,
            reason=Reason.REPEATED,
            recording=need.recording,
            words=need.words,
            number=number,
        )
        hand_over(session, late, at=at, ticket_id=ticket.id)


def carried_by(session: Session, ticket: Ticket) -> Ticket:
    """The ticket whose clocks run for it: itself, or the one it goes along with."""
    if ticket.status is Status.JOINED and ticket.joined_to:
        return session.get_one(Ticket, ticket.joined_to)
    return ticket


def is_late(ticket: Ticket, at: datetime) -> bool:
    """Nobody has dealt with it, and what was promised is over."""
    waits_for_us = ticket.status in UNDER_WAY and ticket.paused_at is None
    return waits_for_us and ticket.next_due < at


def of_person(
    session: Session, since: datetime, *, resident: int | None, index: bytes | None
) -> Sequence[Ticket]:
    """Tickets of a resident, or of whoever is rung at this number, the newest first."""
    theirs = Ticket.resident_id == resident if resident is not None else false()
    if index is not None:
        theirs |= Ticket.callback_index == index
    rows = select(Ticket).where(theirs, Ticket.opened_at >= since)
    return session.scalars(rows.order_by(Ticket.opened_at.desc()).limit(50)).all()


def of_building(session: Session, since: datetime, building: bytes | None) -> Sequence[Ticket]:
    """Tickets about what is shared in a building, the newest first."""
    if building is None:
        return ()
    rows = select(Ticket).where(Ticket.building_index == building, Ticket.opened_at >= since)
    return session.scalars(rows.order_by(Ticket.opened_at.desc()).limit(50)).all()


@dataclass(frozen=True, slots=True)
class RepeatRate:
    """Needs of some days, and how many of them had been told before."""

    needs: int
    repeats: int

    @property
    def share(self) -> float | None:
        """0 to 1; None where there was no need at all."""
        return self.repeats / self.needs if self.needs else None


def repeat_rate(session: Session, since: datetime, until: datetime) -> RepeatRate:
    """Needs told from ``since`` until before ``until``; a repeat had an earlier one in the 30 days before it.

    That is one of the same person, or about what the same building shares, on the same topic: the same
    service, or the same department and alike in sound where a service is not known. Told again without
    a new ticket, and joined to an earlier one, counts as well.
    """
    again = select(func.count()).where(
        TicketEvent.kind == Repeated.__name__, TicketEvent.at >= since, TicketEvent.at < until
    )
    told_again = session.scalar(again) or 0
    needs = repeats = 0
    earlier: defaultdict[Hashable, list[_Need]] = defaultdict(list)
    for need in _needs(session, since - WINDOW, until):
        if need.opened_at >= since:
            before = (one for key in _whose(need) for one in reversed(earlier[key]))
            needs += 1
            repeats += need.joined_to is not None or _had_before(session, need, before)
        for key in _whose(need):
            earlier[key].append(need)
    return RepeatRate(needs + told_again, repeats + told_again)


@dataclass(frozen=True, slots=True)
class _Need:
    """What is compared of a ticket; its words stay sealed."""

    id: int
    opened_at: datetime
    resident_id: int | None
    callback_index: bytes | None
    building_index: bytes | None
    service: str | None
    department: str | None
    joined_to: int | None


def _needs(session: Session, since: datetime, until: datetime) -> Iterator[_Need]:
    columns = [getattr(Ticket, one.name) for one in fields(_Need)]
    told = select(*columns).where(Ticket.opened_at >= since, Ticket.opened_at < until)
    for row in session.execute(told.order_by(Ticket.opened_at, Ticket.id)):
        yield _Need(*row)


def _whose(need: _Need) -> Iterator[Hashable]:
    """Person, line and building."""
    for name in ("resident_id", "callback_index", "building_index"):
        if (value := getattr(need, name)) is not None:
            yield name, value


def _had_before(session: Session, need: _Need, before: Iterator[_Need]) -> bool:
    return any(
        need.opened_at - one.opened_at <= WINDOW and _same_topic(session, need, one)
        for one in before
    )


def _same_topic(session: Session, one: _Need, other: _Need) -> bool:
    if one.service and other.service:
        return one.service == other.service
    if one.department is None or one.department != other.department:
        return False
    sounds = sounds_of(session, (one.id, other.id))
    words = sounds.get(one.id, "").split()
    return pieces_of(session, words).alike(sounds.get(other.id, "")) >= ALIKE
