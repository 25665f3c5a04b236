"""What an engine wrote, as a person would write it down."""

import re

import zhconv

_NOISE = re.compile(r"\[[^\]]*\]|<[^>]*>")
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")


def clean(text: str, language: str) -> str:
    """Noise tokens out, Simplified characters, no spaces inside Chinese; Latin words stay apart."""
    text = _NOISE.sub(" ", text)
    if language == "zh":
        text = str(zhconv.convert(text, "zh-cn"))
    return _BETWEEN_HAN.sub("", " ".join(text.split()))
