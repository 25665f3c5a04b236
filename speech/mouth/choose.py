"""Which voices for any text are on this machine: Kokoro where it is installed, espeak-ng always."""

from pathlib import Path

from speech.mouth.neural import NAME, WEIGHTS, Neural
from speech.mouth.voices import Espeak, Voice


def speakers(models: Path) -> list[Voice]:
    """Best first. A neural voice that turns out to be damaged gives way to espeak-ng sentence by sentence."""
    neural: list[Voice] = [Neural(models / NAME)] if (models / NAME / WEIGHTS).is_file() else []
    return [*neural, Espeak()]
