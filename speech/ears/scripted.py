"""Ears that hear what a script says: a shipped double for trying conversations without a model."""

from collections.abc import Sequence
from concurrent.futures import Future

from speech.audio import Sound
from speech.commands import Words
from speech.ears.choose import NONE, Engine


class ScriptedEars:
    """Answers each wanted recording with the next text of the script; "" when the script is over."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.heard: list[
            tuple[str, int]
        ] = []  #: (recording, samples) in the order they were wanted
        self.begun: list[str] = []
        self.dropped: list[str] = []
        self._texts = list(texts)

    def begin(self, recording: str, _sound: Sound, _language: str, *, short: bool = False) -> None:
        del short
        self.begun.append(recording)

    def hear(self, _recording: str, _sound: Sound, _language: str, *, short: bool = False) -> None:
        """The script knows already."""

    def partial(self, _recording: str) -> str:
        return ""

    def later(self, _recording: str) -> Future[Words] | None:
        return None

    def second(self, _recording: str, _sound: Sound, _language: str) -> Future[Words] | None:
        return None

    def drop(self, recording: str) -> None:
        self.dropped.append(recording)

    def words(
        self, recording: str, sound: Sound, _language: str, *, short: bool = False
    ) -> Future[Words]:
        del short
        text = self._texts[len(self.heard)] if len(self.heard) < len(self._texts) else ""
        self.heard.append((recording, len(sound)))
        future: Future[Words] = Future()
        future.set_result(Words(text=text, confidence=0.9 if text else None, engine="scripted"))
        return future

    def engine(self, _language: str) -> Engine:
        return NONE

    def warm(self, _language: str) -> None:
        """There is nothing to load."""

    def close(self) -> None:
        """There is nothing to end."""
