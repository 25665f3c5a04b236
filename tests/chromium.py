"""A real browser without a window, over its DevTools protocol: a WAV is its microphone, a mouse and keys are its hands."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 60.0  #: seconds for a browser to start, or a page to do something


class Tab:
    """One page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._id = 0
        self.faults: list[str] = []  #: what the page complained about
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._id += 1
        self._socket.send(json.dumps({"id": self._id, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv(PATIENCE))).get("id") != self._id:
            self._note(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def value(self, script: str) -> Any:
        told = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, script: str, patience: float = PATIENCE) -> Any:
        """Wait for something on the page to be true."""
        end = time.monotonic() + patience
        while not (found := self.value(script)):
            assert time.monotonic() < end, (script, self.text("main"), self.faults)
            time.sleep(0.1)
        return found

    def goes_to(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        self.until(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")

    def text(self, selector: str) -> str:
        return str(self.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def clicks(self, selector: str) -> None:
        """With the mouse, in the middle of it."""
        place = self.value(
            f"(() => {{ const it = document.querySelector({json.dumps(selector)}); it.scrollIntoView({{block: 'center'}});"
            "const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)  # fmt: skip

    def presses(self, key: str) -> None:
        """On the keyboard, wherever the focus is."""
        text = {"Enter": "\r", "Tab": ""}.get(key, key)
        code = {"Enter": 13, "Tab": 9}.get(key, 0)
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=code)  # fmt: skip
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def picture(self, file: Path, width: int, height: int) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)  # fmt: skip
        shot = self.ask("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    def _note(self, told: dict[str, Any]) -> None:
        entry = told.get("params", {})
        if told.get("method") == "Runtime.exceptionThrown":
            self.faults.append(str(entry["exceptionDetails"].get("exception", entry)))
        if told.get("method") == "Log.entryAdded" and entry["entry"]["level"] == "error":
            self.faults.append(entry["entry"]["text"])


@contextmanager
def browser(folder: Path, *switches: str) -> Iterator[Tab]:
    """A fresh profile in ``folder``."""
    assert BROWSER
    command = [
        BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
        f"--user-data-dir={folder}", "--disable-dev-shm-usage", "--disable-background-networking", *switches, "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_page(folder), max_size=None) as socket:
            yield Tab(socket)
    finally:
        process.terminate()
        process.wait(30)


def _page(folder: Path) -> str:
    """The address of its first page."""
    told = folder / "DevToolsActivePort"
    end = time.monotonic() + PATIENCE
    while not told.exists() or not told.read_text().strip():
        assert time.monotonic() < end, "the browser does not start"
        time.sleep(0.1)
    port = told.read_text().split()[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
        pages = [one for one in json.load(answer) if one["type"] == "page"]
    return str(pages[0]["webSocketDebuggerUrl"])
