"""A process that speaks with Kokoro: one JSON line in, a WAV file and one JSON line out.

Run with `python -m speech.mouth.reader FOLDER [THREADS]`. In: {"text", "voice", "speed", "out"}, or {} before the first.
Out: {"frames", "rate"} or {"error"}. It ends when its input ends, so it never outlives the process that began it.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import soundfile

from speech.mouth.kokoro import RATE, Kokoro

FIRST_WORD, FIRST_VOICE = (
    "好",
    "zm_yunxi",
)  #: said to nobody: what is loaded at a first word is then loaded


def speak(kokoro: Kokoro, ask: dict[str, Any]) -> dict[str, Any]:
    if not ask:
        return {"frames": len(kokoro.say(FIRST_WORD, FIRST_VOICE, 1.0)), "rate": RATE}
    wave = kokoro.say(ask["text"], ask["voice"], ask["speed"])
    soundfile.write(ask["out"], wave, RATE, subtype="PCM_16", format="WAV")
    return {"frames": len(wave), "rate": RATE}


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    kokoro = Kokoro(Path(sys.argv[1]), *map(int, sys.argv[2:]))
    for line in sys.stdin:
        try:
            answer = speak(kokoro, json.loads(line))
        except Exception as problem:  # noqa: BLE001  # told to the one who asked; the next text may go well
            answer = {"error": f"{type(problem).__name__}: {problem}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
