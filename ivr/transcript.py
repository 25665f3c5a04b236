"""A call as it can be read: told again from its log, never stored twice."""

from datetime import tzinfo
from typing import Any

from ivr.calls import Call
from ivr.dialogue import Say
from ivr.engine import Entry, ScriptChanged, retell
from ivr.wording import LANGUAGES, text

Data = dict[str, Any]


def transcript(call: Call, zone: tzinfo) -> list[Data]:
    """Every sentence and answer in order.

    ``key`` is the prompt said or the question answered; the text of a key pressed is the key
    itself, ♪ stands for a recording, an empty text is silence.
    """
    told: list[Data] = []
    language = call.language
    words = {
        row.key: row.heard["result"]["text"] for row in call.entries if row.key.endswith(".words")
    }
    try:
        for step in retell(call.script(), call.log):
            if isinstance(step, Say):
                said = text(step, language, zone)
                told.append({"who": "hotline", "text": said, "key": step.prompt})
            elif step.heard.result is None:
                told.append({"who": "caller", "text": _answer(step, words), "key": step.key})
            else:
                language = _spoken(step.heard.result) or language
    except ScriptChanged:
        told = [
            {"who": "caller", "text": _answer(step, words), "key": step.key}
            for step in call.log
            if step.heard.result is None
        ]
    return told


def _spoken(result: Data) -> str:
    """The language a need was told in; from then on we spoke it too."""
    spoken = result.get("language", "") if "engine" in result else ""
    return spoken if spoken in LANGUAGES else ""


def _answer(step: Entry, words: dict[str, str]) -> str:
    return step.heard.digits or step.heard.words or words.get(f"{step.key}.words", "")
