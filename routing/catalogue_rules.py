"""What an entry of a catalogue may say; each complaint is a sentence for whoever keeps the file."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from routing.catalogue import FACTS, LANGUAGES
from tickets.clocks import Clock
from tickets.lengths import BadLength, length

_ID = re.compile(r"[a-z][a-z0-9_]*")
_LATIN = re.compile(r"[A-Za-z]")
_MAY_HOLD = {"department": {"id", "zh", "en", "words", "also", "facts"}}
_MAY_HOLD["service"] = _MAY_HOLD["department"] | {
    "department", "by_agent", "signs", "question", "sayings", *Clock,
}  # fmt: skip


def targets_of(entry: Mapping[str, Any]) -> dict[Clock, timedelta]:
    """respond, handle and feedback of an entry that was checked."""
    return {clock: length(entry[clock]) for clock in Clock if clock in entry}


def complaint(
    kind: str, entry: dict[str, Any], seen: set[str], departments: set[str] | None
) -> str | None:
    """What is wrong with one entry, in a sentence; None when nothing is."""
    name = entry.get("id")
    untimely = _problem_of_targets(entry)
    unknown = sorted(set(entry) - _MAY_HOLD[kind])
    checks = (
        (isinstance(name, str) and _ID.fullmatch(name), f"{kind} needs an id like lift_repair"),
        (name not in seen, f"{kind} {name} is there twice"),
        (not unknown, f"{name}: unknown {unknown}"),
        (_is_text(entry.get("zh")), f"{name} needs a spoken name zh"),
        (_is_text(entry.get("en")), f"{name} needs a spoken name en"),
        (not _LATIN.search(str(entry.get("zh"))), f"{name}: no Latin letters in the zh name"),
        (_are_words(entry.get("words")), f"{name} needs words.zh and words.en"),
        (isinstance(entry.get("by_agent", False), bool), f"{name}: by_agent is true or false"),
        (_are_texts(entry.get("signs", [])), f"{name}: signs is a list of rules in quotes"),
        (_are_texts(entry.get("also", [])), f"{name}: also is a list of names in quotes"),
        (_are_facts(entry.get("facts", [])), f"{name}: facts are of {', '.join(FACTS)}"),
        (_is_question(entry.get("question")), f"{name}: question has zh, en, and a list unless"),
        (_are_sayings(entry.get("sayings", {})), f"{name}: sayings.zh is a list in quotes"),
        (
            departments is None or entry.get("department") in departments,
            f"{name}: there is no department {entry.get('department')}",
        ),
        (untimely is None, f"{name}: {untimely}"),
    )
    return next((sentence for right, sentence in checks if not right), None)


def _problem_of_targets(entry: Mapping[str, Any]) -> str | None:
    try:
        targets = targets_of(entry)
    except BadLength as bad:
        return str(bad)
    if list(targets.values()) != sorted(targets.values()):
        return "respond comes before handle, and handle before feedback"
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_words(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(LANGUAGES)
        and all(_is_text(words) for words in value.values())
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)


def _are_facts(value: Any) -> bool:
    return _are_texts(value) and set(value) <= set(FACTS)


def _is_question(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict) or not {"zh", "en"} <= set(value) <= {"zh", "en", "unless"}:
        return False
    return _is_text(value["zh"]) and _is_text(value["en"]) and _are_texts(value.get("unless", []))


def _are_sayings(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= set(LANGUAGES)
        and all(_are_texts(said) for said in value.values())
    )
