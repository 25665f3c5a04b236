"""Engines for rehearsals and tests, which behave as badly as real ones sometimes do. They need no model."""

import os
import signal
import threading

from speech.audio import Sound, level, seconds
from speech.commands import Words


class SaysLength:
    """Answers with the length of what it heard, so that a test sees which sound came through."""

    name = "rehearsal"

    def __init__(self, model: str) -> None:
        self.model = model

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        said = f"{language} {seconds(sound):.1f}{' short' if short else ''}"
        return Words(text=said, confidence=1.0, engine=self.name)


class Raises(SaysLength):
    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        raise RuntimeError("rehearsed failure")


class Dies(SaysLength):
    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        os.kill(os.getpid(), signal.SIGKILL)
        return Words(text="")


class HangsWhereLoud(SaysLength):
    """Never comes back from a sound louder than -20 dB."""

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        if level(sound) > -20:
            threading.Event().wait()
        return super().transcribe(sound, language, short=short)


class WillNotLoad(SaysLength):
    def __init__(self, model: str) -> None:
        raise FileNotFoundError(f"no model at {model}")
