"""From 24 kHz to the telephone: 8 kHz, 200-3500 Hz, -20 dBFS while somebody speaks, G.711 mu-law in a WAV file."""

import sys
from pathlib import Path

import soundfile
import soxr
from kokoro import RATE, Wave
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project itself, for its arithmetic

from speech.audio import from_floats
from speech.mouth.sound import for_the_line

LINE = 8000


def to_telephone(wave: Wave) -> NDArray:
    return for_the_line(from_floats(soxr.resample(wave, RATE, LINE, quality="VHQ"), LINE))


def save(path: Path, sound: NDArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, LINE, subtype="ULAW", format="WAV")
