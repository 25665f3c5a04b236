"""One channel of the double."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from ivr.lines.asterisk.double.media import MediaChannel
from ivr.lines.asterisk.double.people import Somebody


@dataclass(eq=False)
class Channel:
    id: str
    name: str
    state: str = "Down"
    number: str = ""  #: of the caller, or whom we ring
    app: str = ""  #: the application that has it
    bridge: str = ""
    person: Somebody | None = None
    sound: MediaChannel | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    cause: int = 0

    def told(self) -> dict[str, Any]:
        nobody = {"name": "", "number": ""}
        return {
            "id": self.id, "name": self.name, "state": self.state, "protocol_id": "", "accountcode": "",
            "caller": {"name": "", "number": self.number}, "connected": nobody, "language": "en",
            "creationtime": "2026-01-05T09:00:00.000+0000",
            "dialplan": {"context": "hotline", "exten": "s", "priority": 1, "app_name": "Stasis", "app_data": ""},
        }  # fmt: skip
