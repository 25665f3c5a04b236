"""The process an engine lives in: `python -m speech.ears.worker MAKER MODEL`, spoken to over stdin and stdout.

It may be killed at any moment, and it ends by itself as soon as the desk has gone, even in the middle of its work.
"""

import importlib
import os
import sys
import threading
from dataclasses import asdict
from queue import SimpleQueue
from typing import IO

import numpy as np

from speech.ears.base import Recogniser
from speech.ears.frames import Message, receive, send


def build(maker: str, model: str) -> Recogniser:
    module, _, name = maker.partition(":")
    recogniser: Recogniser = getattr(importlib.import_module(module), name)(model)
    return recogniser


def _answer(recogniser: Recogniser, message: Message) -> Message:
    sound = np.frombuffer(message.body, dtype=np.int16)
    head = message.head
    try:
        words = recogniser.transcribe(sound, head["language"], short=head["short"])
    except Exception as problem:  # noqa: BLE001  an engine may raise anything; the desk must hear of it
        return Message({"problem": f"{type(problem).__name__}: {problem}"})
    return Message({"words": asdict(words)})


def _take_in(pipe: IO[bytes], requests: SimpleQueue[Message]) -> None:
    while (message := receive(pipe)) is not None:
        requests.put(message)
    os._exit(0)


def _own_stdout() -> IO[bytes]:
    """Our pipe to the desk; whatever an engine prints goes to stderr instead."""
    sys.stdout.flush()
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def main() -> None:
    maker, model = sys.argv[1:3]
    answers = _own_stdout()
    requests: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_take_in, args=(sys.stdin.buffer, requests), daemon=True).start()
    recogniser = build(maker, model)
    send(answers, Message({"ready": recogniser.name}))
    while True:
        send(answers, _answer(recogniser, requests.get()))


if __name__ == "__main__":
    main()
