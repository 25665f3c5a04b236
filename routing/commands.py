"""What may be asked of the routing desk."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """Somebody may be in danger now."""

    kind: str  #: a kind of ``danger.toml``: fire, gas, fall, chest_pain, stroke, self_harm, fraud, missing, trapped
    certain: bool  #: False: one question first, where silence counts as yes
    number: str  #: which number to dial: "119", "120" or "110"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Who deals with a need. Unrouted: ``department`` is None, a person listens."""

    department: str | None = None  #: id of a department of ``catalogue.toml``
    service: str | None = None  #: id of a service under it
    confidence: float = 0.0  #: 0..1, the share of the evidence that speaks for this service
    by_agent: bool = (
        False  #: an errand, a form, a visit or company: the resident's proxy agent does it
    )
    ask: str | None = None  #: one contrast question's text, where two services are as likely
    danger: Danger | None = None
    why: tuple[str, ...] = ()  #: the words that decided it


@dataclass(frozen=True, slots=True)
class FindWay:
    words: str
    language: str = "zh"

    def result(self, data: dict[str, Any]) -> Way:
        danger = data.get("danger")
        return Way(
            **data | {"danger": danger and Danger(**danger), "why": tuple(data.get("why", ()))}
        )
