"""What an engine wrote, as a person would write it down."""

import re
from functools import cache
from pathlib import Path

from zhconv import zhconv

_NOISE = re.compile(r"\[[^\]]*\]|<[^>]*>")
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")

# What Whisper writes where nobody speaks: its prompt, and the credits of the films it learnt from.
_INVENTED = re.compile(
    r"普通[话話]的句子|字幕(由|志[愿願]者|[组組]|\s*by)|[请請]不吝|[点點][赞贊].{0,3}[订訂][阅閱]|打[赏賞]支持|明[镜鏡][与與]"
    r"|Amara\.org|[Ss]ubtitles by|[Tt]hanks? (you )?for watching"
)


@cache
def _load_dictionary() -> None:
    """Once, and by path: left to itself zhconv leaves the file open."""
    zhconv.loaddict(str(Path(zhconv.__file__).with_name("zhcdict.json")))


def clean(text: str, language: str) -> str:
    """Noise tokens out, Simplified characters, no spaces inside Chinese; Latin words stay apart."""
    text = _NOISE.sub(" ", text)
    if language == "zh":
        _load_dictionary()
        text = str(zhconv.convert(text, "zh-cn"))
    return _BETWEEN_HAN.sub("", " ".join(text.split()))


def invented(text: str) -> bool:
    """Is this a sentence of the engine's own making, and nothing beside it?"""
    return len(text) < 40 and _INVENTED.search(text) is not None


def stammered(text: str) -> bool:
    """Is it the same few characters over and over, as an engine hears music? People do say 救命救命救命: ask how sure it is."""
    return len(text) >= 4 and 3 * len(set(text)) <= len(text)
