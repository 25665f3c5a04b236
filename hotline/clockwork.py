"""What a worker does for the clocks: fire what is due, and tell those who answer for it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.channels import Message, NotTold, Tellers
from hotline.house import House
from tickets.ladder import fire
from tickets.notices import Notice, claim_notices, next_notice, not_told, told
from tickets.policy import Channel
from tickets.timers import claim_due, due_now

log = logging.getLogger(__name__)

AT_ONCE = 20  #: timers in one transaction: on SQLite everybody else who writes waits for it


def fire_due(house: House, limit: int = 100) -> int:
    """Claim timers that are due and act on each; returns how many were claimed. Any number of workers may.

    A look comes first, so that a worker with nothing to do keeps nobody from writing.
    """
    with house.database.read() as session:
        if not due_now(session, house.now()):
            return 0
    with house.database.write() as session:
        timers = claim_due(session, house.now(), limit=limit)
        claims = sorted((one.ticket_id, one.id, one.token or "") for one in timers)
    for begin in range(0, len(claims), AT_ONCE):
        fire_claimed(house, claims[begin : begin + AT_ONCE])
    return len(claims)


def fire_claimed(house: House, claims: Sequence[tuple[int, int, str]]) -> int:
    """Act on claimed timers (ticket, timer, token) in one transaction; returns how many were still held.

    Where one cannot be acted on, each has its own, so that it does not keep the others waiting: it is claimed
    again when its lease is over.
    """
    try:
        with house.database.write() as session:
            return sum(fire(session, *claim, at=house.now()) for claim in claims)
    except Exception:
        if len(claims) > 1:
            return sum(fire_claimed(house, [claim]) for claim in claims)
        ticket, timer, _token = claims[0]
        log.exception("the clock %s of ticket %s could not be acted on", timer, ticket)
        return 0


def send_notices(house: House, tellers: Tellers, limit: int = 20, *, rings: bool = False) -> int:
    """Tell those who answer for late promises, by the channels that are here; returns how many were told.

    ``rings``: to those who are told by telephone a call is owed from now on, as to anybody who is rung.
    """
    channels = {*tellers, Channel.PHONE} if rings else set(tellers)
    with house.database.read() as session:
        due = next_notice(session, channels)
        if due is None or due > house.now():
            return 0
    with house.database.write() as session:
        claimed = claim_notices(session, house.now(), channels, limit=limit)
        letters = [_Letter.of(one, house) for one in claimed]
    return sum(_send(house, tellers, letter) for letter in letters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A claimed notice, ready to be sent outside any transaction."""

    notice: int
    token: str
    channel: Channel
    address: str
    message: Message

    @classmethod
    def of(cls, notice: Notice, house: House) -> "_Letter":
        ticket = notice.ticket
        return cls(
            notice=notice.id,
            token=notice.token or "",
            channel=notice.channel,
            address=notice.address,
            message=Message(
                key=notice.key,
                ticket=ticket.id,
                department=ticket.department,
                clock=notice.timer.kind,
                step=notice.step,
                promised=notice.promised_at,
                link=f"{house.settings.public}/agent/{ticket.id}" if house.settings.public else "",
            ),
        )


def _send(house: House, tellers: Tellers, letter: _Letter) -> bool:
    try:
        tellers[letter.channel].tell(letter.address, letter.message)
    except NotTold as problem:
        log.warning("notice %s: %s", letter.notice, problem)
        with house.database.write() as session:
            not_told(session, letter.notice, letter.token, str(problem), house.now())
        return False
    with house.database.write() as session:
        return told(session, letter.notice, letter.token)
