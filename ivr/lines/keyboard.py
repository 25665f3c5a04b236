"""A telephone made of a keyboard: the same dialogue, turn by turn, with text for sound."""

from collections.abc import Callable

from ivr.conversation import Conversation
from ivr.dialogue import Heard, Kind, Listen, Transfer
from ivr.engine import Wait

HANG_UP = {"q", "quit", "挂断"}


def talk(
    conversation: Conversation, *, show: Callable[[str], None], read: Callable[[str], str]
) -> None:
    """Play a call at the keyboard; a digit is a key, other text is speech, an empty line is silence."""
    answer: Heard | None = None
    try:
        while True:
            turn = conversation.turn(answer)
            for say in turn.spoken:
                show(conversation.text(say))
            match turn.then:
                case None:
                    return
                case Listen() as listen:
                    answer = Heard() if listen.kind is Kind.KEY else _typed(read("> ").strip())
                case Transfer():
                    answer = Heard(result={"connected": False})
                case Wait() as wait:
                    conversation.waits_for(wait).result()
                    answer = None
    except (EOFError, UnicodeDecodeError, _HungUp):
        return
    finally:
        conversation.hang_up()


class _HungUp(Exception):
    """The person at the keyboard has hung up."""


def _typed(text: str) -> Heard:
    text = text.encode(errors="replace").decode()  # bytes of another encoding
    if text.lower() in HANG_UP:
        raise _HungUp
    keys = text.removesuffix("#")
    return Heard(digits=keys) if keys.isdigit() else Heard(words=text)
