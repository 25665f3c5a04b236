"""Have we heard it before? The ticket that a need may be about, and what may be said of it to whoever rings.

Nothing private of anybody else is in it: of a neighbour's ticket only what it is, who has it, and until when.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.calls import Call
from ivr.memory import building_index, home_of
from ivr.repeats import FindRepeats, Known
from proxy_agents.residents import normal_number, residents_of_line
from routing.alike import same_matter, same_trouble, sounds
from store.seal import keyring_of
from tickets.lifecycle import Status
from tickets.models import AssigneeKind, Ticket
from tickets.repeats import UNDER_WAY, UNSETTLED, carried_by, is_late, of_building, of_person
from tickets.similar import Pieces, likest, pieces, pieces_of, sounds_of

SUGGESTED = timedelta(days=60)  #: how old a ticket may be to be spoken of again
SUGGESTIONS = 5  #: to a supervisor
LOOKED_AT = 30  #: of those that sound most alike, wherever they come from
STRANGERS = 0.3  #: how alike two needs must sound that share neither person nor building (estimate)
ABOUT = UNSETTLED | {Status.JOINED}


def likeliest(session: Session, wanted: FindRepeats, at: datetime) -> Known | None:
    """Of this person's unsettled tickets the likest to the need, else of what their building shares; None if none is like."""
    own = _of_caller(session, wanted, at)
    home = home_of(session, wanted.resident)
    building = building_index(session, wanted.service, wanted.words, wanted.language, home)
    mine = {one.id for one in own}
    here = [
        one
        for one in own
        if None in (building, one.building_index) or building == one.building_index
    ]
    shared = [
        one for one in of_building(session, at - SUGGESTED, building)
        if one.id not in mine and one.status in ABOUT
    ]  # fmt: skip
    heard = pieces(session, sounds(wanted.words, wanted.language))
    found = _likest_own(session, wanted, heard, here)
    if found is not None:
        return _own(session, wanted, found, at)
    neighbours = _likest_shared(session, wanted, heard, shared)
    return _neighbours(neighbours, at) if neighbours else None


def alike(session: Session, heard: Pieces, tickets: Iterable[Ticket]) -> list[tuple[float, Ticket]]:
    """How alike each of them sounds."""
    rows = list(tickets)
    known = sounds_of(session, [one.id for one in rows])
    return [(heard.alike(known.get(one.id, "")), one) for one in rows]


def _of_caller(session: Session, wanted: FindRepeats, at: datetime) -> list[Ticket]:
    """Theirs by the register; where nobody knows who rings, those of the line."""
    digits = normal_number(wanted.number)
    index = keyring_of(session).blind(digits) if digits else None
    found = of_person(session, at - SUGGESTED, resident=wanted.resident, index=index)
    return [one for one in found if one.status in ABOUT and _is_theirs(one, wanted)]


def _is_theirs(ticket: Ticket, wanted: FindRepeats) -> bool:
    if ticket.status is Status.HANDLED and ticket.id in wanted.offered:
        return False  # they would not hear the answer just now, or it is not theirs
    others = {ticket.resident_id, wanted.resident} - {None}
    return len(others) < 2  # of two residents who share a line, each has their own


def _likest_own(
    session: Session, wanted: FindRepeats, heard: Pieces, own: Sequence[Ticket]
) -> Ticket | None:
    def ranked(share: float, ticket: Ticket) -> tuple[bool, float, int]:
        return _common(wanted, ticket)[0], share, ticket.id

    like = [
        (*ranked(share, one), one) for share, one in alike(session, heard, own)
        if same_matter(share, service=_common(wanted, one)[0], department=_common(wanted, one)[1])
    ]  # fmt: skip
    return max(like, key=lambda row: row[:3])[3] if like else None


def _common(wanted: FindRepeats, ticket: Ticket) -> tuple[bool, bool]:
    """The same service; the same department, or one that nobody knows."""
    service = wanted.service is not None and wanted.service == ticket.service
    return service, None in (wanted.department, ticket.department) or (
        wanted.department == ticket.department
    )


def _likest_shared(
    session: Session, wanted: FindRepeats, heard: Pieces, shared: Sequence[Ticket]
) -> Ticket | None:
    """The one that goes ahead, where the likest goes along with another."""
    like = [
        (share, one.id, one) for share, one in alike(session, heard, shared)
        if same_trouble(share, wanted.service, one.service)
    ]  # fmt: skip
    under_way = [(share, id_, carried_by(session, one)) for share, id_, one in like]
    joinable = [row for row in under_way if row[2].status in UNDER_WAY]
    return max(joinable, key=lambda row: row[:2])[2] if joinable else None


def _own(session: Session, wanted: FindRepeats, ticket: Ticket, at: datetime) -> Known | None:
    """What may be said of their own; not their voice and no answer where others share the line."""
    ahead = carried_by(session, ticket)
    private = _is_surely(session, ticket, wanted)
    handled = ticket.status in {Status.HANDLED, Status.TOLD}
    if handled and not private:
        return None
    return Known(
        ticket=ticket.id,
        own=True,
        state="handled" if handled else _state(ahead, at, own=ahead is ticket),
        told_on=ticket.opened_at.isoformat(),
        handle=ahead.handle_due.isoformat(),
        department=ahead.department,
        service=ticket.service,
        private=private,
        recording=ticket.recording_id if private else None,
        words=ticket.words if private else "",
        result=ticket.result_recording_id if handled else None,
        result_words=(ticket.result_words or "") if handled else "",
    )


def _neighbours(ticket: Ticket, at: datetime) -> Known:
    """What a whole building may know: what it is, who has it, until when."""
    return Known(
        ticket=ticket.id,
        own=False,
        state=_state(ticket, at, own=False),
        told_on=ticket.opened_at.isoformat(),
        handle=ticket.handle_due.isoformat(),
        department=ticket.department,
        service=ticket.service,
    )


def _state(ticket: Ticket, at: datetime, *, own: bool) -> str:
    if is_late(ticket, at):
        return "late"
    if own and ticket.assignee_kind is AssigneeKind.AGENT:
        return "agent"
    return "promised" if ticket.assignee else "unrouted"


def _is_surely(session: Session, ticket: Ticket, wanted: FindRepeats) -> bool:
    """The register knows them; or nobody is registered with this line, and it was told over the same one."""
    if wanted.resident is not None and ticket.resident_id == wanted.resident:
        return True
    digits, keyring = normal_number(wanted.number), keyring_of(session)
    call = session.get(Call, ticket.call_id) if ticket.call_id else None
    same_line = call is not None and digits != "" and call.number_index == keyring.blind(digits)
    return (
        same_line and ticket.resident_id is None and not residents_of_line(session, keyring, digits)
    )


def suggested(session: Session, ticket: Ticket, at: datetime) -> list[Ticket]:
    """Tickets under way that may be the same thing as this one, the likest first; for a person, who decides."""
    own = pieces_of(session, sounds_of(session, [ticket.id]).get(ticket.id, "").split())
    since = at - SUGGESTED
    oldest = select(Ticket.id).where(Ticket.opened_at >= since).order_by(Ticket.opened_at)
    near = dict(likest(session, own, first=session.scalar(oldest.limit(1)) or 0, limit=LOOKED_AT))
    people = of_person(session, since, resident=ticket.resident_id, index=ticket.callback_index)
    close = {one.id for one in [*people, *of_building(session, since, ticket.building_index)]}
    rows = select(Ticket).where(Ticket.id.in_({*near, *close} - {ticket.id}))
    alike_ones = alike(session, own, session.scalars(rows.where(Ticket.status.in_(UNDER_WAY))))
    found = [
        (one.id in close, share, one) for share, one in alike_ones if _may_be(ticket, one, share, close)
    ]  # fmt: skip
    found.sort(key=lambda row: (row[0], row[1], row[2].id), reverse=True)
    return [one for _, _, one in found[:SUGGESTIONS]]


def _may_be(ticket: Ticket, one: Ticket, share: float, close: Collection[int]) -> bool:
    """As alike as a person's own needs have to be; of strangers more."""
    if one.id not in close:
        return share >= STRANGERS
    return same_matter(
        share,
        service=ticket.service is not None and ticket.service == one.service,
        department=ticket.department == one.department,
    )
