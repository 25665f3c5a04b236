"""All TwiML that we can say, before Twilio's own definitions; and what those would object to."""

import pytest

from ivr.dialogue import Kind, Listen
from ivr.lines.twilio import twiml
from tests.twilio_side import ACCOUNT
from tests.twiml_types import complaints

HERE = twiml.Here(base=ACCOUNT.base, call="c" * 32, seq=3)
SOUNDS = [f"{ACCOUNT.base}/say/p/one.wav", f"{ACCOUNT.base}/say/c/two.wav"]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("speech", ["", *twiml.HEARS])
@pytest.mark.parametrize("sounds", [[], SOUNDS])
def test_every_question_fits(kind, speech, sounds):
    assert complaints(str(twiml.ask(HERE, Listen("need", kind), sounds, speech=speech))) == []


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.KEY])
def test_every_answer_that_is_taken_once_more_fits(kind):
    assert complaints(str(twiml.record(HERE, Listen("need", kind)))) == []


@pytest.mark.parametrize(
    "said",
    [
        twiml.hold(HERE, SOUNDS, {"wait": 2, "sid": "RE" + "1" * 32}),
        twiml.hold(HERE, [], {"wait": 2}),
        twiml.connect(HERE, "+861055559999", SOUNDS, caller_id=ACCOUNT.number),
        twiml.connect(HERE, "110", [], caller_id=""),
        twiml.stream(HERE, ACCOUNT.stream, "a token"),
        twiml.goodbye(SOUNDS),
        twiml.goodbye(),
        twiml.reject(),
    ],
)
def test_everything_else_fits(said):
    assert complaints(str(said)) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('<Gather language="zh-CN"/>', "language"),
        ('<Gather dtmfDetection="x"/>', "has no dtmfDetection"),
        ('<Gather timeout="soon"/>', "timeout"),
        ('<Gather action="/turn"/>', "action"),
        ("<Gather><Record/></Gather>", "Record cannot stand in Gather"),
        ('<Record recordingStatusCallbackEvent="completed,absent"/>', "recordingStatusCallbackEvent"),
        ('<Record finishOnKey="any"/>', "finishOnKey"),
        ('<Connect><Stream url="wss://x/live?token=1"/></Connect>', "url"),
        ('<Connect><Stream url="wss://x/live" track="inbound"/></Connect>', "track"),
        ("<Dial><Number/></Dial>", "Number says None"),
        ("<Hangup>now</Hangup>", "Hangup says"),
        ("<play>https://x/a.wav</play>", "play cannot stand in Response"),
        ("<Hangup/><Pause/>", "never reached"),
        ('<Redirect method="post">https://x/turn</Redirect>', "method"),
        ("<Redirect>/turn</Redirect>", "goes to"),
        ('<Reject reason="tired"/>', "reason"),
    ],
)  # fmt: skip
def test_the_judge_objects(wrong, says):
    assert says in " ".join(complaints(f"<Response>{wrong}</Response>"))
