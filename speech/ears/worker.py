"""The process an engine lives in: `python -m speech.ears.worker MAKER MODEL`, spoken to over stdin and stdout.

It may be killed at any moment, and it ends by itself as soon as the desk has gone, even in the middle of its work.
"""

import importlib
import os
import sys
import threading
from dataclasses import asdict
from queue import SimpleQueue
from typing import IO, Any

import numpy as np

from speech.ears.base import BadModel, Recogniser
from speech.ears.frames import Message, receive, send


def build(maker: str, model: str) -> Recogniser:
    module, _, name = maker.partition(":")
    recogniser: Recogniser = getattr(importlib.import_module(module), name)(model)
    return recogniser


def make(maker: str, model: str, answers: IO[bytes]) -> Any:
    """The engine; where it cannot be built the desk is told why, and the process ends."""
    try:
        return build(maker, model)
    except BadModel as problem:
        said = str(problem)
    except Exception as problem:  # noqa: BLE001  whatever a library raises for a broken file
        said = f"{type(problem).__name__}: {problem}"
    send(answers, Message({"problem": said}))
    sys.exit(1)


def own_stdout() -> IO[bytes]:
    """Our pipe to the desk; whatever an engine prints goes to stderr instead."""
    sys.stdout.flush()
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def _answer(recogniser: Any, message: Message) -> Message:
    sound = np.frombuffer(message.body, dtype=np.int16)
    head = message.head
    hot = {"hot": head["hot"]} if getattr(recogniser, "takes_hot_words", False) else {}
    try:
        words = recogniser.transcribe(sound, head["language"], short=head["short"], **hot)
    except Exception as problem:  # noqa: BLE001  an engine may raise anything; the desk must hear of it
        return Message({"problem": f"{type(problem).__name__}: {problem}"})
    return Message({"words": asdict(words)})


def _take_in(pipe: IO[bytes], requests: SimpleQueue[Message]) -> None:
    while (message := receive(pipe)) is not None:
        requests.put(message)
    os._exit(0)


def main() -> None:
    maker, model = sys.argv[1:3]
    answers = own_stdout()
    requests: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_take_in, args=(sys.stdin.buffer, requests), daemon=True).start()
    recogniser = make(maker, model, answers)
    send(answers, Message({"ready": recogniser.name}))
    while True:
        send(answers, _answer(recogniser, requests.get()))


if __name__ == "__main__":
    main()
