"""Kokoro-82M (int8 ONNX) on a CPU, offline: words in, 24 kHz out. Runs in a process of its own (speech.mouth.reader).

The folder is what `hotline models install voice-zh` leaves: weights, voices, and `site/` with the packages that read
hanzi. The same machine gives the same samples for the same words.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from speech.mouth.neural import WEIGHTS
from speech.mouth.phonemes import MANDARIN, Mandarin, english, tokens

Wave = NDArray[np.float64]

RATE = 24000
MOST_TOKENS = 400  #: the network takes 510
STYLE = 256  #: numbers in a voice's row; there is a row for each length of text
STILL, MARGIN = (
    0.003,
    0.05,
)  #: of full scale; s kept around: weak onsets such as q and x are no louder


class Kokoro:
    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Loads the weights; a language's reader is loaded at its first word. Raises OSError, onnxruntime's own."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._folder = folder
        self._session = onnxruntime.InferenceSession(
            str(folder / WEIGHTS), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._voices: dict[str, NDArray[np.float32]] = {}
        self._mandarin: Callable[[str], str] | None = None

    def say(self, text: str, voice: str, speed: float) -> Wave:
        """Floats of +-1 at RATE, without the silence around. Raises NoSounds, KeyError for an unknown voice."""
        return self.utter(self.phonemes(text, voice), voice, speed)

    def utter(self, phonemes: str, voice: str, speed: float) -> Wave:
        """The same of sounds that are known."""
        style, found = self._style(voice), tokens(phonemes)
        parts = [found[i : i + MOST_TOKENS] for i in range(0, len(found), MOST_TOKENS)]
        return np.concatenate([self._infer(part, style, speed) for part in parts])

    def phonemes(self, text: str, voice: str) -> str:
        if not voice.startswith(MANDARIN):
            return english(text, voice[0])
        if self._mandarin is None:
            site = str(self._folder / "site")
            if site not in sys.path:
                sys.path.append(site)  # last: what the hotline has itself comes first
            self._mandarin = Mandarin(self._folder)
        return self._mandarin(text)

    def _infer(self, part: list[int], style: NDArray[np.float32], speed: float) -> Wave:
        feed: dict[str, Any] = {
            "tokens": np.array([[0, *part, 0]], np.int64),
            "style": style[min(len(part), len(style)) - 1].reshape(1, STYLE),
            "speed": np.array([speed], np.float32),
        }
        return trimmed(np.asarray(self._session.run(None, feed)[0], np.float64).ravel())

    def _style(self, voice: str) -> NDArray[np.float32]:
        """510 x 256."""
        if voice not in self._voices:
            self._voices[voice] = read_style(self._folder, voice)
        return self._voices[voice]


def read_style(folder: Path, voice: str) -> NDArray[np.float32]:
    """Out of voices/NAME.bin (npm) or voices-v1.0.bin (kokoro-onnx: all of them). Raises KeyError."""
    alone = folder / "voices" / f"{voice}.bin"
    together = folder / "voices-v1.0.bin"
    if alone.is_file():
        return np.fromfile(alone, "<f4").reshape(-1, STYLE)
    if together.is_file():
        with np.load(together) as all_of_them:
            return np.asarray(all_of_them[voice], np.float32).reshape(-1, STYLE)
    raise KeyError(voice)


def trimmed(wave: Wave) -> Wave:
    """Without the network's own silence before and after."""
    loud = np.flatnonzero(np.abs(wave) > STILL)
    if not loud.size:
        return wave[:0]
    pad = int(MARGIN * RATE)
    return wave[max(0, loud[0] - pad) : loud[-1] + pad]
