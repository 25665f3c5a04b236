"""The webhooks as an app of their own, beside the pages: no session, no cookie, no form of ours."""

import logging
from typing import Protocol

from flask import Flask, Response, abort, current_app, request
from twilio.twiml.voice_response import VoiceResponse
from werkzeug.exceptions import HTTPException

from ivr.conversation import CallOver, Conversation
from ivr.engine import ScriptChanged
from ivr.exchange import Exchange
from ivr.lines.twilio import twiml
from ivr.lines.twilio.account import PREFIX, Account
from ivr.lines.twilio.recordings import Recordings
from ivr.lines.twilio.signatures import Signatures
from ivr.lines.twilio.sounds import Sounds

log = logging.getLogger(__name__)

LARGEST = 64 * 1024  #: bytes of a webhook


class Desk(Protocol):
    """What the webhooks need of the house."""

    def incoming(self, sid: str, number: str) -> Conversation:
        """The call of this id, begun now where it is new."""
        ...

    def missed(self, sid: str, number: str) -> None:
        """A call that we failed to begin is rung back; nothing happens where it did begin."""
        ...

    def conversation(self, call: str) -> Conversation | None:
        """A call that was begun; None where there is none."""
        ...

    def call_of(self, sid: str) -> str:
        """Our id of a call that came in."""
        ...

    def token(self, call: str) -> str:
        """Admits one socket to this call."""
        ...

    def answered(self, key: str, by: str) -> Conversation | None:
        """Somebody answers a dial of ours, ``by`` as Twilio guesses; None: hang up."""
        ...

    def dialled(self, key: str, status: str) -> None:
        """How a dial of ours ended."""
        ...

    def number_for(self, call: str, to: str) -> str:
        """Whom to dial for a transfer; "" where nobody is to be reached now."""
        ...


class Twilio:
    """What the views share."""

    def __init__(
        self,
        account: Account,
        exchange: Exchange,
        desk: Desk,
        sounds: Sounds,
        recordings: Recordings,
    ) -> None:
        self.account = account
        self.exchange = exchange
        self.desk = desk
        self.sounds = sounds
        self.recordings = recordings
        self.signatures = Signatures(account)


def here() -> Twilio:
    twilio = current_app.extensions["twilio"]
    assert isinstance(twilio, Twilio)
    return twilio


def create_webhooks(twilio: Twilio) -> Flask:
    from ivr.lines.twilio.webhooks import hooks  # noqa: PLC0415  # they need `here`

    app = Flask(__name__)
    app.extensions["twilio"] = twilio
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST
    app.before_request(_only_twilio)
    app.register_blueprint(hooks, url_prefix=PREFIX)
    app.register_error_handler(CallOver, _on_end)
    app.register_error_handler(ScriptChanged, _on_bug)
    app.register_error_handler(Exception, _on_bug)
    return app


def answer(said: VoiceResponse) -> Response:
    return Response(str(said), mimetype="text/xml")


def _only_twilio() -> None:
    """Sentences have a signature in their own address; all else is signed by Twilio."""
    if request.endpoint in {"twilio.say", None}:
        return
    path = request.full_path if request.query_string else request.path
    sent = request.get_data(as_text=True) if request.is_json else request.form
    if not here().signatures.good(path, request.headers, sent):  # type: ignore[arg-type]
        log.warning("%s: not signed by Twilio", request.path)
        abort(403)


def _on_end(over: Exception) -> Response:
    """Late or doubled: the call has its ending."""
    log.info("%s: call %s is over", request.path, over)
    return answer(twiml.goodbye())


def _on_bug(bug: Exception) -> Response | HTTPException:
    """The caller hears what happens next, never an error."""
    if isinstance(bug, HTTPException):
        if bug.response is None:
            log.warning("%r is refused: %s", request.path[:100], bug.name)
        return bug
    log.error("%s", request.path, exc_info=bug)
    return answer(twiml.goodbye([here().sounds.fixed("trouble")]))
