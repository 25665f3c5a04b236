"""May somebody be in danger now? Words and signs first; then the guess, for who only tells what they see and feel.

Only words that say so plainly are certain. What is guessed is asked about once, and silence counts as yes.
"""

from collections.abc import Mapping

from routing.commands import Danger
from routing.danger import find_danger, kinds
from routing.guesser import Guesser

#: from this probability on it is asked. Fixed on writers held back: `hotline bench routing`
ALERT = 0.3
CALM, DANGER = "calm", "danger"


def hear_danger(words: str, language: str, guesser: Guesser) -> Danger | None:
    """Language "zh" or "en"."""
    plain = find_danger(words, language)
    if (plain and plain.certain) or not words.strip():
        return plain
    guess = guesser.guess(words, language, rules_of(plain))
    if guess.groups[DANGER] < ALERT:
        return None
    if plain:
        return plain
    likeliest = next(one for one in guess.labels if one.startswith(f"{DANGER}/")).partition("/")[2]
    known = {one.id: one for one in kinds()}
    kind = known.get(likeliest, known["help"])
    return Danger(kind=kind.id, certain=False, number=kind.number)


def rules_of(plain: Danger | None) -> Mapping[str, float]:
    """What the words and signs say, as evidence for the guess."""
    if plain is None:
        return {CALM: 1.0}
    return {DANGER: 3.0 if plain.certain else 1.0}
