"""Where the key comes from: the environment, or a file only its owner may read, made once."""

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

KEY_BYTES = 32
VARIABLE = "HOTLINE_KEY"


class KeyProblem(Exception):
    """The key is missing, malformed, or not the one this data was sealed with."""


def find_keys(home: Path, environ: Mapping[str, str]) -> dict[int, bytes]:
    """The keys by version: from ``HOTLINE_KEY``, else from ``home/key``, which is made if need be."""
    if text := environ.get(VARIABLE, "").strip():
        return parse_keys(text, VARIABLE)
    file = home / "key"
    if not file.exists():
        if holds_data(home):
            raise KeyProblem(
                f"the key is missing: {home} holds data, but no file {file}. Bring that file back, "
                f"or set {VARIABLE}; a new key would open nothing of it"
            )
        make_key_file(file)
    return parse_keys(file.read_text(encoding="ascii"), str(file))


def holds_data(home: Path) -> bool:
    """Is there anything that was sealed with a key?"""
    return any(home.glob("*.db")) or (home / "recordings").exists()


def parse_keys(text: str, where: str) -> dict[int, bytes]:
    """Read "BASE64", or "1:BASE64,2:BASE64" where the key was changed; the highest version seals."""
    keys: dict[int, bytes] = {}
    for part in text.replace("\n", ",").split(","):
        if not part.strip():
            continue
        version, _, encoded = part.strip().rpartition(":")
        number = int(version) if version.isdecimal() else 1 if not version else 0
        if not 1 <= number <= 255 or number in keys:
            raise KeyProblem(
                f"{where}: want BASE64, or VERSION:BASE64 with versions 1 to 255, each once"
            )
        keys[number] = _decoded(encoded, where)
    if not keys:
        raise KeyProblem(f"{where} holds no key")
    return keys


def _decoded(encoded: str, where: str) -> bytes:
    try:
        key = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        raise KeyProblem(f"{where} is not base64") from None
    if len(key) != KEY_BYTES:
        raise KeyProblem(f"{where} must hold {KEY_BYTES} bytes in base64, not {len(key)}")
    return key


def make_key_file(file: Path) -> None:
    """Write a new key, mode 0600; of several processes starting at once, one makes it for all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{file}.lock", mode=0o600):
        if file.exists():
            return
        draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(b"1:" + b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
