"""More time at clause ends, for those who need it: pauses are lengthened, words never are (Holland 2000).

A recording tells where it is still, its text tells where clauses end. The two are laid over one another, so that the
closure of a t or k inside a word, or a breath in the middle of a clause, is no place to wait.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from speech.audio import RATE, Sound, silence
from speech.mouth.clauses import CLAUSE_ENDS, SENTENCE_ENDS, Ending, ending, without_end

Pace = Literal["normal", "slow"]

SHORTEST, LONGEST = 0.6, 0.9  #: s between the words before and after a clause end
AIM = 0.75  #: s it becomes where it was shorter; a longer one stays as it is
TAIL = 0.6  #: s after a last mark: what follows brings a little silence of its own
#: s that are put after what a voice said, by its last mark; each piece brings EDGE on either side itself
GAPS: dict[Pace, dict[Ending, float]] = {
    "normal": {"sentence": 0.35, "clause": 0.2, "none": 0.0},
    "slow": {"sentence": 0.65, "clause": 0.65, "none": 0.0},
}
LAST: dict[Pace, float] = {"normal": 0.15, "slow": 0.55}  #: s after the last piece
STEP = 80  #: samples in 10 ms
STILL = -45.0  #: dBFS; a step below it is no speech
NOISE = 8.0  #: dB above the quietest steps, for recordings with a room in them
BELOW = 22.0  #: dB below active speech that a pause is at least
BREATH = 0.1  #: s; what is shorter is inside a word, or nothing that can be heard as a pause
EDGE = 0.05  #: s kept around words: weak onsets are below any threshold
ASTRAY = 0.12  #: of the spoken length by which letters and time may disagree
LEAST_ASTRAY = 0.4  #: s


@dataclass(frozen=True, slots=True)
class Gap:
    start: int  #: samples
    end: int
    spoken: float  #: s of speech before it

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / RATE


def paced(sound: Sound, pace: Pace, text: str) -> Sound:
    """`text` is what the sound says; at any pace but "slow" the sound is given back as it is."""
    if pace != "slow" or not sound.size:
        return sound
    pieces, done = [], 0
    for gap in clause_gaps(sound, text):
        wanted = round(AIM * RATE) - (gap.end - gap.start)
        if gap.seconds < SHORTEST:
            middle = (gap.start + gap.end) // 2
            pieces += [sound[done:middle], _more(sound[gap.start : gap.end], wanted)]
            done = middle
    pieces.append(sound[done:])
    if ending(text) != "none":
        pieces.append(silence(max(0.0, TAIL - _still_at_end(sound))))
    return np.concatenate(pieces)


def placed(sound: Sound, piece: str, pace: Pace, *, last: bool) -> Sound:
    """What a voice made of a piece: paced inside, and with the pause that its last mark asks for."""
    mark = ending(piece)
    gap = LAST[pace if mark != "none" else "normal"] if last else GAPS[pace][mark]
    return np.concatenate([paced(bare(sound), pace, without_end(piece)), silence(gap)])


def bare(sound: Sound) -> Sound:
    """Without the silence around the words, but for EDGE s of it."""
    spoken = np.flatnonzero(~_silent(sound))
    if not spoken.size:
        return sound
    edge = round(EDGE * RATE)
    return sound[max(0, int(spoken[0]) * STEP - edge) : int(spoken[-1] + 1) * STEP + edge]


def clause_gaps(sound: Sound, text: str) -> list[Gap]:
    """The pauses at the clause ends inside a text, in order; a clause end without a pause has none."""
    ends = clause_ends(text)
    gaps = [gap for gap in _gaps(sound) if gap.seconds >= BREATH]
    if not ends or not gaps:
        return []
    length = _spoken(sound)
    worth = np.array([[_worth(gap, end * length, length) for gap in gaps] for end in ends])
    return [gaps[n] for n in _best(worth)]


def clause_ends(text: str) -> list[float]:
    """The share of the letters before each clause end inside a text, 0..1.

    >>> clause_ends("一，二。三四")
    [0.25, 0.5]
    """
    found, letters = [], 0
    for n, character in enumerate(text):
        letters += character.isalnum()
        if _is_end(text, n) and letters and letters not in found:
            found.append(letters)
    return [count / letters for count in found if count < letters]


def _is_end(text: str, n: int) -> bool:
    """A mark; but not the points and commas inside 3.5, 12:30, e.g."""
    if text[n] not in f"{SENTENCE_ENDS}{CLAUSE_ENDS}.":
        return False
    return not (text[n] in ".,:" and text[n + 1 : n + 2].isalnum())


def _worth(gap: Gap, expected: float, length: float) -> float:
    """A longer pause nearer to where the letters expect it; negative: not this one."""
    astray = abs(gap.spoken - expected) / max(LEAST_ASTRAY, ASTRAY * length)
    return min(gap.seconds / 0.3, 1.5) * (1 - astray**2) if astray < 1 else -1.0


def _best(worth: NDArray[np.float64]) -> list[int]:
    """One gap or none for each end, in order, worth most together."""
    ends, gaps = worth.shape
    total = np.zeros((ends + 1, gaps + 1))
    for i in range(ends):
        for j in range(gaps):
            both = total[i, j] + worth[i, j]
            total[i + 1, j + 1] = max(total[i, j + 1], total[i + 1, j], both)
    chosen, i, j = [], ends, gaps
    while i and j:
        if total[i, j] == total[i - 1, j]:
            i -= 1
        elif total[i, j] == total[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            chosen.append(j)
    return chosen[::-1]


def _levels(sound: Sound) -> NDArray[np.float64]:
    """Each step of 10 ms in dBFS."""
    steps = sound[: sound.size // STEP * STEP].reshape(-1, STEP).astype(np.float64) / 32768
    return np.asarray(10 * np.log10(np.mean(steps**2, axis=1) + 1e-10))


def _silent(sound: Sound) -> NDArray[np.bool_]:
    levels = _levels(sound)
    loud = levels[levels > levels.max() - 30] if levels.size else levels
    active = 10 * np.log10(np.mean(10 ** (loud / 10))) if loud.size else STILL
    floor = float(np.percentile(levels, 5)) + NOISE if levels.size else STILL
    return np.asarray(levels < max(STILL, min(floor, active - BELOW)))


def _spoken(sound: Sound) -> float:
    return float(np.count_nonzero(~_silent(sound))) * STEP / RATE


def _gaps(sound: Sound) -> list[Gap]:
    """Every silence between two stretches of speech."""
    spoken = np.flatnonzero(~_silent(sound))
    breaks = np.flatnonzero(np.diff(spoken) > 1)
    return [
        Gap(
            start=int(spoken[n] + 1) * STEP,
            end=int(spoken[n + 1]) * STEP,
            spoken=float(n + 1) * STEP / RATE,
        )
        for n in breaks
    ]


def _still_at_end(sound: Sound) -> float:
    spoken = np.flatnonzero(~_silent(sound))
    last = (int(spoken[-1]) + 1) * STEP if spoken.size else 0
    return (sound.size - last) / RATE


def _more(gap: Sound, samples: int) -> Sound:
    """The room's own stillness, to and fro, so that a line does not fall dead in the middle of a recording."""
    edge = min(len(gap) // 4, 2 * STEP)
    inner = gap[edge : len(gap) - edge]
    there_and_back = np.concatenate([inner[::-1], inner])
    return np.resize(there_and_back, samples)
