"""The door of a running hotline: pages behind it in a process of their own, sockets before it."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from hotline.doorstep import Doorstep


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(home: Path, errors: int | None = None, /, **environ: str):
    """A hotline that answers; its address and its process."""
    port = free_port()
    place = {
        **os.environ,
        "HOTLINE_HOME": str(home),
        "HOTLINE_MODELS": str(home / "none"),
        **environ,
    }
    place.pop("HOTLINE_DATABASE_URL", None)
    command = [sys.executable, "-m", "hotline", "serve", "--port", str(port), "--no-worker"]
    process = subprocess.Popen(command, env=place, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        for _ in range(600):
            if get(port, "/sign-in")[0] == 200:
                break
            time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def get(port: int, path: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as no:
        return no.code, no.read()
    except OSError:
        return 0, b""


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_pages(pid: int) -> bool:
    return b"pages" in Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.fixture(scope="module")
def hotline(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home")) as found:
        yield found


def test_the_pages_are_reached_through_the_door(hotline):
    port, _ = hotline
    assert get(port, "/sign-in")[0] == 200
    assert get(port, "/nothing?here=%E4%BD%A0")[0] in {302, 404}
    assert get(port, "/sign-in", b"login=wang&password=x")[0] == 400  # no CSRF token


def test_a_cookie_of_one_browser_is_never_sent_for_another(hotline):
    port, _ = hotline
    own = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with own.open(f"http://127.0.0.1:{port}/sign-in") as answer:
        token = re.findall(rb'name="csrf_token" value="([^"]+)"', answer.read())[0].decode()
    form = urllib.parse.urlencode({"csrf_token": token, "to": "en", "back": "/sign-in"}).encode()
    with own.open(f"http://127.0.0.1:{port}/language", form) as answer:
        assert b'lang="en"' in answer.read()
    assert b'lang="zh-CN"' in get(port, "/sign-in")[1]


def test_a_body_that_is_too_long_is_refused_and_the_door_stays_open(hotline):
    port, _ = hotline
    assert get(port, "/sign-in", b"x" * 21_000_000)[0] in {
        0,
        400,
        413,
    }  # or the line is cut in mid-body
    assert get(port, "/sign-in")[0] == 200


def opens(port: int, head: str, body: bytes = b"") -> socket.socket:
    """A request of which we may keep the rest back."""
    one = socket.create_connection(("127.0.0.1", port), 30)
    one.sendall(f"{head}\r\nHost: 127.0.0.1:{port}\r\n".encode() + body)
    return one


def test_bodies_that_never_come_keep_nobody_waiting(hotline):
    port, _ = hotline
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na=b"
    slow = [opens(port, "POST /sign-in HTTP/1.1", form) for _ in range(30)]
    assert get(port, "/sign-in")[0] == 200
    for one in slow:
        one.close()


def test_a_body_with_two_lengths_is_refused_and_spoils_nobody_elses_request(hotline):
    port, _ = hotline
    two = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    for _ in range(3):
        with opens(port, "POST /static/nothing HTTP/1.1", two) as one:
            assert one.recv(100).startswith(b"HTTP/1.1 400")
        assert get(port, "/sign-in")[0] == 200


def test_a_connection_on_which_nothing_is_asked_is_closed(monkeypatch):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def story():
        config = uvicorn.Config(
            app, http=Doorstep, lifespan="off", log_level="error", port=free_port()
        )
        server = uvicorn.Server(config)
        serves = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.01)
        for head in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT"):
            reader, writer = await asyncio.open_connection("127.0.0.1", config.port)
            writer.write(head)
            with suppress(ConnectionResetError):
                assert (await asyncio.wait_for(reader.read(), 30))[:12] in {b"", b"HTTP/1.1 204"}
            writer.close()
        server.should_exit = True
        await serves

    monkeypatch.setattr("hotline.doorstep.HEAD", 0.3)
    asyncio.run(story())


def test_a_header_that_could_be_taken_for_two_is_refused(hotline):
    port, _ = hotline
    with opens(port, "GET /sign-in HTTP/1.1", b"X-Name: a\x01b\r\n\r\n") as one:
        assert one.recv(100).startswith(b"HTTP/1.1 400")


def test_a_socket_nobody_knows_is_refused(hotline):
    port, _ = hotline
    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{port}/lines/nobody"):
        pass


def test_the_pages_come_back_when_they_die_and_the_door_stays_open(hotline):
    port, process = hotline
    pages = [one for one in children(process.pid) if is_pages(one)]
    os.kill(pages[0], signal.SIGKILL)
    for _ in range(300):
        if get(port, "/sign-in")[0] == 200:
            break
        time.sleep(0.1)
    assert get(port, "/sign-in")[0] == 200
    assert [one for one in children(process.pid) if is_pages(one)] != pages


def test_what_is_refused_stands_in_the_log(tmp_path):
    with (
        (tmp_path / "log").open("wb") as log,
        serving(tmp_path / "home", log.fileno()) as (port, _),
    ):
        assert get(port, "/phone/calls", b"", Origin="http://evil.example")[0] == 403
    assert "the browser phone takes no call: foreign" in (tmp_path / "log").read_text()


def test_no_process_is_left_behind_by_a_kill(tmp_path):
    with serving(tmp_path) as (_, process):
        pages = [one for one in children(process.pid) if is_pages(one)]
        process.kill()
        process.wait(30)
        for _ in range(100):
            if not Path(f"/proc/{pages[0]}").exists():
                break
            time.sleep(0.1)
        assert not Path(f"/proc/{pages[0]}").exists()
