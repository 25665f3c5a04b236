"""The serving side of a voice process: one JSON line in, one JSON line out, until the input ends or nobody listens."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any


def serve(speaker: Callable[[], Callable[[dict[str, Any]], dict[str, Any]]]) -> int:
    """`speaker` makes what answers; an answer it cannot give becomes {"error"}, and the next may go well."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    speak = speaker()
    for line in sys.stdin:
        try:
            answer = speak(json.loads(line))
        except Exception as problem:  # noqa: BLE001  an engine may raise anything; who asked is told
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        try:
            answers.write((json.dumps(answer) + "\n").encode())
        except BrokenPipeError:
            return 0
    return 0
