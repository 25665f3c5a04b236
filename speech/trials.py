"""Stories told on bad lines, made from recordings whose speech is known: pauses put in, noise, throats, levels, faults.

Every trial is the same at every run: its dice are seeded with its name.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from speech import disturbance as spoil
from speech.audio import RATE, Sound, silence, ulaw_decode, ulaw_encode
from speech.disturbance import Dice, Wave
from speech.recipes import NOBODY, RECIPES, Recipe

PROMPT = 8.0  #: seconds in which the line speaks, before it listens
LEAD = 2.0  #: seconds before the recording
TAIL = 60.0  #: seconds after it, for noise to prolong the story in
_STEP = RATE // 50
_ROOM = -66.0  # dB: no real line is digitally silent
_SAID = -20.0  # dB: how loud the line speaks
_LATE = round(0.12 * RATE)  # samples until it comes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    name: str
    kind: str
    sound: Sound
    speech: tuple[int, int] | None  #: samples between which the caller speaks; None: nobody does
    #: what is heard while the line speaks, and what it says
    before: Sound = field(default_factory=lambda: silence(0.0))
    played: Sound = field(default_factory=lambda: silence(0.0))


_THROATS: Mapping[str, Callable[[Dice], Wave]] = {
    "cough": spoil.cough, "breath": spoil.breath, "clicks": spoil.clicks
}  # fmt: skip
_FAULTS: Mapping[str, Callable[[Wave, Dice], Wave]] = {
    "offset": spoil.offset, "clipped": spoil.clipped, "holes": spoil.holes
}  # fmt: skip


def trials(
    recordings: Mapping[str, Sound], said: Mapping[str, str], variants: int
) -> Iterator[Trial]:
    """`variants` of each recording with words, all recipes in turn; as many with nobody; those without words as they are."""
    spoken = [name for name in recordings if said[name]]
    for number, name in enumerate(spoken):
        others = [_speech_only(recordings[one]) for one in spoken if one != name]
        first = number * variants
        for at in range(first, first + variants):
            kind = list(RECIPES)[at % len(RECIPES)]
            yield _spoiled(name, kind, RECIPES[kind], recordings[name], others)
        for at in range(number, number + max(1, variants // 4)):
            kind = list(NOBODY)[at % len(NOBODY)]
            yield _spoiled(name, kind, NOBODY[kind], None, others)
    for name in recordings:
        if not said[name]:
            yield Trial(name=name, kind="nobody speaks", sound=recordings[name], speech=None)


def speech_of(sound: Wave) -> tuple[int, int]:
    """From the first to one past the last sample that is louder than the room, by the sound's own levels."""
    levels = _levels(sound)
    over = (levels > _threshold(levels)).astype(int)
    firm = np.flatnonzero(np.convolve(over, np.ones(3, dtype=int), "valid") == 3)
    if not len(firm):
        return 0, len(sound)
    return int(firm[0]) * _STEP, int(firm[-1] + 3) * _STEP


def with_pauses(sound: Wave, pauses: tuple[float, ...], *, softer: float = 0.0) -> Wave:
    """The softest gaps made into pauses of so many seconds; a gap that lasts longer by itself stays.

    After the last of them all is `softer` by so many dB.
    """
    gaps = sorted(_gaps(sound, len(pauses)))
    pieces, last = [], 0
    for (at, lasts), length in zip(gaps, pauses, strict=False):
        pieces += [sound[last:at], np.zeros(max(0, round(length * RATE) - lasts))]
        last = at
    return np.concatenate([*pieces, sound[last:] * 10 ** (-softer / 20)])


def _gaps(sound: Wave, many: int) -> Iterator[tuple[int, int]]:
    """Middles of the softest 0.2 s, 1 s from each other and from the ends of speech; and how long it is soft there."""
    levels = _levels(sound)
    soft = np.convolve(10 ** (levels / 10), np.ones(10) / 10, "same")
    first, last = (at // _STEP for at in speech_of(sound))
    free = np.ones(len(levels), dtype=bool)
    free[: first + 50] = free[max(0, last - 50) :] = False
    quiet = levels < _threshold(levels)
    while many and free.any():
        at, many = int(np.argmin(np.where(free, soft, np.inf))), many - 1
        before, after = np.argmin(quiet[at::-1]), np.argmin(quiet[at:])
        free[max(0, at - before - 50) : at + after + 50] = False
        yield at * _STEP, int(before + after) * _STEP


def _threshold(levels: Wave) -> float:
    """Between the room and the voice, in dB."""
    loud, room = np.percentile(levels, [90, 5])
    return float(max(room + 6, loud - 25))


def _levels(sound: Wave) -> Wave:
    """Of each 20 ms, in dB."""
    whole = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP)
    return np.asarray(10 * np.log10(np.mean(whole**2, axis=1) + 1e-9), dtype=np.float64)


def _speech_only(sound: Sound) -> Wave:
    first, last = speech_of(sound / 32768)
    return np.asarray(sound[first:last] / 32768, dtype=np.float64)


def _spoiled(
    name: str, kind: str, recipe: Recipe, recording: Sound | None, others: list[Wave]
) -> Trial:
    dice = np.random.default_rng(zlib.crc32(f"{name} {kind}".encode()))
    told = np.zeros(round(20 * RATE))
    first, last = 0, 0
    if recording is not None:
        alone = recording / 32768
        if recipe.at_once:
            alone = alone[speech_of(alone)[0] :]
        told = with_pauses(alone / _loudness(alone), recipe.pauses, softer=recipe.softer)
        first, last = speech_of(alone)
        last += len(told) - len(alone)
    prompt = round(PROMPT * RATE)
    start = round((LEAD + (4 if recipe.throat or recipe.where == "before" else 0)) * RATE)
    start = prompt + (0 if recipe.at_once else start)
    line = np.concatenate([np.zeros(start), told, np.zeros(round(TAIL * RATE))])
    if recipe.talks:
        line[:prompt] = np.resize(told[first:last], prompt)
    first, last = first + start, last + start
    _add_noise(line, recipe, others, dice, (first, last))
    _add_throat(line, recipe, dice, (start, last))
    line = line * 10 ** (recipe.level / 20) + 10 ** (_ROOM / 20) * dice.standard_normal(len(line))
    played = spoil.television(others[:1])(prompt, dice) if others else np.zeros(prompt)
    played *= 10 ** (_SAID / 20)
    if recipe.echo is not None:
        line[_LATE:prompt] += played[:-_LATE] * 10 ** (-recipe.echo / 20)
    if recipe.fault:
        line = _FAULTS[recipe.fault](line, dice)
    sound = _carried(line)
    return Trial(
        name=name, kind=kind, sound=sound[prompt:], before=sound[:prompt], played=_carried(played),
        speech=None if recording is None else (first - prompt, last - prompt),
    )  # fmt: skip


def _carried(line: Wave) -> Sound:
    """Over G.711."""
    return ulaw_decode(ulaw_encode(np.round(np.clip(line, -1, 1) * 32767).astype(np.int16)))


def _loudness(sound: Wave) -> float:
    """RMS of what is within 15 dB of the loudest: speech without its pauses."""
    levels = _levels(sound)
    loud = levels[levels > np.percentile(levels, 95) - 15]
    return float(10 ** (10 * np.log10(np.mean(10 ** (loud / 10))) / 20))


def _add_noise(
    line: Wave, recipe: Recipe, others: list[Wave], dice: Dice, speech: tuple[int, int]
) -> None:
    if not recipe.noise or (recipe.noise == "television" and not others):
        return
    makers = {"television": spoil.television(others), "hum": spoil.hum, "comfort": spoil.comfort,
              "street": spoil.street, "music": spoil.music, "tones": spoil.tones}  # fmt: skip
    here = {"before": slice(0, speech[0]), "after": slice(speech[1], len(line))}
    where = here.get(recipe.where, slice(0, len(line)))
    noise = makers[recipe.noise](len(line[where]), dice)
    line[where] += noise * 10 ** (-dice.uniform(*recipe.below) / 20)


def _add_throat(line: Wave, recipe: Recipe, dice: Dice, where: tuple[int, int]) -> None:
    """Twice before the first word, and twice after the last, as loud as speech."""
    if not recipe.throat:
        return
    start, last = where
    for at in (start - 5 * RATE, start - 2.5 * RATE, last + 1.5 * RATE, last + 6 * RATE):
        sound = _THROATS[recipe.throat](dice)[: 2 * RATE]
        here = max(0, round(at))
        line[here : here + len(sound)] += sound * 10 ** (dice.uniform(-4, 8) / 20)
