"""What a webhook says, read as an answer. Pure."""

from collections.abc import Mapping

from ivr.dialogue import Heard, Kind
from ivr.lines.dialect import KEYS

CONNECTED = {"completed", "answered"}  #: a transferred call that was spoken
OVER = {"completed", "busy", "failed", "no-answer", "canceled"}
EVERYWHERE = {"0", "9"}  #: a person; again


def heard_in(form: Mapping[str, str], kind: str, *, silent: bool) -> Heard | None:
    """An answer that needs no recording; None for a key that means nothing to this kind of question."""
    if kind == "transfer":
        return Heard(result={"connected": form.get("DialCallStatus", "") in CONNECTED})
    digits = "".join(one for one in form.get("Digits", "") if one in KEYS)
    if not digits or form.get("Digits") == "hangup":
        return Heard(words=form.get("SpeechResult", "")[:500]) if not silent else Heard()
    match kind:
        case Kind.NUMBER:
            return Heard(digits="".join(one for one in digits if one.isdigit()))
        case Kind.CHOICE if digits[0] != "#":
            return Heard(digits=digits[0])
        case Kind.KEY:
            return Heard(digits=digits[0])
        case _:
            return Heard(digits=digits[0]) if digits[0] in EVERYWHERE else None


def key_after(form: Mapping[str, str], kind: str) -> str:
    """The key that ended a recording and is the answer; "" where the recording itself is."""
    digit = form.get("Digits", "")
    if kind == Kind.CHOICE:
        return digit if digit in KEYS - {"#"} and digit else ""
    return digit if digit in {"0", "9"} else ""
