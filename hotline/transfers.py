"""Whom to ring when a caller wants a person: the operator in working hours, the proxy agent, an emergency number."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hotline.house import House
from ivr.calls import Call
from ivr.handing_over import AGENT
from proxy_agents.duty import agent_for
from proxy_agents.residents import Resident
from store.numbers import normal_number
from tickets.calendar import working_between
from tickets.policies import policy_of

OPERATOR = "operator"


def number_for(house: House, call: str, to: str) -> str:
    """Digits to dial now; "" where nobody is to be reached: then a ring-back is promised."""
    at = house.now()
    with house.database.read() as session:
        if to == OPERATOR:
            return _operator(house, session, at)
        if to == AGENT:
            return _agent(session, call, at)
    return normal_number(to)


def _operator(house: House, session: Session, at: datetime) -> str:
    """``HOTLINE_OPERATOR``; outside working hours nobody, unless ``HOTLINE_OPERATOR_HOURS`` is "always"."""
    environ = house.settings.environ
    always = environ.get("HOTLINE_OPERATOR_HOURS", "") == "always"
    number = environ.get("HOTLINE_OPERATOR", "").strip()
    return number if number and (always or is_working(session, at)) else ""


def _agent(session: Session, call: str, at: datetime) -> str:
    found = session.get(Call, call)
    resident = session.get(Resident, found.resident_id) if found and found.resident_id else None
    agent = agent_for(session, resident, at)
    return (agent.phone or "") if agent else ""


def is_working(session: Session, at: datetime) -> bool:
    """Is this within the community's working hours?"""
    policy, soon = policy_of(session), at + timedelta(seconds=1)
    return bool(working_between(at, soon, policy.zone, policy.working, policy.calendar))
