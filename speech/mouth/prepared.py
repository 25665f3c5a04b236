"""Folders of sentences prepared beforehand: index.tsv (id<TAB>text) and ID.wav, looked up by exact text."""

import logging
import re
from pathlib import Path

from speech.audio import NotASound, Sound, read_sound
from speech.mouth.sound import for_the_line

log = logging.getLogger(__name__)


class BadIndex(ValueError):
    """A line of index.tsv that names no sentence."""


def read_index(folder: Path) -> dict[str, str]:
    """Text -> id. A folder without index.tsv has prepared nothing."""
    index = folder / "index.tsv"
    if not index.exists():
        return {}
    ids: dict[str, str] = {}
    try:
        written = index.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadIndex(f"{index} is not written in UTF-8: save it so") from problem
    for number, line in enumerate(written.splitlines(), 1):
        if not line.strip():
            continue
        ident, tab, text = line.partition("\t")
        if not (tab and text.strip() and re.fullmatch(r"[\w.-]+", ident)):
            raise BadIndex(f"{index} line {number}: want id<TAB>text")
        ids.setdefault(text.strip(), ident)
    return ids


def _index_or_nothing(folder: Path) -> dict[str, str]:
    """A list nobody can read costs its sentences, never a call."""
    try:
        return read_index(folder)
    except (OSError, ValueError) as problem:
        log.warning("The sentences of %s are passed over: %s", folder, problem)
        return {}


def read_prepared(path: Path, *, by_a_person: bool) -> Sound | None:
    """None, and a line in the log, where the file is missing or no sound.

    A person's recording comes at any loudness and is fitted to the line.
    """
    try:
        sound = read_sound(path)
    except NotASound as problem:
        log.warning("A prepared sentence is passed over. %s", problem)
        return None
    return for_the_line(sound) if by_a_person else sound


class PreparedVoices:
    """Several folders in order of preference, and recordings by a person that come before them all.

    A recording takes the place of a sentence when it is called ID.wav like it, whatever its format;
    the overrides folder may also have an index.tsv of its own.
    """

    def __init__(self, folders: list[Path], overrides: Path) -> None:
        self._overrides = overrides
        self._own = _index_or_nothing(overrides)
        self._folders = [(folder, _index_or_nothing(folder)) for folder in folders]
        self._read: dict[tuple[Path, int], Sound] = {}

    def find(self, text: str) -> Sound | None:
        for path, recorded in self._candidates(text):
            sound = self._sound(path, recorded=recorded)
            if sound is not None:
                return sound
        return None

    def knows(self, text: str) -> bool:
        return any(path.exists() for path, _ in self._candidates(text))

    def recorded(self, text: str) -> bool:
        """Is it a person whom `find` would play?"""
        source = self.source(text)
        return source is not None and source.parent == self._overrides

    def source(self, text: str) -> Path | None:
        """The file `find` would play."""
        for path, recorded in self._candidates(text):
            if self._sound(path, recorded=recorded) is not None:
                return path
        return None

    def _candidates(self, text: str) -> list[tuple[Path, bool]]:
        prepared = [(folder, ids[text]) for folder, ids in self._folders if text in ids]
        own = [self._own[text]] if text in self._own else []
        recordings = [self._overrides / f"{ident}.wav" for ident in own + [i for _, i in prepared]]
        return [(path, True) for path in recordings if path.exists()] + [
            (folder / f"{ident}.wav", False) for folder, ident in prepared
        ]

    def _sound(self, path: Path, *, recorded: bool) -> Sound | None:
        try:
            key = (path, path.stat().st_mtime_ns)
        except OSError:
            log.warning("prepared sound %s is missing", path)
            return None
        if key not in self._read:
            sound = read_prepared(path, by_a_person=recorded)
            if sound is None:
                return None
            self._read[key] = sound
        return self._read[key]
