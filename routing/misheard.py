"""Sayings as a recogniser would have written them: for learning, so that a wrong character does not throw a guess off."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable

from routing.pinyin import tokens

RATE = 0.15  #: of the characters are replaced
DROPPED = 0.02
FILLED = 0.03  #: of the characters have a filler before them
FILLERS = ("嗯", "那个", "就是", "啊", "哎", "这个", "呃", "然后")


class Recogniser:
    """Writes other characters of a similar sound, those more often that the texts have more often (by the square root)."""

    def __init__(self, texts: Iterable[str]) -> None:
        counted = Counter(one for text in texts for one in tokens(text) if len(one.text) == 1)
        often = Counter[tuple[str, str]]()
        for one, count in counted.items():
            often[one.text, one.sound] += count
        self._alike: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for (character, sound), count in sorted(often.items()):
            self._alike[sound].append((character, count**0.5))

    def write(self, words: str, seed: int, rate: float = RATE) -> str:
        """The same for the same seed."""
        chance = random.Random(seed)  # noqa: S311  no secret
        written = []
        for one in tokens(words):
            if chance.random() < FILLED:
                written.append(chance.choice(FILLERS))
            if chance.random() >= DROPPED:
                replaced = chance.random() < rate
                written.append(self._other(one.text, one.sound, chance) if replaced else one.text)
        return "".join(written)

    def _other(self, character: str, sound: str, chance: random.Random) -> str:
        others = [pair for pair in self._alike.get(sound, []) if pair[0] != character]
        if not others:
            return character
        names, weights = zip(*others, strict=True)
        return str(chance.choices(names, weights)[0])
