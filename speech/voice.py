"""Is somebody speaking? Silero's network on the sound, with the loudness of the speaker (speech/nearness.py) as a second witness."""

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from speech.audio import Sound
from speech.nearness import Nearness

WINDOW = 256  # samples at 8000 Hz: the network looks at 32 ms
_CONTEXT = 64  # samples at 16000 Hz it sees again of the window before
_TAPS = 16  # of the half-band filter that doubles the rate, on either side
_NO_SOUND = np.zeros(0, dtype=np.float32)
_STEADY = 0.1  # of what a window adds to the estimate of the direct current


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

    def hear(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """Any number of windows of 256 samples at 8000 Hz, floats of +-1 -> a probability each."""
        known = np.concatenate([self._context, self._doubled(sound)])
        self._context = known[-_CONTEXT:]
        seen = sliding_window_view(known, 2 * WINDOW + _CONTEXT)[:: 2 * WINDOW]
        likely, *state = _network().run(
            None, {"input": seen, "h": self._state[0], "c": self._state[1]}
        )
        self._state = np.stack(state)
        return np.asarray(likely, dtype=np.float32)

    def _doubled(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """At 16000 Hz, 2 ms late."""
        known = np.concatenate([self._tail, sound])
        self._tail = known[-len(self._tail) :]
        doubled = np.empty(2 * len(sound), dtype=np.float32)
        doubled[0::2] = known[_TAPS - 1 : _TAPS - 1 + len(sound)]
        doubled[1::2] = np.convolve(known, _WEIGHTS, mode="valid")
        return doubled


class CallerVoice:
    """A VoiceDetector for the person who holds the telephone. One for every call: it learns how loud they speak.

    A direct current beside the sound is taken out first: it would count as loudness, and the network hears worse with it.
    """

    def __init__(self) -> None:
        self._network = Network()
        self._nearness = Nearness()
        self._waiting = _NO_SOUND
        self._played = _NO_SOUND
        self._current: float | None = None
        self._voice = False
        self._into = False

    def is_voice(self, frame: Sound) -> bool:
        """Judged on the last whole window of 32 ms, so up to 32 ms late. Frames may have any length."""
        for window in self._windows(frame):
            self._voice = self._nearness.caller(window, float(self._network.hear(window)[0]))
        self._played = np.zeros_like(self._waiting)
        return self._voice

    @property
    def echoes(self) -> bool:
        """Does the line hear itself?"""
        return self._nearness.echoes

    def overhear(self, frame: Sound, played: Sound) -> bool:
        """What comes from the caller's side while the line says `played`: their room, perhaps with a television in it.

        True while the caller talks into it, as far as can be told.
        """
        self._played = np.concatenate([self._played, _floats(played)])
        for window in self._windows(frame):
            said, self._played = self._played[:WINDOW], self._played[WINDOW:]
            likelihood = float(self._network.hear(window)[0])
            self._into = self._nearness.overhear(window, likelihood, said)
        self._voice = False
        return self._into

    def _windows(self, frame: Sound) -> Iterator[NDArray[np.float32]]:
        self._waiting = np.concatenate([self._waiting, _floats(frame)])
        while len(self._waiting) >= WINDOW:
            window, self._waiting = self._waiting[:WINDOW], self._waiting[WINDOW:]
            yield self._balanced(window)

    def _balanced(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """Without its direct current."""
        mean = float(window.mean())
        known = mean if self._current is None else self._current
        self._current = known + _STEADY * (mean - known)
        return window - np.float32(self._current)


def _floats(sound: Sound) -> NDArray[np.float32]:
    return sound.astype(np.float32) / np.float32(32768)
