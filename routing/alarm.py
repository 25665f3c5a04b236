"""May somebody be in danger now? Words and signs first; then the guess, for who only tells what they see and feel.

Only words that say so plainly are certain, and only where the whole does not sound like a film, a drill or an old story. What is
guessed is asked about once, and silence counts as yes.
"""

from collections.abc import Mapping

from routing.commands import Danger
from routing.danger import find_danger, kinds
from routing.guesser import Guess, Guesser

#: from this probability on it is asked. Chosen on writers held back and on the judges; the next on writers held back
ALERT = 0.25
#: plain words below it are let go: of those nine in ten were told of films, drills and what is long over
DOUBT = 0.1
CALM, DANGER = "calm", "danger"


def hear_danger(words: str, language: str, guesser: Guesser) -> Danger | None:
    """Language "zh" or "en"."""
    plain = find_danger(words, language)
    if not words.strip():
        return plain
    guess = guesser.guess(words, language, rules_of(plain))
    if not alarmed(guess.groups[DANGER], plain):
        return None
    return plain or _guessed(guess)


def alarmed(likely: float, plain: Danger | None) -> bool:
    """Is it asked about, or certain? ``likely``: the guess; ``plain``: what words and signs say."""
    return likely >= (DOUBT if plain and plain.certain else ALERT)


def _guessed(guess: Guess) -> Danger:
    likeliest = next(one for one in guess.labels if one.startswith(f"{DANGER}/")).partition("/")[2]
    known = {one.id: one for one in kinds()}
    kind = known.get(likeliest, known["help"])
    return Danger(kind=kind.id, certain=False, number=kind.number)


def rules_of(plain: Danger | None) -> Mapping[str, float]:
    """What the words and signs say, as evidence for the guess."""
    if plain is None:
        return {CALM: 1.0}
    return {DANGER: 3.0 if plain.certain else 1.0}
