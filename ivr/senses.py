"""What a call asks of ears and mouth; the real ones are ``speech.ears.EarDesk`` and ``speech.mouth.Mouth``."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Literal, Protocol, TypeAlias

from speech.audio import Sound
from speech.commands import Words

Pace: TypeAlias = Literal["normal", "slow"]


class Ears(Protocol):
    """What a call asks of ``speech.ears.EarDesk``."""

    def begin(
        self, recording: str, sound: Sound, language: str, *, short: bool = False
    ) -> None: ...
    def hear(self, recording: str, sound: Sound, language: str, *, short: bool = False) -> None: ...
    def partial(self, recording: str) -> str: ...
    def drop(self, recording: str) -> None: ...
    def words(
        self, recording: str, sound: Sound, language: str, *, short: bool = False
    ) -> Future[Words]: ...
    def later(self, recording: str) -> Future[Words] | None: ...
    def second(self, recording: str, sound: Sound, language: str) -> Future[Words] | None: ...


class Mouth(Protocol):
    """What a call asks of ``speech.mouth.Mouth``."""

    def stream(
        self, text: str, language: str = "zh", pace: Pace = "normal", *, keep: bool = True
    ) -> Iterator[Sound]: ...
