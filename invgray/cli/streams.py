"""Standard input and standard output, as bytes."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, BinaryIO

from tqdm import tqdm

from invgray.errors import OutputError, UsageError
from invgray.files import place


def standard_input() -> BinaryIO:
    """What is piped in.

    Raises:
        UsageError: nothing is.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("nothing is piped in", "name a file, or pipe a picture in")
    return sys.stdin.buffer


def standard_output() -> BinaryIO:
    """What is piped or shown.

    Raises:
        UsageError: it is closed.
    """
    if sys.stdout is None:
        raise UsageError("standard output is closed", "name a file with -o")
    return sys.stdout.buffer


def tell(facts: dict[str, Any]) -> None:
    """One JSON object in a line on standard output, above any progress bar.

    Raises:
        UsageError: standard output is closed.
        OutputError: it cannot be written to.
    """
    tell_line(json.dumps(facts))


def tell_line(line: str) -> None:
    """A line on standard output, above any progress bar; errors are those of :func:`tell`."""
    with tqdm.external_write_mode(sys.stdout):
        send(os.fsencode(line) + b"\n")


def send(data: bytes) -> None:
    """Bytes on standard output; errors are those of :func:`tell`."""
    stream = standard_output()
    try:
        place.send(stream, data)
    except OSError as error:
        raise OutputError(
            f"standard output: cannot be written ({error.strerror})",
            "check the free space and where it leads",
        ) from error
