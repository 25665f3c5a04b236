"""The WebSocket channel of the double: what ``chan_websocket`` does with a message, and every 20 ms. Pure.

After channels/chan_websocket.c: a queue of frames and of marks between them, flushed at a word, slow at its ends.
"""

import json
from collections import deque
from typing import Any

from ivr.speaking import SILENCE

FRAME = 160  #: bytes of mu-law in 20 ms
TEXT = 128  #: bytes of a text; longer ones are not read
MOST, FULL, FREE = 1000, 900, 800  #: frames in the queue: no more, stop, go on
COMMANDS = {
    "ANSWER", "HANGUP", "START_MEDIA_BUFFERING", "STOP_MEDIA_BUFFERING", "MARK_MEDIA", "FLUSH_MEDIA",
    "GET_STATUS", "REPORT_QUEUE_DRAINED", "PAUSE_MEDIA", "CONTINUE_MEDIA",
}  # fmt: skip
NAMED = {"MARK_MEDIA", "STOP_MEDIA_BUFFERING"}  #: may have a correlation_id


class MediaChannel:
    """``as_json``: texts in JSON, else in lines."""

    def __init__(self, channel: str, name: str, *, as_json: bool = True) -> None:
        self.channel = channel
        self.complaints: list[str] = []
        self.hung_up = False
        self.marks = 0  #: that have been reached
        self.waiting = 0  #: frames that have not been heard yet
        self.dropped = 0  #: messages of sound that found no room
        self._name = name
        self._json = as_json
        self._queue: deque[bytes | str] = deque()
        self._left = b""
        self._bulk = self._paused = self._drained = self._full = False

    def start(self) -> str:
        return self._says(
            "MEDIA_START", connection_id=self._name, channel=f"WebSocket/{self._name}/0x1",
            channel_id=self.channel, format="ulaw", optimal_frame_size=FRAME, ptime=20,
            **({"channel_variables": {"MEDIA_WEBSOCKET_OPTIMAL_FRAME_SIZE": str(FRAME)}} if self._json else {}),
        )  # fmt: skip

    def key(self, digit: str) -> str:
        return self._says("DTMF_END", digit=digit, channel_id=self.channel)

    def take(self, message: str | bytes) -> list[str]:
        """What is answered at once."""
        return self._sound(message) if isinstance(message, bytes) else self._text(message)

    def tick(self) -> tuple[bytes, list[str]]:
        """The next 20 ms for the caller, and what is told meanwhile."""
        said: list[str] = []
        if self._paused:
            return SILENCE, said
        if self._full and self.waiting < FREE:
            self._full = False
            said.append(self._says("MEDIA_XON"))
        if not self._queue and self._drained:
            self._drained = False
            said.append(self._says("QUEUE_DRAINED"))
        while self._queue and isinstance(self._queue[0], str):
            mark = str(self._queue.popleft())
            self.marks += "MEDIA_MARK_PROCESSED" in mark
            said.append(mark)
        if not self._queue:
            return SILENCE, said
        self.waiting -= 1
        frame = self._queue.popleft()
        assert isinstance(frame, bytes)
        return frame, said

    # --- what it is told

    def _text(self, text: str) -> list[str]:
        if len(text.encode()) > TEXT:
            return self._complain("a text of more than 128 bytes")
        command, name = text.strip(), ""
        if self._json:
            try:
                data = json.loads(text)
                command, name = str(data.pop("command")), str(data.pop("correlation_id", ""))
            except (ValueError, TypeError, KeyError, AttributeError):
                self._complain("a text that is no command")
                return [self._says("ERROR", channel_id=self.channel, error_text="Unable to parse JSON command")]  # fmt: skip
            if data:
                return self._complain(f"{command} with {', '.join(sorted(data))}")
        else:
            command, _, name = command.partition(" ")
        if command not in COMMANDS or (name and command not in NAMED):
            return self._complain("a command that Asterisk does not know")
        return self._does(command, name)

    def _does(self, command: str, name: str) -> list[str]:
        match command:
            case "HANGUP":
                self.hung_up = True
            case "FLUSH_MEDIA":
                self._queue.clear()
                self.waiting = 0
                self._left, self._bulk, self._paused = b"", False, False
            case "MARK_MEDIA":
                self._queue.append(self._says("MEDIA_MARK_PROCESSED", correlation_id=name))
            case "GET_STATUS":
                return [self._says("STATUS", queue_length=self.waiting)]
            case _:
                self._buffers(command, name)
        return []

    def _buffers(self, command: str, name: str) -> None:
        self._bulk = (self._bulk or command == "START_MEDIA_BUFFERING") and "STOP" not in command
        self._paused = (self._paused or command == "PAUSE_MEDIA") and command != "CONTINUE_MEDIA"
        self._drained = self._drained or command == "REPORT_QUEUE_DRAINED"
        if command == "STOP_MEDIA_BUFFERING":
            if self._left:
                self._queue.append(self._left + SILENCE[len(self._left) :])
                self.waiting += 1
            self._left = b""
            self._queue.append(self._says("MEDIA_BUFFERING_COMPLETED", correlation_id=name))

    def _sound(self, sound: bytes) -> list[str]:
        if self.waiting >= MOST:
            self.dropped += 1  # Asterisk says nothing then, either
            return []
        whole = self._left + sound
        size = len(whole) // FRAME * FRAME
        self._queue.extend(whole[at : at + FRAME] for at in range(0, size, FRAME))
        self.waiting += size // FRAME
        self._left = whole[size:] if self._bulk else b""
        if size < len(whole) and not self._bulk:
            self._complain("sound that fills no frame")
        if not self._full and self.waiting >= FULL:
            self._full = True
            return [self._says("MEDIA_XOFF")]
        return []

    def _complain(self, what: str) -> list[str]:
        self.complaints.append(what)
        return []

    def _says(self, event: str, **facts: Any) -> str:
        if self._json:
            return json.dumps({"event": event, "channel_id": self.channel, **facts})
        alone = facts.pop("correlation_id", "")
        return " ".join(filter(None, [event, alone, *(f"{k}:{v}" for k, v in facts.items())]))
