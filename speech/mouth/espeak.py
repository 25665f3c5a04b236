"""espeak-ng called synchronously through ctypes, one caller at a time.

The library that pip brings (espeakng_loader) carries a wrong data path, so the path is always given. Synchronous
output has no queue and no event thread: that is what makes every sentence arrive whole.
"""

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import espeakng_loader
import numpy as np
import numpy.typing as npt

SYNCHRONOUS, DO_NOT_EXIT = (
    0x02,
    0x8000,
)  # espeak_AUDIO_OUTPUT, espeakINITIALIZE_DONT_EXIT (speak_lib.h)
CHARACTERS, UTF8, END_PAUSE = 1, 0x01, 0x1000
IPA_WITH_TIES = 0x02 | 1 << 7 | ord("^") << 8  # espeak_TextToPhonemes: a^ɪ is one sound
PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3}

_OnSound = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class EspeakFailed(RuntimeError):
    """The library could not start, knows no such voice, or refused a text."""


class EspeakLibrary:
    """One process has one: the library keeps its state in globals."""

    def __init__(self) -> None:
        data = espeakng_loader.get_data_path()
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lock = threading.RLock()
        self._pieces: list[npt.NDArray[np.int16]] = []
        self._on_sound = _OnSound(self._keep)  # must outlive the library's use of it
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.rate: int = self._library.espeak_Initialize(SYNCHRONOUS, 0, data.encode(), DO_NOT_EXIT)
        if self.rate <= 0:
            raise EspeakFailed(f"espeak-ng cannot start with its data in {data}")
        self._library.espeak_SetSynthCallback(self._on_sound)

    def speak(self, text: str) -> npt.NDArray[np.int16]:
        """Mono int16 at `self.rate`; may be empty where the text has nothing to pronounce."""
        raw = text.replace("\0", " ").encode("utf-8", "ignore") + b"\0"
        with self._lock:
            self._pieces.clear()
            self._check(
                self._library.espeak_Synth(
                    raw, ctypes.c_size_t(len(raw)), 0, CHARACTERS, 0, UTF8 | END_PAUSE, None, None
                ),
                "speak",
            )
            return np.concatenate([*self._pieces, np.zeros(0, np.int16)])

    def phonemes(self, text: str) -> str:
        """The International Phonetic Alphabet of a text in the voice's language, two-letter sounds tied with ^."""
        raw = ctypes.c_char_p(text.replace("\0", " ").encode("utf-8", "ignore"))
        rest = ctypes.pointer(raw)
        said: list[str] = []
        with self._lock:
            while rest.contents.value:  # one clause a call; the library moves the pointer on
                clause = self._library.espeak_TextToPhonemes(rest, UTF8, IPA_WITH_TIES)
                said.append((clause or b"").decode("utf-8", "ignore").strip())
        return " ".join(filter(None, said))

    def voice(self, name: str) -> None:
        with self._lock:
            self._check(self._library.espeak_SetVoiceByName(name.encode()), f"find voice {name!r}")

    def set(self, parameter: str, value: int) -> None:
        with self._lock:
            self._check(
                self._library.espeak_SetParameter(PARAMETERS[parameter], value, 0),
                f"set {parameter} to {value}",
            )

    def get(self, parameter: str) -> int:
        return int(self._library.espeak_GetParameter(PARAMETERS[parameter], 1))

    def _keep(self, wave: Any, count: int, _events: int) -> int:
        if wave and count > 0:
            self._pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0  # go on

    @staticmethod
    def _check(error: int, what: str) -> None:
        if error != 0:
            raise EspeakFailed(f"espeak-ng could not {what} (error {error})")


_made: list[EspeakLibrary] = []
_making = threading.Lock()
OpenLibrary = Callable[[], EspeakLibrary]


def library() -> EspeakLibrary:
    """The library of this process, started at the first call."""
    with _making:
        if not _made:
            _made.append(EspeakLibrary())
        return _made[0]
