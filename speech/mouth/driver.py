"""A driver for pyttsx3, called `hotline`, that never loses a sentence.

pyttsx3's own espeak driver fetches sound from an event thread: it now and then writes an empty file, drops the
first of two queued saves, and hangs on a path it cannot write. This one does each command at once and in order;
what goes wrong reaches the caller as pyttsx3's "error" notification.
"""

import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyttsx3

from speech.mouth import espeak

NAME = "hotline"


def register() -> None:
    """After this, `pyttsx3.init("hotline")` finds this module."""
    sys.modules[f"pyttsx3.drivers.{NAME}"] = sys.modules[__name__]


def engine() -> Any:
    """A pyttsx3 engine on this driver."""
    register()
    return pyttsx3.init(NAME)


def buildDriver(proxy: Any) -> "HotlineDriver":  # noqa: N802  # pyttsx3 calls it by this name
    return HotlineDriver(proxy)


class HotlineDriver:
    """Files only: a server has no loudspeaker, so `say` is refused."""

    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._library = espeak.library()
        self._voice = ""

    def save_to_file(self, text: str, filename: str) -> None:
        self._proxy.notify("started-utterance")
        sound = self._library.speak(text)
        with Path(filename).open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self._library.rate)
            file.writeframes(sound.tobytes())
        self._proxy.notify("finished-utterance", completed=True)

    def say(self, text: str) -> None:
        raise NotImplementedError("this driver writes files: use save_to_file")

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802
        if name == "voice":
            self._library.voice(str(value))
            self._voice = str(value)
        elif name == "volume":
            self._library.set(name, round(value * 100))
        else:
            self._library.set(name, int(value))

    def getProperty(self, name: str) -> Any:  # noqa: N802
        if name == "voice":
            return self._voice
        return self._library.get(name) / (100 if name == "volume" else 1)

    def startLoop(self) -> None:  # noqa: N802
        self._proxy.setBusy(False)  # runs all that is queued, here and now

    def iterate(self) -> Iterator[None]:
        self._proxy.setBusy(False)
        yield

    def endLoop(self) -> None:  # noqa: N802
        """Nothing is left to end: each command was done when it was asked."""

    def stop(self) -> None:
        """Nothing can be under way: each command is done before the next call."""

    def destroy(self) -> None:
        """The library stays: it can be started once in a process."""
