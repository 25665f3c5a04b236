"""What the line asks of the house."""

from typing import Protocol

from ivr.conversation import Conversation


class Desk(Protocol):
    """Its methods may be slow: they are asked in threads."""

    def incoming(self, number: str) -> Conversation: ...
    def missed(self, number: str) -> None:
        """A call that could not be begun: it is rung back, or waits for a person."""
        ...

    def token(self, call: str) -> str:
        """Admits one socket to this call."""
        ...

    def answered(self, key: str) -> Conversation | None:
        """Somebody answers a dial of ours; None: hang up."""
        ...

    def ended(self, key: str, outcome: str) -> None: ...
    def broke(self, call: str, trouble: bool) -> None:
        """A call that no socket carried is over; ``trouble``: for no reason of theirs."""
        ...
