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


#: share of sounds (``tickets.similar``) from which needs of one person are one matter. On sixty needs told twice
#: (routing/corpus/retold), the second time misheard: 52 pairs have one service, all of them are asked about; of the other
#: eight five are, and of 3,516 pairs of different needs 2 % would be
NEAR = 0.05  #: of the same department, or where a department is not known
FAR = 0.08
TOUCHING = 0.03  #: of neighbours: the same service, and something sounds alike; three quarters of the pairs


def same_matter(alike: float, *, service: bool, department: bool) -> bool:
    """Enough to ask whether two needs of one person are one; ``service``, ``department``: they have that in common."""
    return service or alike >= (NEAR if department else FAR)


def same_trouble(alike: float, service: str | None, other: str | None) -> bool:
    """Enough to ask about what a neighbour told: something the building shares."""
    return service in SHARED and service == other and alike >= TOUCHING
