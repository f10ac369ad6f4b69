"""What the command line tells on stderr."""

from __future__ import annotations

import sys

import click
from tqdm import tqdm

from invgray.errors import ExistsError, ForeignWeightsError, Interrupted, InvgrayError

_REMEDIES: dict[type[InvgrayError], str] = {
    ExistsError: "use --overwrite or --skip-existing",
    ForeignWeightsError: "name its folder with --weights",
    Interrupted: "",
}
"""Where the command line has a better remedy than the library."""


def explained(error: InvgrayError) -> str:
    """One line with cause and remedy, in the words of the command line."""
    remedy = _REMEDIES.get(type(error), error.remedy)
    return f"{error.cause}; {remedy}" if remedy else error.cause


def say(line: str) -> None:
    """One line on stderr, above any progress bar, with control characters made harmless."""
    with tqdm.external_write_mode(sys.stderr):
        click.echo(f"invgray: {printable(str(line))}", err=True)


def printable(line: str) -> str:
    """The line with control characters made harmless."""
    return "".join(c if c.isprintable() else "?" for c in line)
