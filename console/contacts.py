"""Emergency contacts who are to be told: a person rings them and says how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console.errors import Unclear
from console.fields import field
from console.masks import mask_name, mask_number
from console.parts import parts
from console.person import only, person
from proxy_agents.residents import Resident
from proxy_agents.staff import Role
from store.looks import look
from tickets.policies import policy_of
from tickets.policy import Policy
from tickets.urgent import AlertState, ContactAlert, alerts_owed, is_overdue, settle_alert

screen = Blueprint("contacts", __name__, url_prefix="/review/contacts")
screen.before_request(only(Role.SUPERVISOR, Role.OPERATOR))


@dataclass(frozen=True, kw_only=True)
class AlertCard:
    """Masked: in full it stands on the page of whoever waits."""

    row: ContactAlert
    resident: str
    name: str
    number: str
    overdue: bool  #: for longer than somebody in danger waits for an answer


def alert_cards(session: Session, at: datetime) -> Sequence[AlertCard]:
    """Everybody who is still to be told."""
    policy = policy_of(session)
    return [_card(session, row, policy, at) for row in alerts_owed(session)]


@screen.post("/<int:number>")
def settle(number: int) -> ResponseReturnValue:
    """Told, not needed, or nobody answered: then they are still to be told."""
    house, who, outcome = parts(), person().who, field("outcome", longest=20)
    if outcome not in set(AlertState):
        raise Unclear("error.400")
    with house.database.write() as session:
        settle_alert(session, number, AlertState(outcome), by=who, at=house.now())
        look(session, who=who, what=f"contact:{number}", how=outcome, at=house.now())
    return redirect(url_for("review.front"))


def _card(session: Session, row: ContactAlert, policy: Policy, at: datetime) -> AlertCard:
    resident = session.get(Resident, row.resident_id)
    return AlertCard(
        row=row,
        resident=mask_name(resident.name if resident else ""),
        name=mask_name(row.name),
        number=mask_number(row.number),
        overdue=is_overdue(row, policy, at),
    )
