"""Messages between the desk and its worker over pipes: two lengths, a JSON head, bytes of sound."""

import json
import struct
from dataclasses import dataclass, field
from typing import IO, Any

_LENGTHS = struct.Struct("!II")


@dataclass(frozen=True, slots=True)
class Message:
    head: dict[str, Any]
    body: bytes = field(default=b"", repr=False)


def send(pipe: IO[bytes], message: Message) -> None:
    """Raises OSError where nobody listens any more."""
    head = json.dumps(message.head).encode()
    pipe.write(_LENGTHS.pack(len(head), len(message.body)) + head + message.body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Message | None:
    """The next message; None when the other side has gone, also in the middle of one."""
    lengths = pipe.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_length, body_length = _LENGTHS.unpack(lengths)
    head, body = pipe.read(head_length), pipe.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        return None
    return Message(json.loads(head), body)
