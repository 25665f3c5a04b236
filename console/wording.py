"""The words of the pages: data in ``words/``, Chinese first, one language a session."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from flask import session

from routing import catalogue, danger, emergency

LANGUAGES = ("zh", "en")


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Every sentence of one language; ``[table] key`` is "table.key"."""
    text = (files("console") / "words" / f"{language}.toml").read_text("utf-8")
    return dict(_flat("", tomllib.loads(text)))


def language() -> str:
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def t(key: str, **values: Any) -> str:
    """A sentence in the reader's language."""
    return sentences(language())[key].format(**values)


def department(name: str | None) -> str:
    """The spoken name of a department, or that there is none."""
    return _spoken(catalogue.load().departments, name) or t("ticket.nobody")


def service(name: str | None) -> str:
    return _spoken(catalogue.load().services, name)


def question_of(name: str | None) -> str:
    """What was asked about a service, "" where nothing is."""
    found = (one.question for one in catalogue.load().services if one.id == name)
    asked = next(found, None)
    return asked.spoken(language()) if asked else ""


def danger_named(kind: str | None) -> str:
    """What it is and whom to dial ("着火，119"); an unknown kind is simply danger."""
    for one in danger.kinds():
        if one.id == kind:
            return t(
                "waiting.danger",
                kind=one.en if language() == "en" else one.zh,
                number=emergency.table().of(one.id).number,
            )
    return t("reason.danger")


def question(key: str) -> str:
    """What a recording answers: the last part of its key that has a name ("need.1", "7.missing.1")."""
    known = (
        name for part in reversed(key.split(".")) if (name := f"question.{part}") in sentences("zh")
    )
    return t(next(known, "question.other"))


def _spoken(entries: tuple[catalogue.Department, ...], name: str | None) -> str:
    found = (one.spoken(language()) for one in entries if one.id == name)
    return next(found, name or "")


def _flat(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        flat += (
            _flat(f"{prefix}{key}.", value) if isinstance(value, dict) else [(prefix + key, value)]
        )
    return flat
