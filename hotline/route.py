"""What the routing desk says of a text, as plain data."""

from typing import Any

from routing.desk import Desk
from routing.masking import mask
from routing.tongue import language_of


def told(desk: Desk, text: str, language: str | None) -> dict[str, Any]:
    """One line of `hotline route`; null means no."""
    spoken = language or language_of(text, "zh")
    way = desk.way(text, spoken)
    offered = list(dict.fromkeys(one.department for one in way.choices))
    return {
        "text": text,
        "department": way.department,
        "service": way.service,
        "confidence": way.confidence,
        "ask": way.ask,
        "choices": offered or None,
        "urgent": way.danger and {"kind": way.danger.kind, "certain": way.danger.certain},
        "place": way.place,
        "masked": mask(text, spoken, gazetteer=desk.gazetteer),
        "why": list(way.why),
        "also": [{"department": one.department, "service": one.service} for one in way.also],
        "model": way.model,
    }
