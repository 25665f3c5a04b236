"""Reading a register somebody keeps in a spreadsheet: CSV in UTF-8 or GB18030, headed in English or Chinese."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

#: Column -> what may stand at its head; the first English one is the column's own name.
Columns: TypeAlias = Mapping[str, tuple[str, ...]]

IGNORED = ("notes", "备注", "序号", "no", "no.")
SEPARATORS = ",;\t，；"


class NotARegister(Exception):
    """The file as a whole cannot be read as a register; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet, its cells by column; what the sheet has no column for is missing."""

    line: int
    cells: Mapping[str, str]
    surplus: bool = field(default=False, kw_only=True)  #: more cells than the heading names


def read_sheet(file: Path, columns: Columns, *, required: tuple[str, ...]) -> list[Row]:
    """The rows of a file; raises ``NotARegister`` with a sentence that says how to mend it."""
    try:
        content = file.read_bytes()
    except OSError as no:
        raise NotARegister(f"{file}: {no.strerror}") from None
    return rows_of(_decoded(content, file.name), columns, required=required)


def rows_of(text: str, columns: Columns, *, required: tuple[str, ...]) -> list[Row]:
    """The rows of a text, blank lines left out."""
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    separator = max(SEPARATORS, key=first.count)
    lines = _records(text, separator)
    heading = next(lines, (0, []))[1]
    names = _heading(heading, columns, required)
    return [_row(line, cells, names) for line, cells in lines]


def _decoded(content: bytes, name: str) -> str:
    if content.startswith(b"PK"):
        raise NotARegister(f"{name} is a workbook: save it as CSV (UTF-8) and import that")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotARegister(f"{name} is neither UTF-8 nor GB18030: save it as CSV (UTF-8)")


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Cells with the line they begin on; a cell may hold line breaks."""
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as bad:
        raise NotARegister(f"line {line}: {bad}; a quotation mark may be missing") from None


def _heading(cells: list[str], columns: Columns, required: tuple[str, ...]) -> list[str | None]:
    known = {title: name for name, titles in columns.items() for title in (name, *titles)}
    names: list[str | None] = []
    for cell in cells:
        title = cell.lower().replace(" ", "_")
        if title not in known and title and title not in IGNORED:
            raise NotARegister(f"no column is called {cell!r}; known are: {', '.join(known)}")
        names.append(known.get(title))
    if twice := next((name for name in names if name and names.count(name) > 1), None):
        raise NotARegister(f"two columns are for {twice!r}")
    if missing := [name for name in required if name not in names]:
        wanted = ", ".join(f"{name} ({'/'.join(columns[name])})" for name in missing)
        raise NotARegister(f"the first line must name the columns; missing: {wanted}")
    return names


def _row(line: int, cells: list[str], names: list[str | None]) -> Row:
    named = dict(zip(names, [*cells, *[""] * len(names)], strict=False))
    surplus = any(cells[len(names) :])
    return Row(line, {name: cell for name, cell in named.items() if name}, surplus=surplus)
