"""Pictures that a Parquet file names, with or without the places of their results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from invgray.errors import InputError, extra_installed
from invgray.files import store
from invgray.files.location import Location, Remote, locate

with extra_installed("cluster"):
    import pyarrow as pa
    from pyarrow import parquet

_INPUT, _OUTPUT = "input", "output"
"""Names of the columns."""


@dataclass(frozen=True)
class Entry:
    """A picture that a manifest names.

    Attributes:
        input: its name.
        output: name of the result; None if the command decides.
    """

    input: str
    output: str | None

    def __post_init__(self) -> None:
        if not isinstance(self.input, str) or not isinstance(self.output, str | None):
            raise TypeError("names are texts")


def entries(name: str) -> Iterator[Entry]:
    """What a manifest names, in its order.

    Args:
        name: of the Parquet file, which may lie in a store.

    Raises:
        InputError: it cannot be read, or has no column ``input`` of names.
    """
    try:
        with _opened(locate(name)) as stream:
            file = parquet.ParquetFile(stream)
            columns = [each for each in (_INPUT, _OUTPUT) if each in file.schema_arrow.names]
            for batch in file.iter_batches(columns=columns):
                for row in batch.to_pylist():
                    yield Entry(row[_INPUT], row.get(_OUTPUT))
    except OSError as error:
        raise InputError(
            f"{name}: the manifest may not be read ({error.strerror or error})", "check its name"
        ) from error
    except (pa.ArrowException, KeyError, TypeError) as error:
        raise InputError(
            f"{name}: is no Parquet file with a column 'input'", "write the names of pictures there"
        ) from error


def _opened(location: Location) -> AbstractContextManager[BinaryIO]:
    return store.opened(location) if isinstance(location, Remote) else location.open("rb")
