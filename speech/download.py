"""Fetch one file over HTTP: resumed where it stopped, given up quickly where nobody answers."""

import hashlib
import http.client
import logging
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FIRST_ANSWER = (
    4.0  #: s to a first byte, name look-up and all addresses included; also between two bytes
)
TRIES = 5  #: in a row that bring nothing new
CHUNK = 1 << 16
LINE_TROUBLE = (
    urllib.error.URLError,
    http.client.HTTPException,
    TimeoutError,
    ConnectionError,
    ssl.SSLError,
)

Received = Callable[[int], None]  #: told how many bytes of this file are here


class SourceFailed(Exception):
    """One source did not give the file; the message is a sentence for a person."""


def download(url: str, out: Path, size: int | None, received: Received) -> None:
    """`out` appears when it is whole; until then `out`.part grows. Raises SourceFailed, OSError for the disk."""
    part = out.with_name(f"{out.name}.part")
    host = urllib.parse.urlsplit(url).hostname or url
    tries = 0
    while not (size is not None and _size(part) == size):
        before = _size(part)
        try:
            _fetch(url, part, size, received)
        except LINE_TROUBLE as problem:
            tries = 1 if _size(part) > before else tries + 1
            if before == _size(part) == 0 or tries >= TRIES:
                raise SourceFailed(f"{host} {_why(problem)}") from problem
            log.info("%s: %s; going on from byte %d", url, problem, _size(part))
            continue
        break
    part.replace(out)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _fetch(url: str, part: Path, size: int | None, received: Received) -> None:
    have = _size(part)
    if size is not None and have > size:
        part.unlink()
        have = 0
    headers = {"User-Agent": "elder-hotline", **({"Range": f"bytes={have}-"} if have else {})}
    try:
        answer = _open(urllib.request.Request(url, headers=headers))  # noqa: S310  # from the catalogue
    except urllib.error.HTTPError as refused:
        if refused.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink(missing_ok=True)
        refused.close()
        raise
    with answer:
        resumed = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        have = have if answer.status == http.HTTPStatus.PARTIAL_CONTENT and resumed else 0
        length = answer.headers.get("Content-Length")
        whole = size if size is not None else have + int(length) if length else None
        with part.open("ab" if have else "wb") as file:
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                have += len(chunk)
                received(have)
    if whole is not None and have != whole:
        if have > whole:
            part.unlink()
        raise ConnectionError(f"{have} bytes came instead of {whole}")


def _open(request: urllib.request.Request) -> Any:
    """In a thread of its own: a name look-up cannot be told to hurry."""
    answer: Future[Any] = Future()

    def knock() -> None:
        try:
            response = urllib.request.urlopen(request, timeout=FIRST_ANSWER)  # noqa: S310
        except BaseException as problem:  # noqa: BLE001  # carried to the one who waits
            if not answer.cancelled():
                answer.set_exception(problem)
            return
        try:
            answer.set_result(response)
        except InvalidStateError:
            response.close()

    threading.Thread(target=knock, daemon=True, name="download").start()
    try:
        return answer.result(FIRST_ANSWER)
    except TimeoutError:
        answer.cancel()
        raise


def _why(problem: Exception) -> str:
    if isinstance(problem, urllib.error.HTTPError):
        return f"does not give the file (HTTP {problem.code})."
    if isinstance(problem, TimeoutError):
        return f"gave no answer in {FIRST_ANSWER:g} seconds."
    reason = getattr(problem, "reason", problem)
    return f"cannot be reached from here ({reason})."
