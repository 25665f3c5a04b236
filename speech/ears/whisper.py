"""Whisper through faster-whisper: the first ear where the registries are all there is."""

import math
from pathlib import Path

from faster_whisper import WhisperModel

from speech.audio import Sound, to_16k
from speech.clean import clean
from speech.commands import Words

_PROMPTS = {"zh": "以下是普通话的句子。"}  # leads to Simplified characters and punctuation


class WhisperEar:
    """`confidence` is exp of the mean log probability of a token, weighted by the length of the segments."""

    def __init__(self, model: str) -> None:
        self.name = Path(model).name
        self._model = WhisperModel(
            model, device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
        )

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        segments, _ = self._model.transcribe(
            to_16k(sound),
            language=language,
            beam_size=5,
            initial_prompt=_PROMPTS.get(language),
            condition_on_previous_text=False,
            without_timestamps=False,
        )
        heard = list(segments)
        text = clean("".join(segment.text for segment in heard), language)
        length = sum(segment.end - segment.start for segment in heard)
        if not text or not length:
            return Words(text="", engine=self.name)
        mean = sum(one.avg_logprob * (one.end - one.start) for one in heard) / length
        return Words(text=text, confidence=min(1.0, math.exp(mean)), engine=self.name)
