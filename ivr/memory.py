"""What was told before: each need is remembered by its sounds and by the building it is about, see ``ivr.recall``.

Everything happens in the session, and so in the transaction, of whatever changed the ticket.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from proxy_agents.residents import Resident
from routing.alike import SHARED, sounds
from routing.buildings import building_of
from routing.gazetteer import EMPTY, Gazetteer
from routing.places import Place, find_place, read_address
from store.database import Database
from store.seal import keyring_of
from tickets.models import Ticket
from tickets.similar import TicketSounds, keep_sounds

BATCH = 200  #: tickets remembered in one transaction
_PLACES = "places"


def know_places(database: Database, gazetteer: Gazetteer) -> None:
    """From now on every session of this database knows the names of the community."""
    info = database.sessions.kw.get("info") or {}
    database.sessions.configure(info={**info, _PLACES: gazetteer})


def remember(session: Session, ticket: Ticket) -> None:
    """After a ticket was opened, corrected, or given elsewhere: what later needs are compared with."""
    keep_sounds(session, ticket.id, sounds(ticket.words, ticket.language))
    home = home_of(session, ticket.resident_id) or _read(session, ticket.caller_place)
    ticket.building_index = building_index(
        session, ticket.service, ticket.words, ticket.language, home
    )


def remember_all(database: Database) -> int:
    """Tickets opened before there was a memory, some at a time, the newest first; how many there were."""
    known, many = select(TicketSounds.ticket_id), 0
    while True:
        with database.write() as session:
            rows = select(Ticket).where(Ticket.id.not_in(known)).order_by(Ticket.id.desc())
            found = session.scalars(rows.limit(BATCH)).all()
            for ticket in found:
                remember(session, ticket)
        many += len(found)
        if len(found) < BATCH:
            return many


def building_index(
    session: Session, service: str | None, words: str, language: str, home: Place | None
) -> bytes | None:
    """Blind index of the building whose lift, lamp or pipe it is; None for what nobody shares, or where nobody can tell."""
    if service not in SHARED:
        return None
    key = building_of(find_place(words, places_of(session), language), home)
    return keyring_of(session).blind(f"building {key}") if key else None


def home_of(session: Session, resident: int | None) -> Place | None:
    """Where the register says that they live."""
    row = session.get(Resident, resident) if resident is not None else None
    return _read(session, row.address) or _read(session, row.building) if row else None


def _read(session: Session, address: str | None) -> Place | None:
    return read_address(address, places_of(session)) if address else None


def places_of(session: Session) -> Gazetteer:
    places = session.info.get(_PLACES, EMPTY)
    return places if isinstance(places, Gazetteer) else EMPTY
