"""What the command line tells on stderr."""

from __future__ import annotations

import sys

import click
from tqdm import tqdm


def say(line: str) -> None:
    """One line on stderr, above any progress bar, with control characters made harmless."""
    printable = "".join(c if c.isprintable() else "?" for c in str(line))
    with tqdm.external_write_mode(sys.stderr):
        click.echo(f"invgray: {printable}", err=True)
