"""Whisper through faster-whisper: the first ear where the registries are all there is."""

import hashlib
import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from speech.audio import Sound, seconds
from speech.calibration import Evidence, calibration_of
from speech.clean import clean, invented, stammered
from speech.commands import Words
from speech.ears.decoding import Attempt, Decoder
from speech.ears.passages import centred, passages
from speech.ears.sureness import Question, averaged, sureness
from speech.ears.tongues import heard_language

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

    text: str
    language: str
    length: float  #: seconds
    confidence: float = 0.0
    calibrated: bool = False
    features: Mapping[str, float] = field(default_factory=dict)  #: what `confidence` is made of


class WhisperEar:
    """`confidence` is the expected share of right characters where a calibration is at hand, of all but single words."""

    def __init__(self, model: str) -> None:
        self.name = Path(model).name
        self._decoder = Decoder(model)
        self._calibration = calibration_of(Path(model), shipped=Path(__file__).parent)
        self._remembered: OrderedDict[tuple[bytes, str, str], Heard] = OrderedDict()

    def transcribe(self, sound: Sound, language: str, *, short: bool) -> Words:
        parts = passages(centred(sound))
        if short and all(seconds(part) < _ONE_WORD for part in parts):
            heard = [self._recall(part, language, "word") for part in parts]
        else:
            heard = self._story(parts, language, "answer" if short else "story")
        return self._words(heard, language)

    def evidence(self, sound: Sound, language: str) -> Evidence:
        """A story with all that tells how sure it is, calibrated or not."""
        heard = self._story(passages(centred(sound)), language, "story")
        said = [one for one in heard if one.text]
        if not said:
            return Evidence(text="", language=language)
        words = self._words(heard, language)
        return Evidence(
            text=words.text,
            language=words.language,
            confidence=words.confidence,
            calibrated=words.calibrated,
            features=averaged([(one.features, one.length) for one in said]),
        )

    def _story(self, parts: list[Sound], language: str, manner: str) -> list[Heard]:
        """All in the language of the first words; only a story may be in another than was expected."""
        heard: list[Heard] = []
        known = manner == "answer"
        for part in parts:
            one = self._recall(part, language, f"{manner} known" if known else manner)
            known = known or bool(one.text)
            language = one.language if known else language
            heard.append(one)
        return heard

    def _words(self, heard: list[Heard], language: str) -> Words:
        said = [one for one in heard if one.text]
        language = said[0].language if said else language
        text = clean(" ".join(one.text for one in said), language)
        if not text:
            return Words(text="", engine=self.name)
        whole = sum(one.length for one in said)
        sure = sum(one.confidence * one.length for one in said) / whole
        return Words(
            text=text,
            confidence=round(sure, 3),
            engine=self.name,
            calibrated=all(one.calibrated for one in said),
            language=language,
        )

    def _recall(self, passage: Sound, language: str, manner: str) -> Heard:
        """A passage heard before is remembered: a story is listened to again whenever it has grown."""
        key = (hashlib.sha256(passage.tobytes()).digest(), language, manner)
        if key not in self._remembered:
            hear = self._hear_word if manner == "word" else self._hear_story
            self._remembered[key] = hear(passage, language, manner)
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        return self._remembered[key]

    def _hear_word(self, passage: Sound, language: str, _manner: str) -> Heard:
        prompt = _SHORT_PROMPTS.get(language)
        attempt = self._decoder.decode(self._decoder.encode(passage), language, prompt=prompt)
        text, mean = attempt.text, attempt.mean
        guess = mean < _UNSURE_WORD and len(text.strip()) <= _FEW
        return Heard(
            text="" if guess or stammered(text) else text,
            language=language,
            length=seconds(passage),
            confidence=min(1.0, math.exp(mean)),
        )

    def _hear_story(self, passage: Sound, language: str, manner: str) -> Heard:
        encoded = self._decoder.encode(passage)
        likely = self._decoder.languages(encoded)
        if not manner.endswith("known"):
            language = heard_language(likely, language)
        prompt = _PROMPTS.get(language)
        asked = Question(
            passage=passage,
            encoded=encoded,
            language=language,
            likely=likely.get(language, 0.0),
        )
        attempt = self._decoder.decode(encoded, language, prompt=prompt)
        if attempt.ratio > _REPEATING:
            attempt = self._decoder.decode(encoded, language, prompt=prompt, repeats=False)
        if _nothing(attempt):
            return Heard(text="", language=language, length=seconds(passage))
        features = sureness(self._decoder, asked, attempt)
        weigh = self._calibration
        return Heard(
            text=attempt.text,
            language=language,
            length=seconds(passage),
            confidence=weigh.of(features) if weigh else min(1.0, math.exp(attempt.mean)),
            calibrated=weigh is not None,
            features=features,
        )


def _nothing(attempt: Attempt) -> bool:
    """Nobody speaks, or what was written is the engine's own invention."""
    text, (nobody, low) = attempt.text, _NOBODY
    if not text.strip() or (attempt.no_speech > nobody and attempt.mean <= low):
        return True
    return invented(text) or (attempt.mean < _UNSURE and stammered(text))
