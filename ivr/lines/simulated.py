"""The simulated telephone line: a shipped double, honest about being one.

8 kHz G.711 mu-law in 20 ms frames both ways, as on a real line; only the wire is missing.
The caller on it is a script: it speaks a sound when a question has been asked, presses
keys, hangs up, and remembers what it heard. At pace "real" a frame takes 20 ms; at "fast"
as long as it takes, and the conversation is the same because time is counted in frames.
"""

import time
from concurrent.futures import wait
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ivr.backstage import Connect
from ivr.conversation import Conversation
from ivr.dialogue import Kind, Listen
from ivr.live import LiveCall
from ivr.speaking import SILENCE
from speech.audio import FRAME, RATE, Sound, ulaw_decode, ulaw_encode

REACTION = round(0.3 * RATE / FRAME)  #: frames between the end of a question and the caller's key


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller does when asked: speak, press keys after a moment, hang up."""

    sound: Sound | None = None
    keys: str = ""
    hang_up_after: float | None = None  #: seconds after the end of the question


class Caller(Protocol):
    """Somebody at the other end."""

    def asked(self, listen: Listen) -> Reply: ...


@dataclass(slots=True)
class ScriptedCaller:
    """Tells the need once; each key answers the next question that takes keys, the last one repeats."""

    need: Sound | None = None
    keys: str = ""
    hang_up_after: float | None = None  #: seconds after the question for the need
    _told: bool = False
    _next: int = 0

    def asked(self, listen: Listen) -> Reply:
        if listen.kind in (Kind.CHOICE, Kind.NUMBER):
            return Reply(keys=self._key())
        if listen.key.startswith("need.") and listen.kind is Kind.STORY and not self._told:
            self._told = True
            return Reply(sound=self.need, hang_up_after=self.hang_up_after)
        return Reply()

    def _key(self) -> str:
        key = self.keys[min(self._next, len(self.keys) - 1)] if self.keys else ""
        self._next += 1
        return key


@dataclass(slots=True)
class Timings:
    """Measured at pace "real" only. Milliseconds."""

    first_sound: dict[str, float] = field(
        default_factory=dict
    )  #: question key -> answer to first sound
    _asked: str = ""
    _since: float | None = None

    def data(self) -> dict[str, Any]:
        """``confirmed_ms`` is the figure that is judged: confirmation to first sound."""
        confirmed = [ms for key, ms in self.first_sound.items() if ".right." in key]
        return {
            "confirmed_ms": confirmed[-1] if confirmed else None,
            "first_sound_ms": dict(self.first_sound),
        }

    def answered(self, key: str) -> None:
        self._asked, self._since = key, time.perf_counter()

    def sounded(self) -> None:
        if self._since is not None:
            self.first_sound[self._asked] = round((time.perf_counter() - self._since) * 1000, 1)
            self._since = None


class SimulatedLine:
    """Carries one call between the hotline and a scripted caller."""

    def __init__(
        self,
        caller: Caller,
        *,
        real: bool = False,
        connect: Connect = lambda _to: False,
        behind: Sound | None = None,
    ) -> None:
        """`behind` is heard from the caller's side all through the call, over and over: their room."""
        self.timings = Timings()
        self._behind = None if behind is None or not len(behind) else behind
        self._frames = 0
        self._caller = caller
        self._real = real
        self._connect = connect
        self._heard: list[bytes] = []
        self._speaking = memoryview(b"")
        self._keys = ""
        self._countdown = 0
        self._hang_up_in: int | None = None

    @property
    def heard(self) -> Sound:
        """Everything the caller heard."""
        return ulaw_decode(b"".join(self._heard)) if self._heard else np.zeros(0, dtype=np.int16)

    def carry(self, conversation: Conversation) -> LiveCall:
        """Run the call to its end, whoever ends it."""
        call = LiveCall(conversation, connect=self._connect, asked=self._asked)
        tick = time.perf_counter()
        try:
            while not call.over:
                tick = self._pace(call, tick)
                self._step(call)
        finally:
            call.finish()
        return call

    def _step(self, call: LiveCall) -> None:
        was = call.listening
        heard = call.frame(self._next_frame())
        self._heard.append(heard)
        if was is not None and call.listening is None:
            self.timings.answered(was.key)
        if call.thinking is None and heard != SILENCE:
            self.timings.sounded()
        self._act(call)

    def _act(self, call: LiveCall) -> None:
        """Keys and hanging up, each in its time."""
        if self._hang_up_in is not None:
            self._hang_up_in -= 1
            if self._hang_up_in <= 0:
                call.hang_up()
                return
        if self._keys:
            self._countdown -= 1
            if self._countdown <= 0:
                was, key, self._keys = call.listening, self._keys[0], self._keys[1:]
                self._countdown = REACTION
                call.key(key)
                if was is not None and call.listening is None:
                    self.timings.answered(was.key)

    def _asked(self, listen: Listen) -> None:
        reply = self._caller.asked(listen)
        if reply.sound is not None:
            self._speaking = memoryview(ulaw_encode(reply.sound))
        self._keys, self._countdown = reply.keys, REACTION
        if reply.hang_up_after is not None:
            self._hang_up_in = round(reply.hang_up_after * RATE / FRAME) + 1

    def _next_frame(self) -> bytes:
        piece, self._speaking = bytes(self._speaking[:FRAME]), self._speaking[FRAME:]
        piece += SILENCE[len(piece) :]
        if self._behind is None:
            return piece
        here = np.arange(self._frames * FRAME, (self._frames + 1) * FRAME) % len(self._behind)
        self._frames += 1
        both = ulaw_decode(piece).astype(np.int32) + self._behind[here]
        return ulaw_encode(np.clip(both, -32768, 32767).astype(np.int16))

    def _pace(self, call: LiveCall, tick: float) -> float:
        """Real: wait for the next 20 ms. Fast: only wait for what the hotline thinks about."""
        if not self._real:
            if call.awaited is not None:
                wait([call.awaited])
            return tick
        tick += FRAME / RATE
        time.sleep(max(0.0, tick - time.perf_counter()))
        return tick
