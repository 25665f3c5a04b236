"""A process that speaks: one JSON line in, a WAV file and one JSON line out. Run with `python -m speech.mouth.worker`.

In: {"text", "voice", "rate", "pitch", "out"}. Out: {"frames", "rate"} or {"error"}. It ends when its input ends,
so it never outlives the process that began it.
"""

import json
import os
import sys
import wave
from typing import Any

from speech.mouth.driver import engine


def speak(voice: Any, ask: dict[str, Any]) -> dict[str, Any]:
    problems: list[BaseException] = []
    token = voice.connect("error", lambda **told: problems.append(told["exception"]))
    for setting in ("voice", "rate", "pitch"):
        voice.setProperty(setting, ask[setting])
    voice.save_to_file(ask["text"], ask["out"])
    voice.runAndWait()
    voice.disconnect(token)
    if problems:
        return {"error": str(problems[0])}
    with wave.open(ask["out"], "rb") as made:
        return {"frames": made.getnframes(), "rate": made.getframerate()}


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    voice = engine()
    for line in sys.stdin:
        try:
            answer = speak(voice, json.loads(line))
        except (OSError, ValueError, KeyError, wave.Error) as problem:
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
