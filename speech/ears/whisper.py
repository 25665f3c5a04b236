"""Whisper through faster-whisper: the first ear where the registries are all there is.

How sure it is, is told by one figure, the mean log probability of a token. Others were tried beside it: the share and the
first decile of unsure tokens, agreement with the runners-up, with the same sound 6 % faster, with a decoding without prompt,
the probability of the language, characters a second. On texts and voices held back none of them made the error smaller.
"""

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

from speech.audio import Sound, seconds
from speech.calibration import Evidence, calibration_of
from speech.clean import clean, invented, stammered
from speech.commands import Words
from speech.ears.decoding import Attempt, Decoder
from speech.ears.passages import centred, passages
from speech.ears.tongues import heard_language
from speech.ears.whisper_words import LONGEST, hear_answer, listed

_PROMPTS = {"zh": "以下是普通话的句子。"}  # leads to Simplified characters and punctuation
_SHORT_PROMPTS = {"zh": "嗯，是的，对。不是，不对。"}  # without it one word is taken for noise
_ONE_WORD = 4.0  # seconds with the silence around it; longer answers are heard as sentences
_REPEATING = 2.4  # compression ratio of text that goes round in circles (Whisper paper, 4.5)
_UNSURE = -0.8  # mean log probability; people reach -0.5
_NOBODY = 0.6, -1.0  # probability of no speech, mean log probability (Whisper paper, 4.5)
_FEW = 6  # characters: longer than yes, no or solved, so a name or a place
_UNSURE_WORD = -0.7  # a single word below this is a guess: no answer is better than a wrong one
_REMEMBERED = 64  # passages


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One passage."""

    text: str  #: "" where nothing was understood
    language: str
    length: float  #: seconds
    mean: float = 0.0  #: log probability of a token
    word: bool = False  #: it was asked for a single word
    sure: float | None = None  #: calibrated, of a word on the list of answers


class WhisperEar:
    """`confidence` is calibrated where a calibration is at hand; that of a single word only if it is on the list of answers."""

    def __init__(self, model: str) -> None:
        self.name = Path(model).name
        self._decoder = Decoder(model)
        self._calibration = calibration_of(Path(model), shipped=Path(__file__).parent)
        self._remembered: OrderedDict[tuple[bytes, str, str], Heard] = OrderedDict()

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        parts = passages(centred(sound))
        heard = self._answer(parts, language) if short else self._story(parts, language)
        return self._words([one for one in heard if one.text])

    def evidence(self, sound: Sound, language: str) -> Evidence:
        """A story, and what its confidence is made of."""
        heard = self._story(passages(centred(sound)), language)
        said = [one for one in heard if one.text]
        words = self._words(said)
        return Evidence(
            text=words.text,
            language=words.language or language,
            confidence=words.confidence,
            calibrated=words.calibrated,
            features={"mean": _mean(said)} if words.text else {},
        )

    def _answer(self, parts: list[Sound], language: str) -> list[Heard]:
        return [self._recall(part, language, "answer") for part in parts]

    def _story(self, parts: list[Sound], language: str) -> list[Heard]:
        """All in the language of its first words, which may be another than the line expects."""
        heard: list[Heard] = []
        for part in parts:
            known = any(one.text for one in heard)
            heard.append(self._recall(part, language, "sentence" if known else "any language"))
            language = heard[-1].language if heard[-1].text else language
        return heard

    def _words(self, said: list[Heard]) -> Words:
        language = said[0].language if said else ""
        text = clean(" ".join(one.text for one in said), language)
        if not text:
            return Words(text="", engine=self.name)
        mean, worth = _mean(said), self._calibration
        sure = [one.sure for one in said if one.sure is not None]
        if len(sure) == len(said):
            return Words(
                text=text,
                confidence=min(sure),
                engine=self.name,
                calibrated=True,
                language=language,
            )
        if any(one.word for one in said):
            worth = None
        return Words(
            text=text,
            confidence=worth.of({"mean": mean}) if worth else round(min(1.0, math.exp(mean)), 3),
            engine=self.name,
            calibrated=worth is not None,
            language=language,
        )

    def _recall(self, passage: Sound, language: str, manner: str) -> Heard:
        """A passage heard before is remembered: a story is listened to again whenever it has grown."""
        key = (hashlib.sha256(passage.tobytes()).digest(), language, manner)
        if key not in self._remembered:
            hear = self._hear_answer if manner == "answer" else self._hear_sentences
            self._remembered[key] = hear(passage, language, manner)
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        return self._remembered[key]

    def _hear_answer(self, passage: Sound, language: str, manner: str) -> Heard:
        """An answer of the list, else a name or a sentence; what was only guessed to be of the list is nothing."""
        length = seconds(passage)
        answer = hear_answer(self._decoder, passage, language) if length < LONGEST else None
        if answer is not None:
            return Heard(
                text=answer.text,
                language=language,
                length=length,
                mean=answer.mean,
                word=True,
                sure=answer.confidence,
            )
        hear = self._hear_word if length < _ONE_WORD else self._hear_sentences
        heard = hear(passage, language, manner)
        return replace(heard, text="") if listed(heard.text, language) else heard

    def _hear_word(self, passage: Sound, language: str, _manner: str) -> Heard:
        prompt = _SHORT_PROMPTS.get(language)
        attempt = self._decoder.decode(self._decoder.encode(passage), language, prompt=prompt)
        guess = attempt.mean < _UNSURE_WORD and len(attempt.text.strip()) <= _FEW
        return Heard(
            text="" if guess or stammered(attempt.text) else attempt.text,
            language=language,
            length=seconds(passage),
            mean=attempt.mean,
            word=True,
        )

    def _hear_sentences(self, passage: Sound, language: str, manner: str) -> Heard:
        encoded = self._decoder.encode(passage)
        if manner == "any language":
            language = heard_language(self._decoder.languages(encoded), language)
        prompt = _PROMPTS.get(language)
        attempt = self._decoder.decode(encoded, language, prompt=prompt)
        if attempt.ratio > _REPEATING:
            attempt = self._decoder.decode(encoded, language, prompt=prompt, repeats=False)
        return Heard(
            text="" if _nothing(attempt) else attempt.text,
            language=language,
            length=seconds(passage),
            mean=attempt.mean,
        )


def _mean(said: list[Heard]) -> float:
    """Weighted by the length of the passages; 0 for none."""
    whole = sum(one.length for one in said)
    return sum(one.mean * one.length for one in said) / whole if whole else 0.0


def _nothing(attempt: Attempt) -> bool:
    """Nobody speaks, or what was written is the engine's own invention."""
    text, (nobody, low) = attempt.text, _NOBODY
    if not text.strip() or (attempt.no_speech > nobody and attempt.mean <= low):
        return True
    return invented(text) or (attempt.mean < _UNSURE and stammered(text))
