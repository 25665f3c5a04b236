"""A table of a TOML file, read with suspicion: what is missing, wrong or unknown is named by its place."""

from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")


class BadPolicy(ValueError):
    """The message says where, what is wrong, and what is expected."""


class Table:
    """One table of a ``file``; what is asked of it that is not there, or not right, is named by its place."""

    def __init__(self, place: str, values: Any, file: str = "policy") -> None:
        if not isinstance(values, dict):
            raise BadPolicy(f"{file}, {place}: a table is expected")
        self.place, self.values, self.file, self.seen = place, values, file, set[str]()

    def table(self, name: str) -> "Table":
        self.seen.add(name)
        return Table(f"{self.place}.{name}".strip("."), self.values.get(name, {}), self.file)

    def tables(self, name: str) -> "list[Table]":
        self.seen.add(name)
        several = self.values.get(name, [])
        if not isinstance(several, list):
            raise BadPolicy(f"{self.file}, {name}: write [[{name}]]")
        return [Table(f"{name} {number}", one, self.file) for number, one in enumerate(several, 1)]

    def read(self, name: str, reading: Callable[[Any], _T]) -> _T:
        self.seen.add(name)
        if name not in self.values:
            raise BadPolicy(f"{self.file}, {self.place}: {name} is missing")
        try:
            return reading(self.values[name])
        except (ValueError, TypeError) as mistake:
            raise BadPolicy(f"{self.file}, {self.place}: {name}: {mistake}") from None

    def done(self) -> None:
        """Raises ``BadPolicy`` for a word nobody asked for: most likely it is misspelt."""
        if unknown := sorted(set(self.values) - self.seen):
            raise BadPolicy(f"{self.file}, {self.place}: there is no {unknown[0]}")
