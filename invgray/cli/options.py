"""Options that several commands share."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import click


def conversion(command):
    """Inputs, output, policy and machine of a command that converts pictures."""
    return _apply(
        command,
        click.argument("inputs", nargs=-1, required=True, metavar="INPUT..."),
        click.option(
            "-o",
            "--output",
            metavar="OUT",
            help="A file for one input, a folder for many; '-' is standard output.",
        ),
        click.option(
            "-r/-R",
            "--recursive/--no-recursive",
            default=True,
            help="Take folders with all that is in them (the default).",
        ),
        click.option("--overwrite", is_flag=True, help="Replace files that exist."),
        click.option("--skip-existing", is_flag=True, help="Leave files that exist, and go on."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file."),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no summary."),
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1, 64),
            default=2,
            show_default=True,
            help="Pictures read and written at a time.",
        ),
    )


def network(command):
    """Which trained networks to run."""
    return _apply(
        command,
        click.option("--preset", metavar="NAME", help="Trained networks to use, by name."),
        click.option(
            "--weights",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="Trained networks to use, a folder that 'invgray train' made.",
        ),
    )


def machine(command):
    """What to run networks on."""
    choice = click.Choice
    return _apply(
        command,
        click.option("--device", type=choice(["auto", "cpu", "gpu"]), default="auto"),
        click.option("--precision", type=choice(["auto", "float32", "bfloat16"]), default="auto"),
        click.option("--engine", type=choice(["auto", "openvino", "tensorflow"]), default="auto"),
    )


def taken(rest: dict) -> dict:
    """Take what :func:`machine` and :func:`tile` declare out of a command's options."""
    names = ("device", "precision", "engine", "tile")
    return {name: rest.pop(name) for name in names if name in rest}


def tile(command):
    """How a codec cuts large pictures."""
    return click.option(
        "--tile",
        type=click.IntRange(64),
        metavar="N",
        help="Cut large pictures into tiles of N pixels (default: by memory).",
    )(command)


def chosen(preset: str | None, weights: Path | None, default: str) -> str | Path:
    """What ``--preset`` or ``--weights`` names, the default preset if neither is given."""
    if preset and weights:
        raise click.UsageError("--preset and --weights exclude each other")
    return weights or preset or default


def _apply(command, *decorators):
    return reduce(lambda wrapped, decorate: decorate(wrapped), reversed(decorators), command)
