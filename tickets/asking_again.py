"""Some of what residents called solved is asked about again weeks later: does it hold?

Which ones is decided by a keyed hash of the ticket, so that nobody can know or choose it beforehand.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from store.seal import keyring_of
from tickets.callbacks import Aim, Callback, CallbackResult, CallbackState, person_of
from tickets.models import Ticket
from tickets.policies import policy_of
from tickets.policy import Policy
from tickets.register import known


def is_chosen(session: Session, policy: Policy, ticket: Ticket) -> bool:
    """Each time a ticket is solved it is drawn anew."""
    mark = keyring_of(session).blind(f"asked again {ticket.id} {ticket.reopened}")
    return int.from_bytes(mark[:8]) < policy.asked_again * 2**64


def owe_asking(session: Session, ticket: Ticket, at: datetime) -> Callback | None:
    """Solved now: a call is owed in two weeks, if it is drawn; nobody goes there for a question only."""
    policy, who = policy_of(session), known(session, ticket.resident_id)
    if not (ticket.callback_number or who.number) or not is_chosen(session, policy, ticket):
        return None
    callback = Callback(
        aim=Aim.ASK_AGAIN,
        person=person_of(session, ticket),
        resident_id=ticket.resident_id,
        number=ticket.callback_number,
        owed_at=at,
        due_at=policy.may_ring(at + policy.asked_again_after, who.quiet),
        state=CallbackState.OWED,
        tries=0,
    )
    callback.results.append(CallbackResult(ticket_id=ticket.id))
    session.add(callback)
    return callback
