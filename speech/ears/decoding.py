"""Whisper's parts one by one: a passage is encoded once, then asked for its language and for its text.

faster-whisper's own `transcribe` encodes again for each question. The encoder is three fifths of the cost, asking for the
language a thirtieth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

from speech.audio import Sound, to_16k
from speech.ears.base import BadModel

_BEAM = 5
_WINDOW = 3000  # frames of 10 ms that Whisper looks at
_SHORT_WINDOW = 1000  # enough for an answer, which is heard better in it, at a fifth of the cost
_LIKELY = 10  # texts
_LONGEST_ANSWER = 40  # tokens


_NEEDED = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*")

Encoded = Any  # the encoder's output; the decoder may be asked about it as often as wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    text: str
    mean: float  #: log probability of a token
    ratio: float  #: compression ratio: high where the text goes round in circles
    no_speech: float  #: probability that nobody speaks


class Decoder:
    def __init__(self, model: str) -> None:
        """Raises BadModel. A tokenizer that is missing would be asked for on the network, half a minute long."""
        folder = Path(model)
        lost = [name for name in _NEEDED if not any(map(_is_there, folder.glob(name)))]
        mend = f"`hotline models install {folder.name}` fetches it again."
        if lost:
            raise BadModel(
                f"{folder.name} is not whole: {', '.join(lost)} missing or empty. {mend}"
            )
        try:
            self._whisper = WhisperModel(
                model, device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
            )
        except Exception as problem:
            raise BadModel(
                f"{folder.name} cannot be loaded: one of its files is damaged or from another model. "
                f"Remove {folder}; {mend}"
            ) from problem
        self._tokenizer = cache(self._new_tokenizer)

    def encode(self, passage: Sound) -> Encoded:
        """At most 30 s of it."""
        heard = self._whisper.feature_extractor(to_16k(passage))
        frames = min(_WINDOW, heard.shape[-1] - 1)
        return self._whisper.encode(pad_or_trim(heard[:, :frames]))

    def encode_answer(self, passage: Sound) -> Encoded:
        """At most 10 s of it."""
        heard = self._whisper.feature_extractor(to_16k(passage))
        return self._whisper.encode(pad_or_trim(heard[:, :_SHORT_WINDOW], _SHORT_WINDOW))

    def likely(
        self, encoded: Encoded, language: str, prompt: str
    ) -> tuple[list[tuple[str, float]], float]:
        """The ten likeliest texts with their log probabilities, and the probability that nobody speaks."""
        tokenizer = self._tokenizer(language)
        start = self._whisper.get_prompt(
            tokenizer, tokenizer.encode(prompt) if prompt else [], without_timestamps=True
        )
        found = self._whisper.model.generate(
            encoded,
            [start],
            beam_size=_LIKELY,
            num_hypotheses=_LIKELY,
            length_penalty=0,
            max_length=len(start) + _LONGEST_ANSWER,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        texts = [tokenizer.decode(ids) for ids in found.sequences_ids]
        return list(zip(texts, found.scores, strict=True)), found.no_speech_prob

    def languages(self, encoded: Encoded) -> Mapping[str, float]:
        """Probability of every language Whisper knows, by its code."""
        found = self._whisper.model.detect_language(encoded)[0]
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
            encoded,
            [start],
            beam_size=_BEAM,
            no_repeat_ngram_size=0 if repeats else 3,
            max_length=self._whisper.max_length,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        tokens = found.sequences_ids[0]
        text = tokenizer.decode(tokens)
        return Attempt(
            text=text,
            mean=found.scores[0] * len(tokens) / (len(tokens) + 1),
            ratio=get_compression_ratio(text.strip()),
            no_speech=found.no_speech_prob,
        )

    def _new_tokenizer(self, language: str) -> Tokenizer:
        return Tokenizer(self._whisper.hf_tokenizer, True, task="transcribe", language=language)


def _is_there(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0
