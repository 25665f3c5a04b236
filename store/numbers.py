"""Telephone numbers as people write and say them, brought to digits so that equal ones are equal."""

import re
import unicodedata

#: Spoken digits; 幺 is how 1 is said in a number.
SPOKEN = str.maketrans("零〇○一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖", "00011223456789123456789")
BETWEEN = re.compile(r"[\s\-‐-―().·,，、;；。/]+")
ABROAD = re.compile(r"^(?:\+|00)86(?=\d{7,})")
SHORTEST, LONGEST = 3, 15  #: digits: service numbers such as 119; E.164 allows 15
SHORTEST_TO_RING = 7  #: digits of a local Chinese number


def normal_number(text: str) -> str:
    """Digits only, the Chinese country code taken off; "" where this is no telephone number.

    Full-width and Chinese digits count ("幺三八", "１３８"); other countries keep their code.
    """
    plain = BETWEEN.sub("", unicodedata.normalize("NFKC", text).translate(SPOKEN))
    digits = ABROAD.sub("", plain).removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        return ""
    return digits if SHORTEST <= len(digits) <= LONGEST else ""


def plausible_number(text: str) -> bool:
    """Whether somebody could be rung back there: seven digits or more."""
    return len(normal_number(text)) >= SHORTEST_TO_RING
