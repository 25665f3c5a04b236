"""A process that speaks: one JSON line in, a WAV file and one JSON line out. Run with `python -m speech.mouth.worker`.

In: {"text", "voice", "rate", "pitch", "out"}. Out: {"frames", "rate"} or {"error"}. It ends when its input ends,
so it never outlives the process that began it.
"""

import sys
import wave
from functools import partial
from typing import Any

from speech.mouth.driver import engine
from speech.mouth.serving import serve


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
    return serve(lambda: partial(speak, engine()))


if __name__ == "__main__":
    sys.exit(main())
