"""What may be asked of the ears."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an engine made of a recording; empty text where nothing was understood."""

    text: str
    confidence: float | None = None  #: 0..1 as the engine gives it; None: the engine gives none
    engine: str = "none"  #: "whisper-base", "vosk-model-small-cn-0.22", "none", "typed" ...


@dataclass(frozen=True, slots=True)
class Transcribe:
    recording: str  #: id of the stored recording
    answers: str = ""  #: "" for a story; "short" for one or two words, which needs less patience

    def result(self, data: dict[str, Any]) -> Words:
        return Words(**data)
