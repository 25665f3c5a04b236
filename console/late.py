"""Promises that are late: which, whose they are now, and who was told."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.notices import Notice

MOST = 200  #: on one page

WATCHED = (Status.OPEN, Status.ASSIGNED, Status.TAKEN)


@dataclass(frozen=True, kw_only=True)
class Late:
    row: Ticket
    told: list[Notice]  #: of this ticket, the first step first

    @property
    def owner(self) -> Notice | None:
        """The last one who was made to answer for it."""
        mine = [one for one in self.told if one.owner == self.row.owner]
        return mine[-1] if mine else None


def is_late(ticket: Ticket, at: datetime) -> bool:
    """Whoever has it is late: nobody took it up in time, or dealt with it, and we do not wait for the resident."""
    return ticket.status in WATCHED and ticket.paused_at is None and ticket.next_due < at


def late_tickets(session: Session, at: datetime) -> list[Late]:
    """Tickets whose present promise is broken, or that somebody answers for since one was; the longest late first."""
    owned = select(Ticket).where(Ticket.owner.is_not(None)).limit(MOST)
    past = or_(Ticket.respond_due < at, Ticket.handle_due < at)
    late = select(Ticket).where(Ticket.status.in_(WATCHED), past).limit(MOST)
    found = {one.id: one for one in [*session.scalars(owned), *session.scalars(late)]}
    rows = [one for one in found.values() if one.owner or is_late(one, at)]
    told = notices_of(session, [one.id for one in rows])
    return [Late(row=one, told=told[one.id]) for one in sorted(rows, key=lambda one: one.next_due)][
        :MOST
    ]


def notices_of(session: Session, tickets: Iterable[int]) -> dict[int, list[Notice]]:
    """Who was told of what is late, by ticket."""
    found = defaultdict[int, list[Notice]](list)
    rows = select(Notice).where(Notice.ticket_id.in_(list(tickets)))
    rows = rows.options(joinedload(Notice.timer))
    for notice in session.scalars(rows.order_by(Notice.made_at, Notice.step, Notice.id)):
        found[notice.ticket_id].append(notice)
    return found
