"""Whisper through faster-whisper: the first ear where the registries are all there is."""

import math
from collections import OrderedDict
from pathlib import Path

from faster_whisper import WhisperModel

from speech.audio import Sound, seconds, to_16k
from speech.clean import clean, invented, stammered
from speech.commands import Words
from speech.ears.passages import passages

_PROMPTS = {"zh": "以下是普通话的句子。"}  # leads to Simplified characters and punctuation
_SHORT_PROMPTS = {"zh": "嗯，是的，对。不是，不对。"}  # without it one word is taken for noise
_ONE_WORD = 4.0  # seconds with the silence around it; longer answers are heard as sentences
_REPEATING = 2.4  # compression ratio of text that goes round in circles (Whisper paper, 4.5)
_UNSURE = -0.8  # mean log probability; people reach -0.5
_FEW = 6  # characters: longer than yes, no or solved, so a name or a place
_UNSURE_WORD = -0.7  # a single word below this is a guess: no answer is better than a wrong one
_REMEMBERED = 64  # passages


class WhisperEar:
    """`confidence` is exp of the mean log probability of a token, weighted by the length of the passages.

    Above exp(-0.35) = 0.70 its character error rate was 0.11, below 0.32 (16 clips of telephone Mandarin).
    """

    def __init__(self, model: str) -> None:
        self.name = Path(model).name
        self._model = WhisperModel(
            model, device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
        )
        self._remembered: OrderedDict[tuple[bytes, str, bool], tuple[str, float]] = OrderedDict()

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        heard = [
            (self._hear(part, language, word=short and seconds(part) < _ONE_WORD), seconds(part))
            for part in passages(sound)
        ]
        said = [(text, mean, length) for (text, mean), length in heard if text]
        text = clean(" ".join(text for text, _, _ in said), language)
        if not text:
            return Words(text="", engine=self.name)
        whole = sum(length for _, _, length in said)
        mean = sum(mean * length for _, mean, length in said) / whole
        return Words(text=text, confidence=round(min(1.0, math.exp(mean)), 3), engine=self.name)

    def _hear(self, passage: Sound, language: str, *, word: bool) -> tuple[str, float]:
        """Text and mean log probability; a passage heard before is remembered."""
        key = (passage.tobytes(), language, word)
        if key not in self._remembered:
            self._remembered[key] = self._decode(passage, language, word=word)
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        return self._remembered[key]

    def _decode(self, passage: Sound, language: str, *, word: bool) -> tuple[str, float]:
        if word:
            text, mean, _ = self._attempt(passage, language, word=True)
            guess = mean < _UNSURE_WORD and len(text.strip()) <= _FEW
            return ("", 0.0) if guess or stammered(text) else (text, mean)
        text, mean, ratio = self._attempt(passage, language)
        if ratio > _REPEATING:
            text, mean, _ = self._attempt(passage, language, repeats=False)
        nonsense = invented(text) or (mean < _UNSURE and stammered(text))
        return ("", 0.0) if nonsense else (text, mean)

    def _attempt(
        self, passage: Sound, language: str, *, repeats: bool = True, word: bool = False
    ) -> tuple[str, float, float]:
        """Text, mean log probability, compression ratio. One temperature only: the same sound gives the same text."""
        segments, _ = self._model.transcribe(
            to_16k(passage),
            language=language,
            beam_size=5,
            temperature=0.0,
            initial_prompt=(_SHORT_PROMPTS if word else _PROMPTS).get(language),
            condition_on_previous_text=False,
            without_timestamps=True,
            no_repeat_ngram_size=0 if repeats else 3,
            no_speech_threshold=None if word else 0.6,
        )
        found = list(segments)
        if not found:
            return "", 0.0, 0.0
        mean = sum(one.avg_logprob for one in found) / len(found)
        return "".join(one.text for one in found), mean, max(one.compression_ratio for one in found)
