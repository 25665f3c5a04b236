"""Bare Vosk, to be measured against: KaldiRecognizer calls in a loop, one thread a speaker, in real time, and nothing around them.

`python -m hotline.bench_bare MODEL SOUNDS ROUNDS`: SOUNDS is an .npz of int16 at 16000 Hz, one array a speaker. Prints JSON.
"""

import json
import sys
import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vosk import KaldiRecognizer, Model, SetLogLevel

from hotline.bench_measures import Memory, cpu_seconds, own_tree

STEP = 1600  #: samples at 16000 Hz, 100 ms
STAGGER = (
    0.7  #: seconds between the first words of two speakers, so that they do not all end at once
)


def speak(
    model: Model,
    sounds: list[NDArray[np.int16]],
    start: float,
    finals: list[float],
    waits: list[float],
) -> None:
    """One speaker says one sound after the other.

    `finals` gets the seconds of each FinalResult, `waits` those from the end of the sound to its words: more, where
    the machine is behind.
    """
    for sound in sounds:
        recogniser = KaldiRecognizer(model, 16000)
        recogniser.SetWords(True)
        for at in range(0, len(sound), STEP):
            time.sleep(max(0.0, start + (at + STEP) / 16000 - time.monotonic()))
            if recogniser.AcceptWaveform(sound[at : at + STEP].tobytes()):
                recogniser.Result()
        begun = time.monotonic()
        recogniser.FinalResult()
        finals.append(time.monotonic() - begun)
        start += len(sound) / 16000
        waits.append(time.monotonic() - start)


def measure(folder: str, sounds: list[NDArray[np.int16]], rounds: int) -> dict[str, Any]:
    """Every speaker begins with another sound."""
    SetLogLevel(-1)
    model = Model(folder)
    finals: list[float] = []
    waits: list[float] = []
    memory = Memory(own_tree)
    spent = cpu_seconds(own_tree())
    start = time.monotonic() + 0.2
    threads = []
    for number in range(len(sounds)):
        turn = [sounds[(number + one) % len(sounds)] for one in range(rounds)]
        speaker = (model, turn, start + number * STAGGER, finals, waits)
        threads.append(threading.Thread(target=speak, args=speaker))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = rounds * sum(len(sound) for sound in sounds) / 16000
    spent = cpu_seconds(own_tree()) - spent
    return {
        "cpu": spent / heard,
        "finals": finals,
        "waits": waits,
        "mib": memory.grown() / len(sounds),
    }


if __name__ == "__main__":
    with np.load(sys.argv[2]) as archive:
        print(json.dumps(measure(sys.argv[1], list(archive.values()), int(sys.argv[3]))))
