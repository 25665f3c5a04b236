"""Short answers heard by Whisper: yes, no, solved, once more, a person. Weighed, not guessed.

Free decoding of a single syllable is a lottery: without a hint 不对 is written 部队, with one a cough becomes 对. So the ten
likeliest texts are taken under several hints and without any, over a window of 10 s instead of 30 (which hears a word better
and costs a fifth). The probability of all texts that sound like an answer of one meaning is added up, and a curve fitted
to known answers says what that evidence is worth. What is not on the list is never forced into it.
"""

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

from speech.audio import Sound
from speech.calibration import Calibration
from speech.clean import clean, normal
from speech.ears.decoding import Decoder, Encoded

Texts = Sequence[tuple[str, float]]  #: what may have been said, and its log probability

#: a view each, by its name in the curve
HINTS: Mapping[str, Mapping[str, str]] = {
    "zh": {"plain": "", "said": "嗯，是的，对。不是，不对。", "asked": "对吗？对。对吗？不对。解决了吗？没有解决。"},
    "en": {"plain": "", "said": "Yes. No. Right. Not right.", "asked": "Is that right? Yes. Is it solved? Not solved. Half."},
}  # fmt: skip
SURE = 0.75  #: below it a listed answer is not given: a wrong yes closes somebody's need
LONGEST = 8.0  #: seconds with the silence around it
_TELEPHONE = 7  # figures; so long a row is heard better in the large window
_ROW = re.compile(r"\d{3,}")

_LEAST = math.exp(-6.5)  # probability of what is not among the ten likeliest
_CHINESE_FIGURES = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
_NOISE = re.compile(r"[^\w']+")
_BEFORE = re.compile(r"^[嗯呃啊哦唉哎诶喂]+(?=.)")
_AFTER = re.compile(r"(?<=.)[啊呀吧嘛呢哦啦哈]+$")
_AGAIN = re.compile(r"^(.{1,4})\1+$")
#: 那对, 我不对, 你没修好: a first syllable that changes nothing, also made up by the ear out of a breath
_LIGHT = {"wo", "ni", "na", "zhe", "jiu", "yi", "dou", "ye", "shi", "you", "hai", "n"}
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"))
_CLOSING = {"agree", "solved"}  # what an ear hears too easily, and what costs most when wrong
_LOOSE = {"solved", "half", "unsolved", "again"}  # 不值得 is no 不是的
_TURNING = {"bu", "mei", "wei"}  # the syllables that make a no of a yes are never blurred
_TAIL = re.compile(r"[aeiouv].*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str  #: "" where figures were said and not understood
    mean: float = 0.0  #: log probability of a figure
    confidence: float | None = None  #: calibrated, of an answer of the list


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The answer that what was heard speaks for."""

    meaning: str
    word: str  #: as it is written
    features: Mapping[str, float]


@cache
def _words(language: str) -> Mapping[str, tuple[str, str]]:
    """Sound -> meaning and word, of every answer in whisper_words.toml."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    meanings: dict[str, list[str]] = table.get(language, {})
    return {
        sound(word, language): (meaning, word)
        for meaning, words in meanings.items()
        for word in reversed(words)  # the first of those that sound alike is written
    }


@cache
def calibration() -> Calibration:
    """How likely an answer is right; fitted by `contrib/short_answers/fit.py`."""
    return Calibration.load(Path(__file__).with_name("whisper_words.json"))


def hear_answer(decoder: Decoder, passage: Sound, language: str) -> Answer | None:
    """What is on the list, or a short row of figures heard alike in every view; None for everything else. Up to `LONGEST` seconds."""
    encoded = decoder.encode_answer(passage)
    found = look(decoder, encoded, language)
    rows = {figures(texts[0][0], language) for texts in found[0].values()}
    if any(len(row) >= _TELEPHONE for row in rows):
        return None
    if rows and figures(found[0]["plain"][0][0], language):
        row = rows.pop() if len(rows) == 1 else ""
        return Answer(text=row, mean=found[0]["plain"][0][1] / max(1, len(row)))
    best = weigh(*found, language)
    sure = calibration().of(best.features) if best else 0.0
    if best is None or sure < SURE:
        return None
    return Answer(text=best.word, confidence=sure)


def look(decoder: Decoder, encoded: Encoded, language: str) -> tuple[Mapping[str, Texts], float]:
    """All views, and the mean probability that nobody speaks; no views in a language that has none."""
    hints = HINTS.get(language, {})
    heard = {name: decoder.likely(encoded, language, hint) for name, hint in hints.items()}
    nobody = sum(one for _, one in heard.values()) / max(1, len(heard))
    return {name: texts for name, (texts, _) in heard.items()}, nobody


def figures(text: str, language: str) -> str:
    """The figures of a text that has nothing else; "" where it has, or where they are fewer than three."""
    bare = re.sub(r"[\s,，。.、-]+", " ", clean(text, language))
    row = (" " if language != "zh" else "").join(bare.split())
    row = normal(row.translate(_CHINESE_FIGURES) if language == "zh" else row, language)
    return row.replace(" ", "") if _ROW.fullmatch(row.replace(" ", "")) else ""


def weigh(views: Mapping[str, Texts], no_speech: float, language: str) -> Listed | None:
    """The likeliest listed answer; None where the language has no list or nothing heard is on it. `views`: as in HINTS."""
    shares = {name: _shares(texts, language) for name, texts in views.items()}
    meanings = {meaning for meaning, _ in _words(language).values()}
    ranked = sorted(meanings, key=lambda one: _evidence(shares, one), reverse=True)
    if not ranked or not any(ranked[0] in view for view in shares.values()):
        return None
    best, second = ranked[:2]
    features = {
        "lead": _evidence(shares, best) - _evidence(shares, second),
        "no_speech": math.log(no_speech + 1e-3),
    }
    for name, view in shares.items():
        features[name] = _log(view, best)
        features[f"{name}_lead"] = _log(view, best) - _rival(view, best)
    texts = [one for some in views.values() for one in some]
    word = _written(texts, best, language)
    features["length"] = float(len(sound(word, language).split()))
    features["agrees"] = float(best in _CLOSING)
    return Listed(meaning=best, word=word, features=features)


def listed(text: str, language: str) -> bool:
    """Does it sound like an answer of the list?"""
    return _answer(text, language) is not None


def sound(text: str, language: str) -> str:
    """Syllables without tones, of a Chinese answer without the fillers around it and said once; words of an English one."""
    said = clean(text, language).lower()
    if language != "zh":
        return _NOISE.sub(" ", said).strip()
    said = re.sub(r"\W+", "", said)
    said = _AGAIN.sub(r"\1", _AFTER.sub("", _BEFORE.sub("", said)))
    return " ".join(lazy_pinyin(said))


def _answer(text: str, language: str) -> tuple[str, str] | None:
    return _found(sound(text, language), language)


@lru_cache(maxsize=4096)
def _found(heard: str, language: str) -> tuple[str, str] | None:
    """Meaning and word of what was heard: exactly, behind a light syllable, or (three syllables) with one that is blurred."""
    words = _words(language)
    if heard in words or language != "zh":
        return words.get(heard)
    syllables = heard.split()
    for some in (syllables, syllables[1:] if syllables[:1] and syllables[0] in _LIGHT else []):
        for known, answer in words.items():
            if len(some) > 1 and _blurred(some, known.split(), loosely=answer[0] in _LOOSE):
                return answer
    return words.get("dui") if heard == "na dui" else None


def _blurred(heard: list[str], known: list[str], *, loosely: bool) -> bool:
    """The same but for zh/z, n/l, -ng/-n; loosely: of three syllables or more, one may share its beginning or its end only."""
    if len(heard) != len(known):
        return False
    pairs = [(_fold(one), _fold(other)) for one, other in zip(heard, known, strict=True)]
    apart = [pair for pair in pairs if pair[0] != pair[1]]
    if not apart or not loosely:
        return not apart
    near = _tail(apart[0][0]) == _tail(apart[0][1]) or apart[0][0][:1] == apart[0][1][:1]
    return len(apart) == 1 and len(known) >= 3 and near and apart[0][1] not in _TURNING


def _fold(syllable: str) -> str:
    for blurred, plain in _INITIALS:
        if syllable.startswith(blurred):
            syllable = plain + syllable[len(blurred) :]
            break
    return syllable[:-1] if syllable.endswith("ng") and not syllable.endswith("ong") else syllable


def _tail(syllable: str) -> str:
    found = _TAIL.search(syllable)
    return found[0] if found else syllable


def _shares(texts: Texts, language: str) -> Mapping[str, float]:
    """Probability of every meaning, of every other text (by its sound), and ("") of no words at all."""
    shares: defaultdict[str, float] = defaultdict(float)
    for text, log_probability in texts:
        heard = "" if "\ufffd" in text else sound(text, language)
        answer = _found(heard, language)
        meaning = answer[0] if answer else f"~{heard}" if heard else ""
        shares[meaning] += math.exp(log_probability)
    return shares


def _log(view: Mapping[str, float], meaning: str) -> float:
    return math.log(view.get(meaning, 0.0) + _LEAST)


def _rival(view: Mapping[str, float], meaning: str) -> float:
    """Of the likeliest that means something else, listed or not."""
    others = [share for name, share in view.items() if name and name != meaning]
    return math.log(max(others, default=0.0) + _LEAST)


def _evidence(shares: Mapping[str, Mapping[str, float]], meaning: str) -> float:
    return sum(_log(view, meaning) for view in shares.values())


def _written(texts: Texts, meaning: str, language: str) -> str:
    """The likeliest word of this meaning."""
    heard: defaultdict[str, float] = defaultdict(float)
    for text, log_probability in texts:
        one, word = _answer(text, language) or ("", "")
        if one == meaning:
            heard[word] += math.exp(log_probability)
    return max(heard, key=lambda word: heard[word])
