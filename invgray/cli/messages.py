"""What the command line tells on stderr."""

from __future__ import annotations

import sys
from contextlib import suppress

import click
from tqdm import tqdm

from invgray.errors import (
    DamagedError,
    ExistsError,
    ForeignWeightsError,
    Interrupted,
    InvgrayError,
    PagesError,
    TooLargeError,
)

_REMEDIES: dict[type[InvgrayError], str] = {
    DamagedError: "restore it from a copy, or read what is left with --accept-damaged",
    ExistsError: "use --overwrite or --skip-existing",
    ForeignWeightsError: "name its folder with --weights",
    Interrupted: "",
    PagesError: "choose one with --page, from 1 on",
    TooLargeError: "cut it into parts, or raise --max-pixels or --max-memory",
}
"""Where the command line has a better remedy than the library."""


def explained(error: InvgrayError) -> str:
    """One line with cause and remedy, in the words of the command line."""
    remedy = _REMEDIES.get(type(error), error.remedy)
    return f"{error.cause}; {remedy}" if remedy else error.cause


def say(line: str) -> None:
    """One line of news on stderr, with control characters made harmless."""
    show(f"invgray: {printable(str(line))}")


def show(line: str) -> None:
    """One line on stderr, above any progress bar; lost where there is nobody to read it."""
    with suppress(OSError), tqdm.external_write_mode(sys.stderr):
        click.echo(line, err=True)


def printable(line: str) -> str:
    """The line with control characters made harmless."""
    return "".join(c if c.isprintable() else "?" for c in line)
