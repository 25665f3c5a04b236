"""Telephones for ``hotline bench line``: each sends 20 ms frames in real time and notes when what comes back arrives."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field

from aiohttp import ClientSession, WSMsgType

from hotline.bench_line_server import SPEAKS, TICK
from speech.audio import FRAME, QUIET

SILENT = base64.b64encode(bytes([QUIET]) * FRAME).decode()
SPEECH = base64.b64encode(bytes([SPEAKS]) * FRAME).decode()


@dataclass(slots=True)
class Heard:
    """What one telephone noted; seconds of ``time.perf_counter``."""

    started: float = 0.0
    first: float | None = None  #: the first frame that is no silence
    frames: list[float] = field(default_factory=list)
    marks: int = 0
    spoke: float | None = None  #: when it talked into a question
    cleared: float | None = None


async def telephone(url: str, token: str, seconds: float, *, interrupts: bool = False) -> Heard:
    """A call of so many seconds; ``interrupts``: it talks into the second sentence."""
    heard = Heard()
    async with ClientSession() as client, client.ws_connect(url, compress=0) as socket:
        await socket.send_str(_start(token))
        heard.started = time.perf_counter()

        async def listen() -> None:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                answer = _note(heard, message.data, time.perf_counter())
                if answer:
                    await socket.send_str(answer)

        listening = asyncio.create_task(listen())
        due = heard.started
        for number in range(round(seconds / TICK)):
            due += TICK
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if socket.closed:
                break
            sound = SPEECH if interrupts and _may_speak(heard) else SILENT
            await socket.send_str(_media(number, sound))
        listening.cancel()
    return heard


def _start(token: str) -> str:
    start = {"streamSid": "MZ", "customParameters": {"token": token}}
    return json.dumps({"event": "start", "streamSid": "MZ", "start": start})


def _media(number: int, sound: str) -> str:
    return f'{{"event":"media","media":{{"track":"inbound","timestamp":"{number * 20}","payload":"{sound}"}}}}'


def _note(heard: Heard, text: str, now: float) -> str | None:
    if '"media"' in text[:20]:
        heard.frames.append(now)
        if SILENT not in text and heard.first is None:
            heard.first = now
        if SILENT not in text and heard.marks == 1 and heard.spoke is None:
            heard.spoke = -now  # the second sentence begins
        return None
    if '"clear"' in text and heard.cleared is None:
        heard.cleared = now
    if '"mark"' in text:
        heard.marks += 1
        return text
    return None


def _may_speak(heard: Heard) -> bool:
    """Half a second into the second sentence, once."""
    if heard.spoke is not None and heard.spoke < 0 and time.perf_counter() + heard.spoke > 0.5:
        heard.spoke = time.perf_counter()
        return True
    return False


def lags(heard: Heard, since: float, until: float) -> list[float]:
    """How late each frame came, in ms, against the steadiest 20 ms that fit none too late."""
    window = [at for at in heard.frames if since <= at < until]
    offsets = [at - number * TICK for number, at in enumerate(window)]
    best = min(offsets, default=0.0)
    return [(one - best) * 1000 for one in offsets]
