"""Where a call stands, as the TwiML for it."""

from flask import Response
from twilio.twiml.voice_response import VoiceResponse

from ivr.conversation import Conversation
from ivr.dialogue import Heard, Listen, Transfer
from ivr.engine import Turn, Wait
from ivr.lines.twilio import twiml
from ivr.lines.twilio.account import abroad
from ivr.lines.twilio.app import answer, here

LOOKS = 45  #: how often a caller is asked to wait for a recording before we go on without it
SAY_SO = 4  #: looks between two "one moment"


def begin(conversation: Conversation) -> Response:
    """A call that is answered: live where that is wanted, else its first turn."""
    twilio = here()
    if twilio.account.live:
        conversation.stand()  # raises CallOver
        token = twilio.desk.token(conversation.call)
        return answer(twiml.stream(_place(conversation), twilio.account.stream, token))
    return stand(conversation, conversation.turn())


def stand(conversation: Conversation, turn: Turn, *, told: bool = False) -> Response:
    """What is said and awaited now; ``told``: the caller has heard the sentences already."""
    sounds = [] if told else here().sounds.of(conversation, turn.spoken)
    while isinstance(turn.then, Transfer) and not _number(conversation, turn.then):
        turn = conversation.turn(Heard(result={"connected": False}), conversation.seq)
        sounds += here().sounds.of(conversation, turn.spoken)
    if isinstance(turn.then, Wait):
        return wait(conversation, conversation.seq)
    return answer(_said(conversation, turn, sounds))


def wait(conversation: Conversation, seq: int, looks: int = 0, sid: str = "") -> Response:
    """Something has to be heard first: "one moment", and look again. After too long we go on without it."""
    twilio = here()
    if looks > LOOKS:
        return stand(conversation, conversation.turn(Heard(), seq))
    if not sid:
        twilio.recordings.go_on(conversation.call)
    say_so = looks % SAY_SO == 1 or (looks == 0 and not sid)
    sounds = [_fixed(conversation, "hold")] if say_so else []
    more: dict[str, object] = {"wait": looks + 1} | ({"sid": sid} if sid else {})
    return answer(twiml.hold(_place(conversation, seq), sounds, more))


def again(conversation: Conversation, seq: int) -> Response:
    """A key that means nothing here: only the answer is taken once more."""
    turn = conversation.stand()
    if conversation.seq != seq or not isinstance(turn.then, Listen):
        return stand(conversation, turn)
    return answer(twiml.record(_place(conversation), turn.then))


def _said(conversation: Conversation, turn: Turn, sounds: list[str]) -> VoiceResponse:
    account, place = here().account, _place(conversation)
    match turn.then:
        case Listen() as listen:
            speech = conversation.language if account.speech else ""
            return twiml.ask(place, listen, sounds, speech=speech)
        case Transfer() as transfer:
            number = abroad(_number(conversation, transfer), account.country)
            return twiml.connect(place, number, sounds, caller_id=account.number)
        case _:
            here().recordings.run(conversation.hang_up)
            return twiml.goodbye(sounds)


def _place(conversation: Conversation, seq: int | None = None) -> twiml.Here:
    at = conversation.seq if seq is None else seq
    return twiml.Here(base=here().account.base, call=conversation.call, seq=at)


def _number(conversation: Conversation, transfer: Transfer) -> str:
    return here().desk.number_for(conversation.call, transfer.to)


def _fixed(conversation: Conversation, prompt: str) -> str:
    return here().sounds.fixed(prompt, conversation.language, conversation.pace)
