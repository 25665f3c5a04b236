"""Numbers, dates and addresses as people say them: written text -> text in words, for a voice.

Pure, and driven by tables: `spoken_zh` and `spoken_en` are lists of rules that are tried in order; what a rule has put
into words holds no digits, so that no later rule touches it.
"""

import re
from collections.abc import Mapping, Sequence

from speech.mouth import spoken_en, spoken_zh
from speech.mouth.rules import Rule, applied

RULES: Mapping[str, Sequence[Rule]] = {"zh": spoken_zh.RULES, "en": spoken_en.RULES}

#: digits and letters of double width, and signs that are typed in several ways
_ALIKE = str.maketrans(
    {
        **{chr(0xFF01 + n): chr(0x21 + n) for n in range(94) if chr(0x21 + n).isalnum()},
        **dict(zip("％＋￥＃＊／＆－", "%+¥#*/&-", strict=True)),
        **dict.fromkeys("‐‑‒–−", "-"),
        **dict.fromkeys("～〜∼", "~"),
        "\u00a0": " ",
    }
)
_COLON = re.compile(r"(?<=\d)：(?=\d\d)")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])")


def spoken(text: str, language: str) -> str:
    """`language` is "zh" or "en"; a text in any other is left as it is.

    >>> spoken("3栋2单元102，11月24日", "zh")
    '三栋二单元幺零二，十一月二十四号'
    >>> spoken("flat 102 at 12:30", "en")
    'flat one oh two at twelve thirty'
    """
    rules = RULES.get(language)
    if rules is None or not any(c.isdigit() or c.isascii() for c in text):
        return text
    plain = _COLON.sub(":", text.translate(_ALIKE))
    plain = _THOUSANDS.sub(lambda m: m[0].replace(",", ""), plain)
    return applied(rules, plain)
