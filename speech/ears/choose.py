"""Which engine hears which language: Vosk wherever a model for it is installed, else Whisper, else nobody."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Engine:
    maker: str  #: import path "module:class" of a Recogniser
    model: str  #: the folder it is built with

    @property
    def name(self) -> str:
        return Path(self.model).name or "none"


VOSK = "speech.ears.vosk:VoskEar"
WHISPER = "speech.ears.whisper:WhisperEar"
NONE = Engine("speech.ears.none:NoEar", "")

_VOSK_NAMES = {"zh": "cn", "en": "en-us"}  # Vosk names its folders vosk-model[-small]-cn-0.22


def choose(language: str, models: Path) -> Engine:
    """The best engine installed under `models` for "zh", "en", "ko" ..."""
    code = _VOSK_NAMES.get(language, language)
    found = [
        folder
        for folder in sorted(models.glob("vosk-model-*"))
        if f"-{code}-" in f"{folder.name}-" and (folder / "am").is_dir()
    ]
    if found:
        return Engine(VOSK, str(min(found, key=_small_last)))
    whisper = models / "whisper-base"
    if (whisper / "model.bin").is_file():
        return Engine(WHISPER, str(whisper))
    return NONE


def _small_last(folder: Path) -> tuple[bool, str]:
    return "-small-" in folder.name, folder.name
