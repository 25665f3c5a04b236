"""Fetch packages with the pip of this Python, so that the index, mirror or proxy set up for pip is used."""

import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from os import environ, walk
from pathlib import Path

from speech.catalogue import Package
from speech.download import SourceFailed, sha256_of

POLL = 0.2  #: s between two looks at how much has come
STALLED = 90.0  #: s in which nothing came

PIP = (sys.executable, "-m", "pip")
OPTIONS = (
    *("download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir"),
    "--no-deps",
)
WHEELS = ("--no-binary=:none:", "--only-binary=:all:")  # a wheel runs no code of its own


def fetch_wheels(
    packages: Sequence[str], folder: Path, received: Callable[[int], None], pip: Sequence[str] = PIP
) -> list[Path]:
    """The wheels of `name==version` packages. Those already in `folder` are not fetched again."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        if _wheel(package, folder) is None:
            _run(package, (*WHEELS, package), folder, received, pip)
    wheels = [_wheel(package, folder) for package in packages]
    missing = [p for p, wheel in zip(packages, wheels, strict=True) if wheel is None]
    if missing:
        raise SourceFailed(f"pip left no whole file for {missing[0]}.")
    return [wheel for wheel in wheels if wheel]


def fetch_pinned(
    packages: Sequence[Package],
    folder: Path,
    received: Callable[[int], None],
    pip: Sequence[str] = PIP,
) -> list[Path]:
    """One file for each package, wheel or source archive; pip refuses one with another sha256.

    Those already in `folder` are not fetched again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        if _pinned(package, folder) is None:
            wanted = folder / "pinned.txt"
            wanted.write_text(f"{package.package} --hash=sha256:{package.sha256}\n", "ascii")
            options = ("--require-hashes", "--requirement", str(wanted))
            _run(package.package, options, folder, received, pip)
    files = [_pinned(package, folder) for package in packages]
    missing = [p for p, file in zip(packages, files, strict=True) if file is None]
    if missing:
        raise SourceFailed(f"pip left no whole file for {missing[0].package}.")
    return [file for file in files if file]


def _pinned(package: Package, folder: Path) -> Path | None:
    stem = package.package.partition("==")[0].replace("-", "_")
    found = [path for path in folder.glob(f"{stem}-*") if path.is_file()]
    return next((path for path in found if sha256_of(path) == package.sha256), None)


def _wheel(package: str, folder: Path) -> Path | None:
    name, _, version = package.partition("==")
    for wheel in folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"):
        if zipfile.is_zipfile(wheel):
            return wheel
        wheel.unlink()
    return None


def _run(
    package: str,
    options: Sequence[str],
    folder: Path,
    received: Callable[[int], None],
    pip: Sequence[str],
) -> None:
    unfinished = folder / "unfinished"  # pip fills this first: its size is the progress
    unfinished.mkdir(exist_ok=True)
    words = folder / "pip.log"
    with words.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [*pip, *OPTIONS, "--dest", str(folder), *options],
            stdout=log,
            stderr=log,
            env={**environ, "TMPDIR": str(unfinished)},
        )
        try:
            _watch(process, package, folder, received)
        finally:
            process.kill()
            process.wait()
    if process.returncode != 0:
        said = words.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise SourceFailed(f"pip cannot fetch {package}: {_reason(said)}")


def _watch(
    process: "subprocess.Popen[bytes]", package: str, folder: Path, received: Callable[[int], None]
) -> None:
    seen, still = 0, 0.0
    while process.poll() is None:
        try:
            process.wait(POLL)
        except subprocess.TimeoutExpired:
            still += POLL
        now = _arrived(folder)
        if now != seen:
            seen, still = now, 0.0
            received(now)
        if still > STALLED:
            raise SourceFailed(f"pip got nothing of {package} for {STALLED:g} seconds.")


def _arrived(folder: Path) -> int:
    """Bytes in it; pip moves files and clears folders away while we look (os.walk passes over what is gone)."""
    total = 0
    for inside, _, names in walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(inside, name).stat().st_size
    return total


def _reason(said: list[str]) -> str:
    if any("No module named pip" in line for line in said):
        return "this Python has no pip; make one with `python -m ensurepip`."
    errors = [line for line in said if line.startswith("ERROR")]
    return (errors or said or ["it said nothing."])[-1].removeprefix("ERROR: ")
