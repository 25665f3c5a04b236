"""Sealing what is personal: AES-256-GCM with a key version, and a blind index to look numbers up by."""

import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from store.keyfile import KeyProblem, find_keys

NONCE = 12  #: bytes, the size NIST SP 800-38D recommends for GCM


class SealBroken(Exception):
    """The bytes were changed, belong to something else, or were sealed with another key."""


class Keyring:
    """The keys of this house by version; the highest one seals, any of them opens."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise KeyProblem("a keyring needs a key")
        self.current = max(keys)
        self.fingerprints = {
            version: _derived(key, "fingerprint").hex()[:16] for version, key in keys.items()
        }
        self._doors = {version: AESGCM(key) for version, key in keys.items()}
        # The oldest key makes the index, so that changing keys does not lose anybody's number.
        self._index = _derived(keys[min(keys)], "blind index")

    @classmethod
    def load(cls, home: Path, environ: Mapping[str, str]) -> Self:
        """The keyring of ``HOTLINE_KEY``, or of ``home/key``; raises ``KeyProblem``."""
        return cls(find_keys(home, environ))

    def seal(self, plain: bytes, about: str) -> bytes:
        """Version (1 byte), nonce (12), ciphertext, tag (16); it opens only for the same ``about``."""
        version, nonce = bytes([self.current]), os.urandom(NONCE)
        sealed = self._doors[self.current].encrypt(nonce, plain, version + about.encode())
        return version + nonce + sealed

    def open(self, sealed: bytes, about: str) -> bytes:
        """What was sealed; raises ``KeyProblem`` for an unknown version, ``SealBroken`` otherwise."""
        version, nonce, rest = sealed[:1], sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        if len(sealed) <= NONCE:
            raise SealBroken(f"{about}: too short to be sealed")
        if version[0] not in self._doors:
            raise KeyProblem(f"{about} was sealed with key version {version[0]}, which is not here")
        try:
            return self._doors[version[0]].decrypt(nonce, rest, version + about.encode())
        except InvalidTag:
            raise SealBroken(f"{about}: does not open with this key") from None

    def blind(self, text: str) -> bytes:
        """An index for equal texts that tells nothing about them; normalise before."""
        return hmac.digest(self._index, text.encode(), "sha256")


def _derived(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, f"elder-hotline {purpose}".encode(), "sha256")


def keyring_of(session: Session) -> Keyring:
    """The keyring of the database this session talks to."""
    return _keyring(session.get_bind().dialect)


def _keyring(dialect: Dialect) -> Keyring:
    keyring = getattr(dialect, "keyring", None)
    if not isinstance(keyring, Keyring):
        raise KeyProblem("this engine has no keyring: open it with store.database.open_database")
    return keyring


class Sealed(TypeDecorator[str]):
    """Text that only the keyring can read; ``about`` names its column and is bound into the seal."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _keyring(dialect).seal(value.encode(), self.about)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else _keyring(dialect).open(bytes(value), self.about).decode()


class SealedJson(TypeDecorator[Any]):
    """Plain data (what ``json`` can carry) that only the keyring can read."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _keyring(dialect).seal(text.encode(), self.about)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:
        return (
            None if value is None else json.loads(_keyring(dialect).open(bytes(value), self.about))
        )
