"""Which of the languages that are served somebody speaks, whatever the line expects."""

from collections.abc import Mapping

SERVED = ("zh", "en")
_CLEAR = 0.5  # probability among all languages; dialects of Chinese come out as many things
_RATHER = 10.0  # times as likely as the expected one


def heard_language(likely: Mapping[str, float], expected: str) -> str:
    """Another served language only where that is clear; `expected` where it is not, or is not a served one.

    `likely`: probability of every language, by code.
    """
    if expected not in SERVED:
        return expected
    best = max(SERVED, key=lambda one: likely.get(one, 0.0))
    clear = likely.get(best, 0.0) > max(_CLEAR, _RATHER * likely.get(expected, 0.0))
    return best if clear else expected
