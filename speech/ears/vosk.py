"""Vosk (Kaldi), the ear wherever a model for the language is installed: it hears while people speak."""

import json
from functools import lru_cache
from pathlib import Path

from vosk import KaldiRecognizer, Model, SetLogLevel

from speech.audio import RATE, Sound, seconds
from speech.calibration import Evidence, calibration_of
from speech.clean import clean
from speech.commands import Words, WordTime
from speech.ears.base import BadModel
from speech.ears.short import accepted, phrases, speaks
from speech.ears.vosk_folder import missing, takes_phrases
from speech.upsampler import Upsampler

_STEP = (
    RATE // 5
)  # samples of a whole recording given at a time, as of one that is followed: results depend on it
_GLANCE = 2 * RATE // 5  # samples between two looks at the words so far, which cost too


class VoskEar:
    """Both a Follower and a Recogniser. One Model for all who speak; every method may be called from any thread.

    Its confidence is the mean of the words' own, a weak signal (correlation with errors -0.02 to -0.38, Korean model):
    `calibrated` is True only where NAME.calibration.json lies beside the model.
    """

    def __init__(self, model: str) -> None:
        """Raises BadModel."""
        SetLogLevel(-1)
        folder = Path(model)
        self.name = folder.name
        lost = missing(folder)
        if lost:
            raise BadModel(
                f"{self.name} is not whole: {', '.join(lost)} missing or empty. "
                f"`hotline models install {self.name}` fetches it again."
            )
        try:
            self.model = Model(model)
        except Exception as problem:
            raise BadModel(
                f"{self.name} cannot be loaded: one of its files is damaged or from another model. "
                f"Remove {folder} and run `hotline models install {self.name}`."
            ) from problem
        self.calibration = calibration_of(folder)
        self._takes_phrases = takes_phrases(folder)
        self.phrases = lru_cache(self._phrases)

    def follow(self, language: str, *, short: bool = False) -> "VoskFollowing":
        """Raises BadModel where the model is for another language."""
        if not self._speaks(language):
            raise BadModel(
                f"{self.name} knows no everyday word of {language!r}: it is a model for another language. "
                f"`hotline models install {language}` fetches one that does."
            )
        return VoskFollowing(self, language, short=short)

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        """A whole recording, as if it was followed."""
        return self._followed(sound, language, short=short).finish(seconds(sound), short=short)

    def evidence(self, sound: Sound, language: str) -> Evidence:
        """What its confidence is made of; as it will be calibrated."""
        words, raw = self._followed(sound, language, short=False).heard(seconds(sound))
        return Evidence(
            text=words.text,
            language=language,
            confidence=words.confidence,
            calibrated=words.calibrated,
            features={} if raw is None else {"confidence": raw},
        )

    def _followed(self, sound: Sound, language: str, *, short: bool) -> "VoskFollowing":
        following = self.follow(language, short=short)
        for start in range(0, len(sound), _STEP):
            following.hear(sound[start : start + _STEP])
        return following

    def knows(self, word: str) -> bool:
        return bool(self.model.vosk_model_find_word(word) >= 0)

    def _speaks(self, language: str) -> bool:
        return speaks(language, self.knows)

    def _phrases(self, language: str) -> tuple[str, ...]:
        """What a short answer may be; empty where the model takes no list."""
        return tuple(phrases(language, self.knows)) if self._takes_phrases else ()


class VoskFollowing:
    """One speaker. Always at 16000 Hz: models refuse a declared 8000 unless they were made for it."""

    def __init__(self, ear: VoskEar, language: str, *, short: bool) -> None:
        self._ear = ear
        self._language = language
        self._upsampler = Upsampler()
        self._free = _Decoder(KaldiRecognizer(ear.model, 16000))
        self._unseen = 0
        self._partial = ""
        self._known = ear.phrases(language) if short else ()
        self._closed = None
        if self._known:
            grammar = json.dumps(self._known, ensure_ascii=False)
            self._closed = _Decoder(KaldiRecognizer(ear.model, 16000, grammar))

    def hear(self, sound: Sound) -> str:
        samples = self._upsampler.double(sound).tobytes()
        self._free.hear(samples)
        if self._closed is not None:
            self._closed.hear(samples)
        self._unseen += len(sound)
        if self._unseen >= _GLANCE:
            self._unseen = 0
            self._partial = clean(self._free.so_far(), self._language)
        return self._partial

    def finish(self, length: float, *, short: bool) -> Words:
        if not short or self._closed is None:
            return self.heard(length)[0]
        free = self._free.finish(length)
        words = accepted(free, self._closed.finish(length), self._known)
        if words is free:
            return self._words(free)[0]
        text = " ".join(word.text for word in words)
        return Words(
            text=clean(text, self._language),
            confidence=None,
            engine=f"{self._ear.name}+answers",
            language=self._language,
            times=tuple(words),
        )

    def heard(self, length: float) -> tuple[Words, float | None]:
        """Without any list; with the raw mean of the words' confidences."""
        return self._words(self._free.finish(length))

    def _words(self, times: list[WordTime]) -> tuple[Words, float | None]:
        text = clean(" ".join(word.text for word in times), self._language)
        if not text:
            return Words(text="", engine=self._ear.name, language=self._language), None
        raw = round(sum(word.confidence for word in times) / len(times), 3)
        learnt = self._ear.calibration
        words = Words(
            text=text,
            confidence=raw if learnt is None else learnt.of({"confidence": raw}),
            engine=self._ear.name,
            calibrated=learnt is not None,
            language=self._language,
            times=tuple(times),
        )
        return words, raw


class _Decoder:
    """A KaldiRecognizer whose results are gathered: it gives one for every pause."""

    def __init__(self, recogniser: KaldiRecognizer) -> None:
        recogniser.SetWords(True)
        self._recogniser = recogniser
        self._times: list[WordTime] = []
        self._said = ""

    def hear(self, samples: bytes) -> None:
        if samples and self._recogniser.AcceptWaveform(samples):
            self._take(self._recogniser.Result())

    def so_far(self) -> str:
        partial = json.loads(self._recogniser.PartialResult()).get(
            "partial", ""
        )  # none after a pause
        return f"{self._said} {partial}".strip()

    def finish(self, length: float) -> list[WordTime]:
        self._take(self._recogniser.FinalResult())
        return [word for word in self._times if word.start < length]

    def _take(self, result: str) -> None:
        found = [_timed(word["word"], **word) for word in json.loads(result).get("result", [])]
        self._times += [word for word in found if _is_word(word.text)]
        self._said = " ".join(word.text for word in self._times)


def _timed(text: str, *, start: float, end: float, conf: float, **_: object) -> WordTime:
    return WordTime(text=text, start=start, end=end, confidence=round(min(1.0, conf), 3))


@lru_cache(maxsize=10_000)
def _is_word(text: str) -> bool:
    """Not a noise token such as [5] or <UNK>."""
    return bool(clean(text, ""))
