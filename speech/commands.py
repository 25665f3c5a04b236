"""What may be asked of the ears."""

from dataclasses import dataclass
from typing import Any

#: engine of an answer nobody could listen to in time: its words come later, as a row of their own
LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTime:
    """One word of an engine that tells when it was said."""

    text: str
    start: float  #: seconds into the sound that was transcribed
    end: float
    confidence: float  #: 0..1 as the engine gives it


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an engine made of a recording; empty text where nothing was understood."""

    text: str
    confidence: float | None = None  #: 0..1; None: the engine gives none
    engine: str = "none"  #: "whisper-base", "vosk-model-small-cn-0.22", "none", "typed" ...
    calibrated: bool = False  #: is `confidence` the share of characters that are right?
    language: str = ""  #: what it was said in: "zh", "en"; "" where nobody asked
    times: tuple[WordTime, ...] = ()  #: word by word, where the engine tells

    def data(self) -> dict[str, Any]:
        """As a log keeps it: the times of single words are kept with the recording."""
        return {
            "text": self.text,
            "confidence": self.confidence,
            "engine": self.engine,
            "calibrated": self.calibrated,
            "language": self.language,
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Words":
        """From what `data` or `dataclasses.asdict` gave, also by an older edition."""
        times = tuple(WordTime(**one) for one in data.get("times", ()))
        return cls(**data | {"times": times})


@dataclass(frozen=True, slots=True)
class ListenAgain:
    """Have another engine, if there is one, listen to a recording in the background."""

    recording: str

    def result(self, _data: dict[str, Any]) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Transcribe:
    recording: str  #: id of the stored recording
    answers: str = ""  #: "" for a story; "short" for one or two words, which needs less patience

    def result(self, data: dict[str, Any]) -> Words:
        return Words.of(data)
