"""Twilio rings here, turn by turn: a request is an answer, or asks where the call stands; TwiML says what comes next.

Nothing is remembered between two requests but the call's log. A request that comes twice, late, or in another
order answers a turn that has been answered, and only hears where the call stands now.
"""

import logging
import re

from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import SQLAlchemyError

from ivr.conversation import Conversation
from ivr.dialogue import Heard, Transfer
from ivr.lines.twilio import twiml
from ivr.lines.twilio.answers import OVER, heard_in, key_after
from ivr.lines.twilio.app import answer, here
from ivr.lines.twilio.recordings import Taped
from ivr.lines.twilio.sounds import ALWAYS, Sentence, spoken_in, wav
from ivr.lines.twilio.standing import again, begin, stand, wait

log = logging.getLogger(__name__)

SID = re.compile(r"(?:CA|RE)[0-9a-f]{32}", re.IGNORECASE)

hooks = Blueprint("twilio", __name__)


@hooks.post("/voice")
def voice() -> Response:
    """A call comes in."""
    if request.form.get("AccountSid") != here().account.sid:
        log.warning("a call of another account is rejected")
        return answer(twiml.reject())
    return begin(here().desk.incoming(_sid(), request.form.get("From", "")))


@hooks.post("/answered")
def answered() -> Response:
    """Somebody answers a dial of ours."""
    by = request.form.get("AnsweredBy", "")
    conversation = here().desk.answered(request.args.get("key", ""), by)
    return begin(conversation) if conversation else answer(twiml.goodbye())


@hooks.post("/turn")
def turn() -> Response:
    """An answer to turn ``seq``; without one, where the call stands."""
    conversation, kind = _conversation(), request.args.get("kind", "")
    if "seq" not in request.args:
        now = (
            conversation.stand()
        )  # a live call goes on here; what led to a transfer was said there
        return stand(conversation, now, told=isinstance(now.then, Transfer))
    seq = _number("seq")
    if sid := request.form.get("RecordingSid", ""):
        return _recorded(conversation, seq, sid, kind)
    if "wait" in request.args:
        return _look(conversation, seq)
    heard = heard_in(request.form, kind, silent="silent" in request.args)
    if heard is None:
        return again(conversation, seq)
    return stand(conversation, conversation.turn(heard, seq))


@hooks.post("/recording")
def recording() -> Response:
    """A recording is there, or there was nothing to record."""
    conversation, seq = _conversation(), _number("seq")
    sid, state = request.form.get("RecordingSid", ""), request.form.get("RecordingStatus", "")
    if state == "completed" and SID.fullmatch(sid):
        here().recordings.take(Taped(call=conversation.call, seq=seq, sid=sid))
    elif state in {"absent", "failed"}:
        log.info("call %s: the recording of turn %d is %s", conversation.call, seq, state)
        here().recordings.absent(sid)  # no answer: a key may have been pressed
    return Response(status=204)


@hooks.post("/status")
def status() -> Response:
    """The call has ended; the last that was said may still come."""
    conversation = here().desk.conversation(here().desk.call_of(_sid()))
    if conversation is None:
        log.warning("the status of a call that nobody knows")
    elif request.form.get("CallStatus") in OVER:
        here().recordings.run(conversation.hang_up)
    return Response(status=204)


@hooks.post("/dialled")
def dialled() -> Response:
    """How a dial of ours goes."""
    desk, state = here().desk, request.form.get("CallStatus", "")
    if state in OVER:
        key = request.args.get("key", "")
        here().recordings.run(lambda: desk.dialled(key, state))
    return Response(status=204)


@hooks.post("/fallback")
def fallback() -> Response:
    """Something of ours failed: an apology. Who rang in is rung back; a call that had begun gets that with its ending."""
    log.error("Twilio had to use the fallback: error %s", request.form.get("ErrorCode", "unknown"))
    sid = request.form.get("CallSid", "")
    ours = request.form.get("AccountSid") == here().account.sid and SID.fullmatch(sid)
    if ours and not request.form.get("Direction", "inbound").startswith("outbound"):
        try:
            here().desk.missed(sid, request.form.get("From", ""))
        except SQLAlchemyError:
            log.exception("a call that failed could not even be written down")
    return answer(twiml.goodbye([here().sounds.fixed("trouble")]))


@hooks.get("/say/<kind>/<signed>.wav")
def say(kind: str, signed: str) -> Response:
    """A sentence, for whoever has its address."""
    sentence = here().sounds.read(kind, signed)
    if sentence is None:
        abort(404)
    sound = _sound(sentence)
    if sound is None:
        abort(404)
    spoken = Response(sound, mimetype="audio/wav")
    kept = f"public, max-age={ALWAYS}" if sentence.prompt else "no-store"
    spoken.headers["Cache-Control"] = kept
    return spoken


def _recorded(conversation: Conversation, seq: int, sid: str, kind: str) -> Response:
    if not SID.fullmatch(sid):
        abort(400)
    key = key_after(request.form, kind)
    if key and kind in {"choice", "key"}:
        return stand(conversation, conversation.turn(Heard(digits=key), seq))
    here().recordings.take(Taped(call=conversation.call, seq=seq, sid=sid, digit=key))
    now = conversation.stand()
    return wait(conversation, seq, 1, sid) if conversation.seq == seq else stand(conversation, now)


def _look(conversation: Conversation, seq: int) -> Response:
    """Has it been heard? Whoever has forgotten it meanwhile begins again."""
    looks, sid = _number("wait"), request.args.get("sid", "")
    now = conversation.stand()
    if conversation.seq != seq:
        return stand(conversation, now)
    if SID.fullmatch(sid):
        here().recordings.take(Taped(call=conversation.call, seq=seq, sid=sid))
    return wait(conversation, seq, looks, sid)


def _sound(sentence: Sentence) -> bytes | None:
    conversation = Conversation(
        here().exchange,
        sentence.call,
        sentence.language,
        "slow" if sentence.pace == "slow" else "normal",
    )
    said = spoken_in(conversation, sentence)
    return None if said is None else wav(conversation.sound((said,)))


def _conversation() -> Conversation:
    """Its number stands in an address that Twilio has signed."""
    conversation = here().desk.conversation(request.args.get("call", ""))
    if conversation is None:
        log.warning("%s: a call that nobody knows", request.path)
        abort(answer(twiml.goodbye()))
    return conversation


def _sid() -> str:
    sid = request.form.get("CallSid", "")
    if not SID.fullmatch(sid):
        abort(400)
    return sid


def _number(name: str) -> int:
    given = request.args.get(name, "")
    if not given.isdigit() or len(given) > 6:
        abort(400)
    return int(given)
