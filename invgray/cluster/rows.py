"""What became of each picture, as rows of a Parquet file that outlive a run that is killed.

While a run lasts, each row is a line of JSON in a journal beside the file, written as soon as it is
known. At the end, and when the next run begins, the journal becomes part of the Parquet file, which
is replaced as a whole.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from invgray.convert import Outcome, Status
from invgray.errors import InputError, OutputError, UsageError, extra_installed
from invgray.files import place

with extra_installed("cluster"):
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

if sys.platform != "win32":
    import fcntl

_SCHEMA = pa.schema(
    [
        pa.field("input", pa.string(), nullable=False),
        pa.field("output", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("seconds", pa.float64()),
        pa.field("psnr", pa.float64()),
        pa.field("exact", pa.bool_()),
        pa.field("error", pa.string()),
    ]
)

_ENDED = (Status.DONE, Status.SKIPPED)
"""What is not tried again."""


@dataclass(frozen=True)
class Row:
    """What became of a picture.

    Attributes:
        input: its name; bytes that are no UTF-8 are written with a backslash.
        output: name of the result, likewise.
        status: done, skipped or failed.
        seconds: that it took from reading to writing; None if that is not known.
        psnr: of the colours of a verified gray in dB; None if they are exact.
        exact: of a verified or decoded gray, whether it is bit for bit the original.
        error: of a failed one, cause and remedy.
    """

    input: str
    output: str
    status: Status
    seconds: float | None
    psnr: float | None
    exact: bool | None
    error: str | None

    @classmethod
    def of(cls, outcome: Outcome, seconds: float | None) -> Row:
        """The row of an outcome."""
        return cls(
            input=_text(outcome.input),
            output=_text(outcome.output),
            status=outcome.status,
            seconds=seconds,
            psnr=outcome.psnr,
            exact=outcome.exact,
            error=None if outcome.error is None else _text(outcome.error),
        )


class Rows:
    """Rows of this run and of those before it; threads may add to them.

    Args:
        table: rows of runs before.
        journal: takes the new ones.
    """

    def __init__(self, table: pa.Table, journal: BinaryIO) -> None:
        ended = table.filter(pc.is_in(table["status"], pa.array(_ENDED, pa.string())))
        pairs = zip(ended["input"].to_pylist(), ended["output"].to_pylist(), strict=True)
        self._ended, self._journal, self._lock = set(pairs), journal, Lock()
        self.continued = table.num_rows > 0
        """Whether there are rows of runs before."""

    def has(self, source: str, target: str) -> bool:
        """Whether a run before has ended with a picture, so that it need not be tried again."""
        return (_text(source), _text(target)) in self._ended

    def add(self, outcome: Outcome, seconds: float | None) -> None:
        """Add the row of a picture, unless a run before has ended with it.

        Args:
            outcome: of the picture.
            seconds: that it took.

        Raises:
            OutputError: the journal cannot be written.
        """
        row = Row.of(outcome, seconds)
        if (row.input, row.output) in self._ended:
            return
        line = json.dumps(asdict(row)).encode() + b"\n"
        with self._lock, _written_for(self._journal.name):
            place.send(self._journal, line)


@contextmanager
def kept_in(file: Path) -> Iterator[Rows]:
    """Rows that are kept in a Parquet file; those of runs before are there already.

    Raises:
        InputError: the file is of another kind.
        UsageError: another run keeps its rows there.
        OutputError: the file or its journal cannot be written.
    """
    path = file.with_name(f"{file.name}.journal")
    with ExitStack() as opened:
        with _written_for(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            journal = opened.enter_context(path.open("a+b", buffering=0))
            _lock(journal, file)
            table = _merged(file, journal)
        try:
            yield Rows(table, journal)
        finally:
            with _written_for(file):
                _merged(file, journal)
                path.unlink()


def _merged(file: Path, journal: BinaryIO) -> pa.Table:
    """All rows, in the file from here on; the journal is empty.

    Of a picture's rows the last one counts.
    """
    table = pa.concat_tables([_read(file), _written(journal)])
    at = pa.array(range(table.num_rows), pa.int64())
    last = table.append_column("at", at).group_by(["input", "output"]).aggregate([("at", "max")])
    table = table.take(last["at_max"].sort())
    with place.writing(file, overwrite=True) as stream:
        parquet.write_table(table, stream)
    journal.truncate(0)
    return table


def _read(file: Path) -> pa.Table:
    if not file.exists():
        return _SCHEMA.empty_table()
    try:
        return parquet.read_table(file, schema=_SCHEMA)
    except (pa.ArrowException, ValueError) as error:
        raise InputError(f"{file}: is no file of rows", "name another one") from error


def _written(journal: BinaryIO) -> pa.Table:
    """The rows of a journal; its last line is left out if a killed run has not ended it."""
    journal.seek(0)
    lines = journal.read().split(b"\n")[:-1]
    return pa.Table.from_pylist([json.loads(line) for line in lines], _SCHEMA)


def _lock(journal: BinaryIO, file: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(
            f"{file}: another run keeps its rows there", "name another file"
        ) from error


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


@contextmanager
def _written_for(file: Path | str) -> Iterator[None]:
    """Around what writes: what may go wrong, in a line."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{file}: rows cannot be written ({error.strerror or error})",
            "check the folder and the free space",
        ) from error
