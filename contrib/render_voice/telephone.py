"""From 24 kHz to the telephone: 8 kHz, 200-3500 Hz, -20 dBFS while somebody speaks, G.711 mu-law in a WAV file."""

from pathlib import Path

import soundfile
import soxr
from numpy.typing import NDArray
from telling import RATE, Wave

from speech.audio import from_floats
from speech.mouth.sound import for_the_line

LINE = 8000


def to_telephone(wave: Wave) -> NDArray:
    return for_the_line(from_floats(soxr.resample(wave, RATE, LINE, quality="VHQ"), LINE))


def save(path: Path, sound: NDArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, LINE, subtype="ULAW", format="WAV")
