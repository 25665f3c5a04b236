"""A folder of recordings and what is said in them: manifest.tsv, tabs between, the first line names the columns."""

import csv
from collections.abc import Sequence
from pathlib import Path

NAME = "manifest.tsv"
USUAL = {"lang": "zh"}  #: of a column that is not there

Row = dict[str, str]  #: column -> what stands there, without spaces around it


class BadManifest(Exception):
    """The message says in which line what is missing."""


def read_manifest(folder: Path, columns: Sequence[str] = ("file", "transcript")) -> list[Row]:
    """Its rows; each has these columns and `lang`, and its file is there. Raises BadManifest."""
    sheet = folder / NAME
    try:
        with sheet.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError:
        raise BadManifest(
            f"There is no {NAME} in {folder} (columns {', '.join(columns)})."
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise BadManifest(f"{sheet} cannot be read: {problem}.") from problem
    if not rows:
        raise BadManifest(f"{sheet} names no recording.")
    return [_row(folder, number, row, columns) for number, row in enumerate(rows, 2)]


def _row(folder: Path, line: int, row: dict[str, str | None], columns: Sequence[str]) -> Row:
    absent = [column for column in columns if row.get(column) is None]
    if absent or not row["file"]:
        raise BadManifest(
            f"{NAME}, line {line}: no {(absent or ['file'])[0]}. "
            f"It needs the columns {', '.join(columns)}, with tabs between them."
        )
    told = {
        column: value.strip() for column, value in row.items() if column and isinstance(value, str)
    }
    if not (folder / told["file"]).is_file():
        raise BadManifest(f"{NAME}, line {line}: there is no {told['file']}.")
    return USUAL | {column: value for column, value in told.items() if value or column not in USUAL}
