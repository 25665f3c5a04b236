"""A process that speaks with Kokoro: one JSON line in, a WAV file and one JSON line out.

Run with `python -m speech.mouth.reader FOLDER [THREADS]`. In: {"text", "voice", "speed", "out"}, or {} before the first.
Out: {"frames", "rate"} or {"error"}. It ends when its input ends, so it never outlives the process that began it.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import soundfile

from speech.mouth.kokoro import RATE, Kokoro
from speech.mouth.serving import serve

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
    def speaker() -> Callable[[dict[str, Any]], dict[str, Any]]:
        return partial(speak, Kokoro(Path(sys.argv[1]), *map(int, sys.argv[2:])))

    return serve(speaker)


if __name__ == "__main__":
    sys.exit(main())
