"""Is somebody speaking? Silero's network on the sound, with the loudness of the speaker as a second witness."""

import importlib.util
import math
from collections import deque
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from speech.audio import Sound

WINDOW = 256  # samples at 8000 Hz: the network looks at 32 ms
_CONTEXT = 64  # samples at 16000 Hz it sees again of the window before
_POSSIBLE = 0.06  # a hoarse or overdriven voice that is as loud as the caller's has been
_LIKELY = 0.15  # old and band-limited voices reach 0.3 to 0.9, breath 0.07, hum and street 0.02
_TAPS = 16  # of the half-band filter that doubles the rate, on either side

_SMOOTH = 12  # windows a level is taken over: 0.4 s
_REMEMBERED = 600  # windows, 19 s: how loud the caller has been
_KNOWN = 25  # windows of speech, 0.8 s, before the caller's loudness says anything
_AROUND = 12  # windows before and after the caller's voice that may still be theirs
_OTHERS = 400  # windows, 13 s: how loud it is beside them
_FEW = 30  # windows, 1 s, that say something about the others
_LOOK_AGAIN = 12  # windows between two looks at all of this
_FAINT = -58.0  # dB: nobody speaks into a telephone so softly
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


class Nearness:
    """Is it the caller who speaks, or a television behind them? Judged by loudness, in dB of full scale.

    A voice 20 dB below the caller's own is somebody else's. Where it is hardly ever quiet beside the caller, so is one
    that is less than 6 dB above what is heard there most of the time; but never one within 6 dB of the caller. In a
    quiet room pauses are quiet, so people may tire. The numbers were chosen on many made lines (docs/patience.md).
    """

    def __init__(self) -> None:
        self._powers: deque[float] = deque(maxlen=_SMOOTH)
        self._own: deque[float] = deque(maxlen=_REMEMBERED)
        self._waiting: deque[float] = (
            deque()
        )  # levels that are the others', if the caller is not heard soon
        self._others: deque[float] = deque(maxlen=_OTHERS)
        self._theirs = 0  # windows after the caller's voice that may still be theirs
        self._gate = _FAINT
        self._loud = 0.0  # the caller's own loudness; nothing is as loud before they are known
        self._since = 0

    def caller(self, window: NDArray[np.float32], likelihood: float) -> bool:
        """`window`: the next 32 ms; `likelihood`: that somebody, near or far, speaks in it."""
        self._powers.append(float(np.mean(np.square(window))))
        level = 10 * math.log10(sum(self._powers) / _SMOOTH + 1e-12)
        speaks = likelihood >= _LIKELY and level > self._needed
        if speaks:
            self._own.append(level)
        self._since += 1
        if len(self._own) >= _KNOWN:
            self._note(level, own=speaks and level > self._loud - 6)
            if self._since >= _LOOK_AGAIN:
                self._look()
        return speaks or (likelihood >= _POSSIBLE and level > max(self._loud - 8, self._gate))

    @property
    def _needed(self) -> float:
        """Right after the caller's own voice it is theirs that dies away."""
        return min(self._gate, self._loud - 12) if self._theirs > 0 else self._gate

    def _note(self, level: float, *, own: bool) -> None:
        """Levels that are heard well apart from the caller's voice are the others'."""
        self._waiting.append(level)
        self._theirs = _AROUND if own else self._theirs - 1
        if self._theirs > 0:
            self._waiting.clear()
        elif len(self._waiting) > _AROUND:
            self._others.append(self._waiting.popleft())

    def _look(self) -> None:
        self._since = 0
        self._loud = float(np.percentile(self._own, 90))
        self._gate = max(_FAINT, self._loud - 20)
        if len(self._others) >= _FEW:
            lull, others = (float(one) for one in np.percentile(self._others, [30, 70]))
            self._gate = max(self._gate, min(others + 6, lull + 18, self._loud - 6))


class CallerVoice:
    """A VoiceDetector for the person who holds the telephone. One for every answer: it learns how loud they speak.

    A direct current beside the sound is taken out first: it would count as loudness, and the network hears worse with it.
    """

    def __init__(self) -> None:
        self._network = Network()
        self._nearness = Nearness()
        self._waiting = np.zeros(0, dtype=np.float32)
        self._current: float | None = None
        self._voice = False

    def is_voice(self, frame: Sound) -> bool:
        """Judged on the last whole window of 32 ms, so up to 32 ms late. Frames may have any length."""
        self._waiting = np.concatenate([self._waiting, frame.astype(np.float32) / 32768])
        while len(self._waiting) >= WINDOW:
            window, self._waiting = self._waiting[:WINDOW], self._waiting[WINDOW:]
            window = self._balanced(window)
            likelihood = float(self._network.hear(window)[0])
            self._voice = self._nearness.caller(window, likelihood)
        return self._voice

    def _balanced(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """Without its direct current."""
        mean = float(window.mean())
        known = mean if self._current is None else self._current
        self._current = known + _STEADY * (mean - known)
        return window - np.float32(self._current)
