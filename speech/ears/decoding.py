"""Whisper's parts one by one: a passage is encoded once, then asked for its language, its text and how sure each token is.

faster-whisper's own `transcribe` encodes again for every question and shows neither the runners-up nor the tokens.
The encoder is three fifths of the cost; language and sureness are a twentieth each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import soxr
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

from speech.audio import RATE, Sound, to_16k

_BEAM = 5
_WINDOW = 3000  # frames of 10 ms that Whisper looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """What the decoder may be asked about, as often as wanted."""

    states: Any  #: the encoder's output
    frames: int  #: of 10 ms, without the padding


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    text: str
    mean: float  #: log probability of a token
    ratio: float  #: compression ratio: high where the text goes round in circles
    no_speech: float  #: probability that nobody speaks
    others: tuple[str, ...]  #: texts that nearly won
    tokens: tuple[int, ...]


class Decoder:
    def __init__(self, model: str) -> None:
        self._whisper = WhisperModel(
            model, device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
        )
        self._tokenizer = cache(self._new_tokenizer)

    def encode(self, passage: Sound, *, tempo: float = 1.0) -> Encoded:
        """At most 30 s of it. `tempo`: 1.06 is faster and higher."""
        sound = to_16k(passage)
        if tempo != 1.0:
            sound = np.asarray(soxr.resample(sound, 2 * RATE, 2 * RATE / tempo), np.float32)
        heard = self._whisper.feature_extractor(sound)
        frames = min(_WINDOW, heard.shape[-1] - 1)
        states = self._whisper.encode(pad_or_trim(heard[:, :frames]))
        return Encoded(states=states, frames=frames)

    def languages(self, encoded: Encoded) -> Mapping[str, float]:
        """Probability of every language Whisper knows, by its code."""
        found = self._whisper.model.detect_language(encoded.states)[0]
        return {token[2:-2]: probability for token, probability in found}

    def decode(
        self,
        encoded: Encoded,
        language: str,
        *,
        prompt: str | None = None,
        hotwords: str | None = None,
        repeats: bool = True,
    ) -> Attempt:
        """One temperature only: the same sound gives the same text. `repeats`: may three tokens come again?"""
        tokenizer = self._tokenizer(language)
        start = self._whisper.get_prompt(
            tokenizer,
            tokenizer.encode(f" {prompt}") if prompt else [],
            without_timestamps=True,
            hotwords=hotwords,
        )
        found = self._whisper.model.generate(
            encoded.states,
            [start],
            beam_size=_BEAM,
            num_hypotheses=_BEAM,
            no_repeat_ngram_size=0 if repeats else 3,
            max_length=self._whisper.max_length,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        texts = [tokenizer.decode(ids) for ids in found.sequences_ids]
        tokens = tuple(found.sequences_ids[0])
        return Attempt(
            text=texts[0],
            mean=found.scores[0] * len(tokens) / (len(tokens) + 1),
            ratio=get_compression_ratio(texts[0].strip()),
            no_speech=found.no_speech_prob,
            others=tuple(texts[1:]),
            tokens=tokens,
        )

    def sureness(self, encoded: Encoded, language: str, attempt: Attempt) -> list[float]:
        """Probability of each token without any prompt; empty where there is no text."""
        if not attempt.tokens:
            return []
        start = list(self._tokenizer(language).sot_sequence)
        aligned = self._whisper.model.align(
            encoded.states, start, [list(attempt.tokens)], encoded.frames
        )
        return list(aligned[0].text_token_probs)

    def _new_tokenizer(self, language: str) -> Tokenizer:
        return Tokenizer(self._whisper.hf_tokenizer, True, task="transcribe", language=language)
