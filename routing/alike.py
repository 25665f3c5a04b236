"""Do two needs sound alike? The pieces they are compared by, and when that is enough to ask whether they are one.

Pure. The comparison itself is done on keyed hashes of the pieces (``tickets.similar``): stored words stay sealed.
"""

from itertools import pairwise

from routing.pinyin import tokens

LONGEST = 1500  #: characters that are looked at: a story is told in fewer

#: what several neighbours ring about when one thing is broken: lift, stairs, pipes, the street before the house
SHARED = frozenset(
    ("lift_repair", "stair_light", "entrance_door", "drain", "water_leak", "property_service", "ebikes",
     "water_supply", "power", "gas_supply", "heating", "street_lamp", "manhole", "rubbish", "road_surface",
     "street_noise", "trees", "house_safety")
)  # fmt: skip


def sounds(words: str, language: str = "zh") -> list[str]:
    """Pairs of neighbouring blurred syllables (of words, in English), each once; a lone one stands for itself.

    >>> sounds("电梯坏了")
    ['dian ti', 'ti fai', 'fai le']
    """
    said = [one.sound for one in tokens(words[:LONGEST], language)]
    pairs = [f"{one} {other}" for one, other in pairwise(said)]
    return list(dict.fromkeys(pairs or said))
