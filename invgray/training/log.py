"""The log of a run: ``log.csv``, a row for each validation."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path

Row = Mapping[str, float]
"""Numbers by the names of their columns."""


def append(path: Path, row: Row) -> None:
    """Add a row; it may have other columns than those before it.

    Args:
        path: of the log, begun if missing.
        row: to add.
    """
    rows = [*read(path), row]
    columns = list(dict.fromkeys(name for one in rows for name in one))
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval=math.nan)
        writer.writeheader()
        writer.writerows(rows)
    unfinished.replace(path)


def highest(path: Path, column: str) -> float:
    """The highest number in a column; minus infinity where there is none."""
    numbers = (row.get(column, math.nan) for row in read(path))
    return max((x for x in numbers if not math.isnan(x)), default=-math.inf)


def read(path: Path) -> tuple[Row, ...]:
    """All rows, none where there is no log yet; NaN where a row lacks a column."""
    if not path.exists():
        return ()
    with path.open(newline="") as file:
        return tuple({k: float(v) for k, v in row.items()} for row in csv.DictReader(file))
