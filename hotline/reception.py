"""Who is on the line: a call begins, and what is known of its caller is frozen with it."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.house import House
from hotline.process import this_process
from hotline.second_fact import facts_of
from hotline.wiring import answer_of
from ivr.caller import Caller, Draft, Overdue
from ivr.calls import Call, Ending, Purpose, open_call
from ivr.conversation import Conversation, draft_of
from ivr.lines.tokens import redeem
from ivr.senses import Pace
from proxy_agents.duty import agent_for
from proxy_agents.residents import Resident, normal_number, residents_of_line
from tickets.callbacks import Aim, Callback, DialAttempt, NotOwed, answers_waiting, untold
from tickets.models import Ticket
from tickets.notice_calls import to_tell
from tickets.notices import Notice
from tickets.ring_backs import they_ring
from tickets.waiting import Waiting, hand_over

PURPOSES = {Aim.RESULT: Purpose.CALLBACK, Aim.ASK_AGAIN: Purpose.ASK_AGAIN}
RESUME_WITHIN = timedelta(
    hours=24
)  #: how old a broken-off call may be to be gone on with (estimate)


def answer_phone(
    house: House,
    *,
    line: str,
    number: str = "",
    language: str | None = None,
    call: str | None = None,
) -> Conversation:
    """A call comes in; ``number`` is "" where it is withheld, ``language`` None for the resident's own.

    ``call`` is its id, where the line has one that says whether it was begun before.
    """
    digits = normal_number(number)
    with house.database.write() as session:
        resident = _resident(session, house, digits)
        they_ring(session, resident=resident.id if resident else None, number=digits)
        answers, draft = _waiting(session, resident, digits), _draft(session, house, digits)
        trusted = house.settings.environ.get("HOTLINE_TRUST_CALLER_ID", "") == "yes"
        caller = Caller(
            call=call or uuid4().hex,
            number=digits,
            resident=resident.id if resident else None,
            agent=agent_for(session, resident, house.now()) is not None,
            contact=bool(resident and resident.emergency_phone),
            home=_home(session, house, digits),
            language=language or (resident.language if resident else "zh"),
            pace=resident.pace if resident else "normal",
            answers=tuple(map(answer_of, answers)),
            draft=draft,
            facts=facts_of(line, resident, answers, draft=draft is not None, trusted=trusted),
        )
        session.add(_call(caller, house, line, Purpose.INTAKE))
    return Conversation(house.exchange, caller.call, caller.language, _pace(caller))


def take_up(house: House, call_id: str) -> Conversation | None:
    """Carry a call on that another process has begun; None for one that has ended. Its log says where it stands."""
    with house.database.write() as session:
        call = session.get(Call, call_id, with_for_update=True)
        if call is None or call.ended_at is not None:
            return None
        call.process = this_process()
        return Conversation(house.exchange, call_id, call.spoken, _pace(call.caller))


def conversation_of(house: House, call: str) -> Conversation:
    """Of a call that no process carries; it goes on from its log, in the language it has come to. Raises ``NoResultFound``."""
    with house.database.read() as session:
        begun = session.get_one(Call, call)
        return Conversation(house.exchange, call, begun.spoken, _pace(begun.caller))


def admit(house: House, token: str, line: str) -> Conversation | None:
    """The call that a token admits a socket of this line to; None where there is none."""
    with house.database.write() as session:
        call_id = redeem(session, token, house.now())
        call = session.get(Call, call_id) if call_id else None
        if call is None or call.line != line:
            return None
    return take_up(house, call.id)


def missed_call(house: House, *, line: str, number: str, call: str | None = None) -> None:
    """A call that nobody could answer: it waits for a person, and is rung back where the number is known.

    ``call`` is its id, where the line has one. Raises ``IntegrityError`` where that was begun or missed before.
    """
    digits, at = normal_number(number), house.now()
    with house.database.write() as session:
        resident = _resident(session, house, digits)
        who = resident.id if resident else None
        caller = Caller(call=call or uuid4().hex, number=digits, resident=who)
        missed = _call(caller, house, line, Purpose.INTAKE)
        missed.end(Ending.DRAFT, at)
        session.add(missed)
        session.flush()
        hand_over(session, draft_of(session, missed), at=at)


def ring(house: House, callback: int, *, line: str, attempt: int | None = None) -> Conversation:
    """Whom we ring answers; ``attempt`` is the dial. Raises ``NotOwed`` where nothing is left to say."""
    with house.database.write() as session:
        owed = session.get_one(Callback, callback)
        if owed.aim is Aim.RING_BACK:
            caller, purpose = _cut_off(session, owed), Purpose.RING_BACK
        elif owed.aim is Aim.NOTICE:
            caller, purpose = _to_be_told(session, owed), Purpose.NOTICE
        else:
            caller, purpose = _to_hear(session, owed), PURPOSES[owed.aim]
        session.add(_call(caller, house, line, purpose))
        if attempt is not None:
            session.get_one(DialAttempt, attempt).call_id = caller.call
    return Conversation(house.exchange, caller.call, caller.language, _pace(caller))


def _to_hear(session: Session, owed: Callback) -> Caller:
    """Who is told results, or asked about them."""
    tickets = [session.get_one(Ticket, one) for one in untold(session, owed)]
    if not tickets:
        raise NotOwed(f"callback {owed.id} has nothing to tell any more")
    resident = session.get(Resident, owed.resident_id) if owed.resident_id else None
    number = (resident.phone if resident else None) or tickets[0].callback_number or ""
    return replace(
        _known(resident, number, owed),
        language=tickets[0].language,
        answers=tuple(map(answer_of, tickets)),
    )


def _to_be_told(session: Session, owed: Callback) -> Caller:
    """Who answers for what is late."""
    notices = to_tell(session, owed)
    if not notices:
        raise NotOwed(f"callback {owed.id} has nothing to tell any more")
    return replace(
        _known(None, owed.number or "", owed), overdue=tuple(overdue(one) for one in notices)
    )


def overdue(notice: Notice) -> Overdue:
    """What a dialogue needs to tell it: nothing of the resident."""
    return Overdue(
        notice=notice.id,
        ticket=notice.ticket_id,
        service=notice.ticket.service,
        clock=notice.timer.kind,
        promised=notice.promised_at.isoformat(),
        late=notice.step > 0,
    )


def _cut_off(session: Session, owed: Callback) -> Caller:
    """Who rang and was cut off, missed or silent: what waits for them is gone on with."""
    waiting = session.get(Waiting, owed.waiting_id) if owed.waiting_id else None
    if waiting is None or waiting.closed_at is not None:
        raise NotOwed(f"callback {owed.id}: nobody waits any more")
    resident = session.get(Resident, owed.resident_id) if owed.resident_id else None
    number = owed.number or (resident.phone if resident else None) or ""
    words = waiting.words if waiting.recording_id else ""
    draft = Draft(waiting=waiting.id, recording=waiting.recording_id or "", words=words)
    call = session.get(Call, waiting.call_id) if waiting.call_id else None
    language = call.language if call else resident.language if resident else "zh"
    return replace(_known(resident, number, owed), language=language, draft=draft)


def _known(resident: Resident | None, number: str, owed: Callback) -> Caller:
    return Caller(
        call=uuid4().hex,
        number=number,
        resident=resident.id if resident else None,
        agent=bool(resident and resident.agent_id),
        contact=bool(resident and resident.emergency_phone),
        home=resident.address if resident else "",
        pace=resident.pace if resident else "normal",
        callback=owed.id,
    )


def _call(caller: Caller, house: House, line: str, purpose: Purpose) -> Call:
    return open_call(
        caller,
        line=line,
        purpose=purpose,
        number=caller.number or None,
        number_index=house.keyring.blind(caller.number) if caller.number else None,
        process=this_process(),
        started_at=house.now(),
    )


def _pace(caller: Caller) -> Pace:
    return "slow" if caller.pace == "slow" else "normal"


def _resident(session: Session, house: House, digits: str) -> Resident | None:
    """The resident of this line; a line that several share tells nobody apart."""
    found = residents_of_line(session, house.keyring, digits) if digits else []
    return found[0] if len(found) == 1 else None


def _home(session: Session, house: House, digits: str) -> str:
    """The stored address of the line or terminal, also where several share it; "" where they live apart."""
    found = residents_of_line(session, house.keyring, digits) if digits else []
    homes = {one.address for one in found}
    return homes.pop() if len(homes) == 1 else ""


def _waiting(session: Session, resident: Resident | None, digits: str) -> list[Ticket]:
    """Results that wait for this line; the dialogue still asks who is speaking."""
    return answers_waiting(session, resident=resident.id if resident else None, number=digits)


def _draft(session: Session, house: House, digits: str) -> Draft | None:
    """The need of a call from this line that broke off lately and that nobody has taken up yet."""
    if not digits:
        return None
    since = house.now() - RESUME_WITHIN
    row = session.scalars(
        select(Waiting)
        .join(Call, Call.id == Waiting.call_id)
        .where(Call.number_index == house.keyring.blind(digits), Call.ending == Ending.DRAFT)
        .where(Call.started_at >= since, Waiting.taken_at.is_(None), Waiting.closed_at.is_(None))
        .order_by(Waiting.id.desc())
    ).first()
    if row is None or row.recording_id is None or not row.words:
        return None
    return Draft(waiting=row.id, recording=row.recording_id, words=row.words)
