"""Options that several commands share, and the way from a command's options to their types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import reduce, wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from PIL import Image

from invgray.cli.batch import Request
from invgray.convert import Options
from invgray.files.formats import LIMIT
from invgray.inference.machine import Device, Engine, Machine, Precision

Command = Callable[..., Any]
O = TypeVar("O", bound=Options)  # noqa: E741


def conversion(kind: type[O]) -> Callable[[Callable[[Request, O], int]], Command]:
    """A command that converts pictures: its options become a request and a conversion's options.

    Args:
        kind: the conversion's options; options that the command declares itself are its fields.
    """

    def decorate(command: Callable[[Request, O], int]) -> Command:
        @wraps(command)
        @click.pass_context
        def parsed(context: click.Context, /, **values: Any) -> None:  # noqa: ANN401
            machine = Machine(**_taken(values, Machine))
            preset = preset_or_weights(values.pop("preset"), values.pop("weights"))
            chosen = kind(preset=preset, machine=machine, **_taken(values, kind))
            context.exit(command(Request(**values), chosen))

        return _with(parsed, *_CONVERSION, *_NETWORK, *_MACHINE)

    return decorate


def machine(command: Command) -> Command:
    """What to run networks on: ``engine``, ``device`` and ``precision``."""
    return _with(command, *_MACHINE)


def tile(command: Command) -> Command:
    """How a codec cuts large pictures."""
    return click.option(
        "--tile",
        type=click.IntRange(64),
        metavar="N",
        help="Cut large pictures into tiles of N pixels (default: by memory).",
    )(command)


def preset_or_weights(preset: str | None, weights: Path | None) -> str | Path | None:
    """What ``--preset`` or ``--weights`` names; None if neither is given."""
    if preset and weights:
        raise click.UsageError("--preset and --weights exclude each other")
    return weights or preset


def _taken(values: dict[str, Any], kind: type) -> dict[str, Any]:
    """Take the fields of a dataclass out of a command's options."""
    names = [field.name for field in fields(kind) if field.name in values]
    return {name: values.pop(name) for name in names}


def _with(command: Command, *decorators: Callable[[Command], Command]) -> Command:
    return reduce(lambda wrapped, decorate: decorate(wrapped), reversed(decorators), command)


class Amount(click.ParamType[int]):
    """A number of at least one, with k, M or G for thousands, millions or thousand millions."""

    name = "amount"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """The number that is meant."""
        found = re.fullmatch(r"(\d{1,18})([kMG]?)", str(value))
        amount = int(found[1]) * 1000 ** " kMG".index(found[2] or " ") if found else 0
        return amount or self.fail(
            f"{value!r} is no number of at least 1, as 500M or 2G", param, ctx
        )


def allow_pixels(_context: click.Context, _parameter: click.Parameter, most: int) -> int:
    """Raise Pillow's own limit, of the whole process, where more pixels are asked for."""
    if most > LIMIT:
        Image.MAX_IMAGE_PIXELS = most
    return most


_CONVERSION = (
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
    click.option(
        "--strip",
        is_flag=True,
        help="Leave out EXIF, and with it where and with what the picture was taken.",
    ),
    click.option(
        "--accept-damaged",
        is_flag=True,
        help="Read what is left of damaged pictures; the rest is black.",
    ),
    click.option(
        "--max-pixels",
        type=Amount(),
        default=str(LIMIT),
        callback=allow_pixels,
        metavar="N",
        help="Refuse pictures of more pixels, as 200M (default: about 179M, Pillow's limit).",
    ),
    click.option(
        "--max-memory",
        type=Amount(),
        metavar="BYTES",
        help="Refuse pictures that may take more memory, as 4G (default: what is free).",
    ),
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

_NETWORK = (
    click.option("--preset", metavar="NAME", help="Trained networks to use, by name."),
    click.option(
        "--weights",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Trained networks to use, a folder that 'invgray train' made.",
    ),
)

_MACHINE = (
    click.option(
        "--device",
        type=click.Choice(Device, case_sensitive=False),
        default=Device.AUTO,
        help="Where networks are run: a GPU if there is one that works, or the CPU.",
    ),
    click.option(
        "--precision",
        type=click.Choice(Precision, case_sensitive=False),
        default=Precision.AUTO,
        help="Numbers that are computed in: those that the processor is faster with, by default.",
    ),
    click.option(
        "--engine",
        type=click.Choice(Engine, case_sensitive=False),
        default=Engine.AUTO,
        help="Library that runs networks: TensorFlow on a GPU, else OpenVINO, by default.",
    ),
)
