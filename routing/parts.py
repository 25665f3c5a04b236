"""Several needs in one story: where a new matter begins, people say so."""

import re

#: what opens another matter; 还有 alone also opens a further complaint about the same, so both parts are routed
_ANOTHER = re.compile(
    r"(?:还有(?:一?个?(?:事|件事)儿?|就是)?|另外|再有(?:一个)?|再一个|再就是|顺便(?:再)?(?:问|说|提)?一?[下声]?|还想(?:再)?(?:问|说)一?[下声]?"
    r"|第[二三]个?(?:事|件事|呢)|对了|哦对|别的还有|(?:\band|\boh,?) another thing\b|\balso\b|\bbesides\b|\bby the way\b|\bsecondly\b)",
    re.IGNORECASE,
)
SHORTEST = 5  #: characters of a part that tells something
MOST = 3


def parts(words: str) -> list[str]:
    """The story in the parts that may be needs of their own, at most three; one where nothing opens another."""
    found, start = [], 0
    for opening in _ANOTHER.finditer(words):
        if opening.start() - start >= SHORTEST and len(words) - opening.end() >= SHORTEST:
            found.append(words[start : opening.start()])
            start = opening.start()
        if len(found) == MOST - 1:
            break
    return [*found, words[start:]]
