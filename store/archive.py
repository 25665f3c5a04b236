"""The file of a backup: a tar.gz whose last member, the manifest, vouches for all the others."""

import gzip
import hashlib
import hmac
import io
import json
import os
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from store.seal import Keyring
from store.shelf import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
MEMBER = re.compile(r"tables/[a-z_]+\.jsonl|recordings/[0-9a-f]{2}/[0-9a-f]{32}\.rec")


class BackupError(Exception):
    """The backup was not made, or not restored, and nothing was changed; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the archive holds and what it needs; ``seal`` is of the key, and says nothing about it."""

    made_at: str
    revision: str
    keys: dict[str, str]  #: fingerprints by version; the keys themselves are in no backup
    members: dict[str, str] = field(default_factory=dict)  #: SHA-256 by name
    format: int = FORMAT
    seal: str = ""

    def sealed_with(self, keyring: Keyring) -> str:
        """An HMAC over everything else: nobody without the key makes or changes a backup."""
        facts = {name: value for name, value in asdict(self).items() if name != "seal"}
        return keyring.blind(f"backup {json.dumps(facts, sort_keys=True)}").hex()


class Archive:
    """An archive being written."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def add(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content), hashlib.sha256(content))

    def add_lines(self, name: str, lines: Iterable[bytes]) -> int:
        """Lines of unknown number; returns how many."""
        digest, count = hashlib.sha256(), 0
        with tempfile.TemporaryFile() as spool:
            for line in lines:
                spool.write(line)
                digest.update(line)
                count += 1
            size = spool.tell()
            spool.seek(0)
            self._add(name, spool, size, digest)
        return count

    def finish(self, keyring: Keyring) -> None:
        facts = asdict(self.manifest) | {"seal": self.manifest.sealed_with(keyring)}
        content = json.dumps(facts, indent=1).encode()
        self._add(MANIFEST, io.BytesIO(content), len(content), None)

    def _add(
        self, name: str, content: IO[bytes], size: int, digest: "hashlib._Hash | None"
    ) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)
        if digest:
            self.manifest.members[name] = digest.hexdigest()


@contextmanager
def new_archive(file: Path, manifest: Manifest, keyring: Keyring) -> Iterator[Archive]:
    """Write beside ``file``, sync, and give it its name only when it is whole."""
    if file.exists():
        raise BackupError(f"{file} exists: a backup does not replace another one")
    draft = file.with_name(f"{file.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=3) as tar:
                archive = Archive(tar, manifest)
                yield archive
                archive.finish(keyring)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
        sync_folder(file.parent)
    except OSError as no:
        raise BackupError(f"the backup cannot be written: {no.strerror or no}") from no
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def members_of(file: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The members in their order; where reading shows a damaged file, ``BackupError`` is raised."""
    try:
        with tarfile.open(file, mode="r:gz") as tar:
            yield ((member.name, tar.extractfile(member) or io.BytesIO()) for member in tar)
            while tar.fileobj.read(1 << 16):
                pass  # to the very end, where gzip keeps its checksum
    except FileNotFoundError:
        raise BackupError(f"there is no file {file}") from None
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as bad:
        raise BackupError(f"{file} is damaged, or no backup: {bad}") from None


def checked_manifest(file: Path, keyring: Keyring) -> Manifest:
    """Read the whole file and compare every member; raises ``BackupError``."""
    found, manifest = _contents(file)
    if manifest is None:
        raise BackupError(f"{file} is damaged, or no backup: it has no manifest")
    _check_keys(manifest, keyring)
    if not hmac.compare_digest(manifest.seal, manifest.sealed_with(keyring)):
        raise BackupError(f"{file} was changed after it was made: its manifest does not hold")
    if found != manifest.members:
        raise BackupError(f"{file} is damaged: its contents are not what its manifest says")
    return manifest


def _contents(file: Path) -> tuple[dict[str, str], Manifest | None]:
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    with members_of(file) as members:
        for name, content in members:
            if name == MANIFEST:
                manifest = _manifest(content.read(), file)
            elif not MEMBER.fullmatch(name) or name in found:
                raise BackupError(f"{file} holds {name!r}, which no backup of ours does")
            else:
                found[name] = _digest(content)
    return found, manifest


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in iter(lambda: content.read(1 << 16), b""):
        digest.update(piece)
    return digest.hexdigest()


def _manifest(content: bytes, file: Path) -> Manifest:
    try:
        facts = json.loads(content)
        if facts.get("format") != FORMAT:
            raise BackupError(
                f"{file} is of format {facts.get('format')}; this program reads {FORMAT}"
            )
        return Manifest(**facts)
    except (ValueError, TypeError, AttributeError):
        raise BackupError(f"{file} is damaged: its manifest cannot be read") from None


def _check_keys(manifest: Manifest, keyring: Keyring) -> None:
    for version, fingerprint in manifest.keys.items():
        if keyring.fingerprints.get(int(version)) != fingerprint:
            raise BackupError(
                f"the backup was sealed with another key (version {version}, fingerprint "
                f"{fingerprint}): give that key first, without it nothing in it can be read"
            )
