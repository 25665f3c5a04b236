"""One call on a PBX: its channels, its bridge, and what has become of them."""

import asyncio
from dataclasses import dataclass, field

MEDIA = "hotline-sound-"  #: + call: the channel that brings the sound to us
BRIDGE = "hotline-call-"  #: + call: where it meets the caller's
DIAL = "hotline-dial-"  #: + key: a resident whom we ring
PERSON = "hotline-person-"  #: + call and a number: somebody whom a caller wants to talk to


@dataclass(eq=False)
class Carried:
    """``caller`` is the channel of the resident, whoever rang whom."""

    caller: str
    key: str = ""  #: of the dial, where we rang
    call: str = ""
    person: str = ""  #: channel of whom they talk to, instead of us
    tried: int = 0  #: people who were rung for them
    heard: bool = False  #: a socket has taken the sound
    failed: bool = False  #: we could not talk to them
    here: asyncio.Event = field(default_factory=asyncio.Event)  #: the channel of the sound is up
    joined: asyncio.Event = field(default_factory=asyncio.Event)  #: both are in the bridge
    gone: asyncio.Event = field(default_factory=asyncio.Event)  #: they have hung up
    over: asyncio.Event = field(default_factory=asyncio.Event)  #: the conversation has ended

    @property
    def media(self) -> str:
        return f"{MEDIA}{self.call}"

    @property
    def bridge(self) -> str:
        return f"{BRIDGE}{self.call}"


async def first(*events: asyncio.Event | asyncio.Future[bool], limit: float) -> bool:
    """Wait for one of these; False where none came in time."""
    waits = [
        asyncio.ensure_future(one.wait()) if isinstance(one, asyncio.Event) else one
        for one in events
    ]
    try:
        done, _ = await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for given, one in zip(events, waits, strict=True):
            if one is not given:
                one.cancel()
    return bool(done)
