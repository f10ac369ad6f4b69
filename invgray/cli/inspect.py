"""``invgray inspect``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from invgray.cli.messages import explained, printable, say
from invgray.cli.report import exit_code
from invgray.cli.streams import standard_input, tell
from invgray.color.mix import WHOLE
from invgray.errors import InputError, PagesError
from invgray.files.ends import PIPE
from invgray.files.listing import found_in, is_folder
from invgray.files.location import locate
from invgray.fine.cells import Box
from invgray.inspection import Inspection, inspect_file


@click.command()
@click.argument(
    "inputs",
    nargs=-1,
    required=True,
    metavar="INPUT...",
    type=click.Path(allow_dash=True, readable=False),
)
@click.option(
    "-r/-R",
    "--recursive/--no-recursive",
    default=True,
    help="Take folders with all that is in them (the default).",
)
@click.option(
    "--page",
    type=click.IntRange(1),
    metavar="N",
    help="Of files with several pages, frames or pictures, take this one, from 1 on.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
@click.pass_context
def inspect(
    context: click.Context,
    /,
    inputs: tuple[str, ...],
    recursive: bool,
    page: int | None,
    as_json: bool,
) -> None:
    """What grays say of themselves, and how much of them is intact.

    \b
        invgray inspect photo.gray.png            a line on standard output
        invgray inspect grays/ --json             one JSON object a file
        cat photo.gray.png | invgray inspect -    in a pipe

    No colours are decoded, so this is quick. A gray that has lost both its record and its fine
    layer says nothing of itself; 'decode' still looks for a pattern in it.
    """
    failures: list[InputError] = []

    def failed(name: str, error: InputError, said: str = "") -> None:
        said = said or str(error)
        failures.append(error)
        say(said)
        if as_json:
            facts = {"input": name, "error": said, "exit_code": error.exit_code}
            tell(facts)

    done = 0
    for name in _pictures(inputs, recursive, failed):
        try:
            found = inspect_file(standard_input() if name == PIPE else name, page=page)
        except PagesError as error:
            failed(name, error, explained(error))
        except InputError as error:
            failed(name, error)
        else:
            done += 1
            tell(_facts(found)) if as_json else click.echo(printable(_line(found)))
    if not (done or failures):
        raise InputError(f"{inputs[0]}: has no pictures in it", "name another folder")
    codes = [error.exit_code for error in failures]
    context.exit(exit_code(codes, done + len(failures)))


def _pictures(
    inputs: tuple[str, ...], recursive: bool, failed: Callable[[str, InputError], None]
) -> Iterator[str]:
    """Names of the files that are named, and of those in folders."""

    def unreadable(folder: Path, error: InputError) -> None:
        failed(str(folder), error)

    for name in inputs:
        if is_folder(name):
            yield from map(str, found_in(locate(name), recursive, unreadable))
        else:
            yield name


def _facts(found: Inspection) -> dict[str, Any]:
    return {key: value for key, value in asdict(found).items() if value is not None}


def _line(found: Inspection) -> str:
    """All that is known of a gray, in words."""
    name = "standard input" if found.input == PIPE else found.input
    return f"{name}: {found.width}x{found.height}, " + ", ".join(_words(found))


def _words(found: Inspection) -> Iterator[str]:
    if found.border:
        yield f"a border of {found.border} pixels"
    if found.colorless and not found.original:
        yield "a picture without colour, as it was"
        return
    if found.weights is None:
        yield "no record and no fine layer: nothing is known of it, decoding looks for a pattern"
        return
    yield f"preset '{found.preset}'" if found.preset else "a preset that is not here"
    yield f"weights {found.weights}"
    if found.mix:
        red, green, blue = (f"{weight / WHOLE:.0%}" for weight in found.mix.weights)
        yield f"a mix of {red} red, {green} green and {blue} blue"
    if not found.recorded:
        yield "no record"
    if found.original is None or found.orientation is None:
        yield "no fine layer"
        return
    whole = "exact" if found.exact else "fine layer"
    yield f"{whole} in {found.fine:.0%} of it ({found.intact} of {found.cells} cells)"
    yield found.orientation.words
    if found.curve:
        yield f"levels changed ({found.curve})"
    height, width = found.height, found.width
    if found.orientation.turns % 2:
        height, width = width, height
    original = found.original
    if original != Box(0, 0, height, width):
        size, at = f"{original.width}x{original.height}", f"{original.left:+d}{original.top:+d}"
        yield f"the original has {size} pixels and begins at {at}"
