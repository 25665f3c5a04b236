"""One thing worth knowing about an installation."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: State
    found: str
    mend: str = ""

    def data(self) -> dict[str, Any]:
        return asdict(self)
