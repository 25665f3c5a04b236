"""Vosk (Kaldi), the ear wherever a model for the language is installed."""

import json
from pathlib import Path

import numpy as np
from vosk import KaldiRecognizer, Model, SetLogLevel

from speech.audio import Sound, to_16k
from speech.clean import clean
from speech.commands import Words

_STEP = 8000  # samples at 16000 Hz given at a time


class VoskEar:
    """Its confidence is the mean of the words' own, a weak signal (correlation with errors -0.02 to -0.38, Korean model)."""

    def __init__(self, model: str) -> None:
        SetLogLevel(-1)
        self.name = Path(model).name
        self._model = Model(model)

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        """Always at 16000 Hz: models refuse a declared 8000 unless they were made for it."""
        recogniser = KaldiRecognizer(self._model, 16000)
        recogniser.SetWords(True)
        samples = (np.clip(to_16k(sound), -1, 0.99997) * 32768).astype(np.int16)
        steps = (samples[start : start + _STEP] for start in range(0, len(samples), _STEP))
        parts = [
            json.loads(recogniser.Result())
            for step in steps
            if recogniser.AcceptWaveform(step.tobytes())
        ]
        parts.append(json.loads(recogniser.FinalResult()))
        text = clean(" ".join(part.get("text", "") for part in parts), language)
        sure = [word["conf"] for part in parts for word in part.get("result", [])]
        confidence = round(sum(sure) / len(sure), 3) if sure and text else None
        return Words(text=text, confidence=confidence, engine=self.name)
