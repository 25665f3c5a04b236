"""Is somebody speaking? Silero's network on the sound, with the loudness of the speaker as a second witness."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from speech.audio import Sound

_WINDOW = 256  # samples at 8000 Hz: the network looks at 32 ms
_CONTEXT = 64  # samples at 16000 Hz it sees again of the window before
_LIKELY = 0.5  # the network's own threshold
_TAPS = 16  # of the half-band filter that doubles the rate, on either side


@cache
def _network() -> onnxruntime.InferenceSession:
    """Silero VAD 6 (MIT) as faster-whisper ships it. Found without importing that package, which would load its engine too."""
    spec = importlib.util.find_spec("faster_whisper")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("faster-whisper, which brings the voice detector, is missing")
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    model = Path(spec.submodule_search_locations[0]) / "assets" / "silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _half_band() -> NDArray[np.float32]:
    """Weights that give the sample half-way between two: a sinc under a Hann window."""
    at = np.arange(-_TAPS, _TAPS) + 0.5
    weights = np.sinc(at) * np.cos(np.pi * at / (2 * _TAPS)) ** 2
    return np.asarray(weights / weights.sum(), dtype=np.float32)


_WEIGHTS = _half_band()


class Network:
    """The probability of speech, window by window, for one call."""

    def __init__(self) -> None:
        self._state = np.zeros((2, 1, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT, dtype=np.float32)
        self._tail = np.zeros(2 * _TAPS - 1, dtype=np.float32)

    def hear(self, window: NDArray[np.float32]) -> float:
        """256 samples at 8000 Hz, floats of +-1 -> 0..1."""
        heard = np.concatenate([self._context, self._doubled(window)])
        self._context = heard[-_CONTEXT:]
        likely, *state = _network().run(
            None, {"input": heard[None], "h": self._state[0], "c": self._state[1]}
        )
        self._state = np.stack(state)
        return float(likely[0])

    def _doubled(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """At 16000 Hz, 2 ms late."""
        known = np.concatenate([self._tail, window])
        self._tail = known[-len(self._tail) :]
        doubled = np.empty(2 * len(window), dtype=np.float32)
        doubled[0::2] = known[_TAPS - 1 : _TAPS - 1 + len(window)]
        doubled[1::2] = np.convolve(known, _WEIGHTS, mode="valid")
        return doubled


class CallerVoice:
    """A VoiceDetector for the person who holds the telephone, who is louder than a television behind them."""

    def __init__(self) -> None:
        self._network = Network()
        self._waiting = np.zeros(0, dtype=np.float32)
        self._voice = False

    def is_voice(self, frame: Sound) -> bool:
        """Judged on the last whole window of 32 ms, so up to 32 ms late."""
        self._waiting = np.concatenate([self._waiting, frame.astype(np.float32) / 32768])
        while len(self._waiting) >= _WINDOW:
            window, self._waiting = self._waiting[:_WINDOW], self._waiting[_WINDOW:]
            self._voice = self._network.hear(window) >= _LIKELY
        return self._voice
