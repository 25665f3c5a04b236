"""Twilio as a line of this house: its webhooks, its sockets, its dials."""

import logging
from collections.abc import Awaitable, Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound

from hotline.house import House
from hotline.line_desk import LineDesk, shown
from hotline.reception import answer_phone, conversation_of, missed_call
from hotline.settings import BadSetting
from hotline.transfers import number_for
from hotline.twilio_account import account_of
from ivr.backstage import Connect
from ivr.conversation import Conversation
from ivr.lines.sockets import Socket
from ivr.lines.switchboard import Switchboard
from ivr.lines.twilio.account import Account
from ivr.lines.twilio.app import Twilio, create_webhooks
from ivr.lines.twilio.provider import OUTCOMES, Attempt, TwilioProvider
from ivr.lines.twilio.recordings import Recordings
from ivr.lines.twilio.rest import RestRecordings
from ivr.lines.twilio.signatures import Signatures
from ivr.lines.twilio.sounds import Sounds
from ivr.lines.twilio.streams import TwilioStream
from tickets.callbacks import LEASE, Callback, DialAttempt
from tickets.policy import Miss
from tickets.register import known

log = logging.getLogger(__name__)

NAME = "twilio"


def webhooks(house: House, account: Account) -> tuple[Flask, Callable[[], None]]:
    """The app, and what closes it."""
    desk = HouseDesk(house)
    recordings = Recordings(
        RestRecordings(account), lambda call: conversation_of(house, call), desk.call_of
    )
    sounds = Sounds(account.base, house.keyring.blind("twilio: signs the addresses of sentences"))
    twilio = Twilio(account, house.exchange, desk, sounds, recordings)
    return create_webhooks(twilio), recordings.close


def carrier(
    house: House, account: Account, switchboard: Switchboard
) -> Callable[[Socket], Awaitable[None]]:
    """Takes in the sockets of live calls."""
    signatures = Signatures(account)

    def connects(conversation: Conversation) -> Connect:
        """Where somebody can be rung, the webhooks do it: the call goes on with them."""
        return lambda to: None if number_for(house, conversation.call, to) else False

    async def carry(socket: Socket) -> None:
        if account.signed_streams and not signatures.good_socket(socket.path, socket.headers):
            log.warning("a socket that Twilio has not signed is refused")
            await socket.refuse()
            return
        await switchboard.carry(socket, TwilioStream(), connect=connects, hold=True)

    return carry


def provider(house: House) -> TwilioProvider:
    """Raises ``BadSetting``."""
    account = account_of(house.settings)
    if account is None or not account.number:
        raise BadSetting(
            "HOTLINE_PROVIDER=twilio wants HOTLINE_TWILIO_SID, _TOKEN and _NUMBER: see docs/twilio.md"
        )
    return TwilioProvider(account, lambda key: attempt_of(house, key), house.now)


def attempt_of(house: House, key: str) -> Attempt | None:
    """What was written down before a dial; None where nothing was."""
    with house.database.read() as session:
        attempt = session.scalar(select(DialAttempt).where(DialAttempt.key == key))
        if attempt is None:
            return None
        callback = session.get_one(Callback, attempt.callback_id)
        number = known(session, callback.resident_id).number or callback.number or ""
        return Attempt(number=number, at=attempt.at, until=attempt.at + LEASE)


class HouseDesk(LineDesk):
    """What the webhooks ask of the house."""

    def __init__(self, house: House) -> None:
        super().__init__(house, NAME)

    def incoming(self, sid: str, number: str) -> Conversation:
        call = self.call_of(sid)
        try:
            return answer_phone(self._house, line=NAME, number=shown(number), call=call)
        except IntegrityError:  # told twice: it has begun
            return conversation_of(self._house, call)

    def missed(self, sid: str, number: str) -> None:
        call = self.call_of(sid)
        try:
            missed_call(self._house, line=NAME, number=shown(number), call=call)
        except IntegrityError:
            log.info("call %s has begun, or is known as missed", call)

    def conversation(self, call: str) -> Conversation | None:
        try:
            return conversation_of(self._house, call)
        except NoResultFound:
            return None

    def call_of(self, sid: str) -> str:
        return self._house.keyring.blind(f"twilio {sid}").hex()[:32]

    def answered(self, key: str, by: str) -> Conversation | None:
        if by.startswith(("machine", "fax")):
            self.ended(key, Miss.MACHINE)
            return None
        return self.taken_up(key)

    def dialled(self, key: str, status: str) -> None:
        with self._house.database.read() as session:
            attempt = session.scalar(select(DialAttempt).where(DialAttempt.key == key))
            call = attempt.call_id if attempt else None
        if call:
            conversation_of(self._house, call).hang_up()
        self.ended(key, OUTCOMES.get(status, Miss.FAILED))

    def number_for(self, call: str, to: str) -> str:
        return number_for(self._house, call, to)
