"""Engines for rehearsals and tests, which behave as badly as real ones sometimes do. They need no model."""

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from speech.audio import RATE, Sound, level, seconds
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


class Follows:
    """Follows speakers; its partial words tell how much it has heard."""

    name = "rehearsal follower"

    def __init__(self, model: str) -> None:
        self.model = model

    def follow(self, language: str, *, short: bool) -> "FollowsLength":
        return FollowsLength(language)


class FollowsLength:
    """Its words are the length of what it heard, and how many pieces that came in does not matter."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.samples = 0

    def hear(self, sound: Sound) -> str:
        self.samples += len(sound)
        return f"{self.samples / RATE:.1f}"

    def finish(self, length: float, *, short: bool) -> Words:
        said = f"{self.language} {length:.1f} of {self.samples / RATE:.1f}"
        return Words(text=f"{said}{' short' if short else ''}", confidence=1.0, engine=Follows.name)


class FollowsUntilLoud(Follows):
    """One speaker louder than -20 dB, and the process dies."""

    def follow(self, language: str, *, short: bool) -> FollowsLength:
        return _DiesWhereLoud(language)


class _DiesWhereLoud(FollowsLength):
    def hear(self, sound: Sound) -> str:
        if level(sound) > -20:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().hear(sound)


class FollowsAndHangs(Follows):
    """Over a speaker louder than -20 dB it hangs, and hears the others."""

    def follow(self, language: str, *, short: bool) -> FollowsLength:
        return _HangsWhereLoud(language)


class _HangsWhereLoud(FollowsLength):
    def hear(self, sound: Sound) -> str:
        if level(sound) > -20:
            threading.Event().wait()
        return super().hear(sound)


class FollowsNobody(Follows):
    def follow(self, language: str, *, short: bool) -> FollowsLength:
        raise RuntimeError("rehearsed failure")


class FollowsSlowly(Follows):
    """Takes as long for a sound as the sound is."""

    def follow(self, language: str, *, short: bool) -> FollowsLength:
        return _Slow(language)


class _Slow(FollowsLength):
    def hear(self, sound: Sound) -> str:
        threading.Event().wait(seconds(sound))
        return super().hear(sound)


class HearsSlowly(SaysLength):
    """Takes as long for a recording as it is."""

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        threading.Event().wait(seconds(sound))
        return super().transcribe(sound, language, short=short)


class DiesOnce(SaysLength):
    """Dies over the first recording that any process of it hears; `model` is a folder where it leaves a mark."""

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        mark = Path(self.model) / "died"
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().transcribe(sound, language, short=short)


class TakesHotWords(SaysLength):
    takes_hot_words = True

    def transcribe(
        self, sound: Sound, language: str, *, short: bool, hot: Sequence[str] = ()
    ) -> Words:
        return Words(text=" ".join(hot), engine=self.name)
