"""Which engine hears which language: Vosk wherever a whole model for it is installed, else Whisper, else nobody."""

from dataclasses import dataclass
from pathlib import Path

from speech.ears.vosk_folder import missing


@dataclass(frozen=True, slots=True)
class Engine:
    maker: str  #: import path "module:class" of a Recogniser; of a Follower where it follows
    model: str  #: the folder it is built with
    follows: bool = False  #: does it hear while people speak, many at once?

    @property
    def name(self) -> str:
        return Path(self.model).name or "none"


VOSK = "speech.ears.vosk:VoskEar"
WHISPER = "speech.ears.whisper:WhisperEar"
NONE = Engine("speech.ears.none:NoEar", "")

_VOSK_NAMES = {"zh": "cn", "en": "en-us"}  # Vosk names its folders vosk-model[-small]-cn-0.22


def choose(language: str, models: Path) -> Engine:
    """The best engine installed under `models` for "zh", "en", "ko" ...

    A Vosk model that is not whole is chosen only where there is nothing else: it then says itself what it lacks.
    """
    vosk = _vosk(language, models)
    whole = [folder for folder in vosk if not missing(folder)]
    if whole:
        return Engine(VOSK, str(whole[0]), follows=True)
    if _whisper(models) != NONE:
        return _whisper(models)
    return Engine(VOSK, str(vosk[0]), follows=True) if vosk else NONE


def choose_second(language: str, models: Path) -> Engine:
    """Another kind of engine for a second opinion; NONE where there is only one kind."""
    return _whisper(models) if choose(language, models).maker == VOSK else NONE


def _vosk(language: str, models: Path) -> list[Path]:
    """Folders with a model, large ones first."""
    code = _VOSK_NAMES.get(language, language)
    found = [
        folder
        for folder in models.glob("vosk-model-*")
        if f"-{code}-" in f"{folder.name}-" and folder.is_dir()
    ]
    return sorted(found, key=_small_last)


def _whisper(models: Path) -> Engine:
    whisper = models / "whisper-base"
    return Engine(WHISPER, str(whisper)) if (whisper / "model.bin").is_file() else NONE


def _small_last(folder: Path) -> tuple[bool, str]:
    return "-small-" in folder.name, folder.name
