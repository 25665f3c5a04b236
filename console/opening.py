"""A ticket opened on the pages gets what one opened by a call gets: its district, and how soon its service is done."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.person import person
from ivr.district import district_of
from routing.catalogue import load
from tickets import desk
from tickets.commands import OpenTicket


def find_district(session: Session, number: int) -> None:
    """Anew, after the ticket went to somebody else."""
    ticket = desk.ticket_of(session, number)
    ticket.district = district_of(session, ticket)


def open_here(session: Session, need: OpenTicket, *, at: datetime, agent: int | None) -> int:
    """Its number."""
    receipt = desk.open_ticket(
        session,
        need,
        at=at,
        by=person().who,
        agent=agent,
        district=district_of(session, need),
        targets=load().targets_of(need.service),
    )
    return receipt.number
