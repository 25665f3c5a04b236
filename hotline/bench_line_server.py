"""Two servers for ``hotline bench line``, each in a process of its own: the hotline's live lines, and a bare one beside it.

Both take 20 ms frames in over WebSockets, decode them, and send 20 ms frames out, in real time. The bare one does
nothing else. Ours carries whole calls: prompts, questions, recordings sealed on the disk; only nobody listens.
"""

import asyncio
import base64
import json
import sys
from collections.abc import Callable, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn

from hotline.house import House, open_house
from hotline.reception import admit
from hotline.settings import Settings
from ivr.lines.sockets import Receive, Scope, Send, Socket
from ivr.lines.switchboard import Switchboard
from ivr.lines.twilio.streams import TwilioStream
from ivr.overhearing import Overhearing
from speech.audio import FRAME, Sound, ulaw_decode, ulaw_encode
from speech.ears.scripted import ScriptedEars

SPEAKS = 0x10  #: a frame of these bytes is taken for somebody who talks into our prompt
TICK = 0.02


class Continuous(TwilioStream):
    """Silence is sent, too, so that both servers send the same number of frames."""

    continuous = True


class Deaf:
    """A voice detector that never hears anybody."""

    echoes = False

    def is_voice(self, frame: Sound) -> bool:
        return False

    def overhear(self, frame: Sound, played: Sound) -> bool:
        return False


class RecordingOnly(Overhearing):
    """Recognition and its voice detector are left out; a marked frame confirms speech at once."""

    def __init__(self) -> None:
        super().__init__()
        self.voice = Deaf()  # type: ignore[assignment]
        self._marked = False

    def frame(self, heard: bytes, said: bytes) -> None:
        self._marked = heard[0] == SPEAKS
        super().frame(heard, said)

    @property
    def interrupted(self) -> bool:
        return self._marked

    def answered(self, *, heard: bool) -> None:
        """Nothing is learned."""


async def bare(socket: Socket) -> None:
    """A frame in, a frame out, paced by a clock of its own."""
    await socket.accept()
    sound = np.zeros(FRAME, dtype=np.int16)

    async def speak() -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not socket.gone:
            due += TICK
            await asyncio.sleep(max(0.0, due - loop.time()))
            payload = base64.b64encode(ulaw_encode(sound)).decode()
            media = {"event": "media", "streamSid": "MZ", "media": {"payload": payload}}
            await socket.send(json.dumps(media))

    speaking = asyncio.create_task(speak())
    while (message := await socket.receive()) is not None:
        said = json.loads(message)
        if said["event"] == "media":
            sound = ulaw_decode(base64.b64decode(said["media"]["payload"]))
    speaking.cancel()


def app(carry: Callable[[Socket], Any]) -> Callable[[Scope, Receive, Send], Any]:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await carry(Socket(scope, receive, send))
            return
        start: MutableMapping[str, Any] = {
            "type": "http.response.start",
            "status": 204,
            "headers": [],
        }
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    return answer


def serve(carry: Callable[[Socket], Any], port: int) -> None:
    uvicorn.run(
        app(carry), port=port, log_level="error", ws="wsproto", lifespan="off",
        ws_per_message_deflate=False,
    )  # fmt: skip


def lines_of(house: House) -> Callable[[Socket], Any]:
    board = Switchboard(partial(admit, house), room=RecordingOnly)
    return lambda socket: board.carry(socket, Continuous())


def main() -> None:
    which, port, home = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if which == "bare":
        serve(bare, port)
        return
    settings = Settings.read({"HOTLINE_HOME": str(home), "HOME": str(home)})
    with open_house(settings, ears=ScriptedEars()) as house:
        serve(lines_of(house), port)


if __name__ == "__main__":
    main()
