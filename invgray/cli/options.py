"""Options that several commands share, and the way from a command's options to their types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem
from PIL import Image

from invgray.cli.attempt import Converter
from invgray.cli.batch import Request
from invgray.cli.plan import OnClash, Selection
from invgray.cli.shard import ShardType
from invgray.cli.streams import standard_input
from invgray.files import listing
from invgray.files.ends import PIPE
from invgray.files.formats import LIMIT
from invgray.inference.machine import Device, Engine, Machine, Precision
from invgray.options import Options
from invgray.presets import store

Command = Callable[..., Any]
if TYPE_CHECKING:
    from invgray.cluster.manifest import Entry

O = TypeVar("O", bound=Options)  # noqa: E741


def conversion(converter: Converter[O]) -> Callable[[Callable[[Request, O], int]], Command]:
    """A command that converts pictures: its options become a request and a conversion's options.

    Args:
        converter: what is done with a picture; options that the command declares itself are fields
            of its options.
    """

    def decorate(command: Callable[[Request, O], int]) -> Command:
        @wraps(command)
        @click.pass_context
        def parsed(context: click.Context, /, **values: Any) -> None:  # noqa: ANN401
            context.exit(command(*requested(converter, values)))

        return _with(
            parsed, *_PICTURES, _format(converter), *_CONVERSION, *_CLUSTER, *_NETWORK, *_MACHINE
        )

    return decorate


def requested(converter: Converter[O], values: dict[str, Any]) -> tuple[Request, O]:
    """What a command is asked for, and what its conversion is told.

    Args:
        converter: what is done with a picture.
        values: of the command's options, which are taken out.

    Raises:
        click.UsageError: options contradict each other.
        InvgrayError: options contradict each other, or a list of files cannot be read.
    """
    machine = Machine(**_taken(values, Machine))
    preset = preset_or_weights(values.pop("preset"), values.pop("weights"))
    options = converter.options(preset=preset, machine=machine, **_taken(values, converter.options))
    naming = converter.naming.of_format(values.pop("format"))
    listed = _listed(values.pop("files_from"), values.pop("null"), values["inputs"])
    entries = _entries(values.pop("manifest"))
    if listed is None and entries is None and not values["inputs"]:
        raise click.UsageError("Missing argument 'INPUT...'")
    if listed is not None or entries is not None:
        entries = entries or ()
        found = (*(listed or ()), *(each.input for each in entries if each.output is None))
        paired = tuple((each.input, each.output) for each in entries if each.output is not None)
        values |= {"inputs": (*values["inputs"], *found), "listed": True, "paired": paired}
    selection = Selection(**_taken(values, Selection))
    return Request(selection, naming, **values), options


def _listed(name: str | None, null: bool, inputs: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names in a list of files; None if there is no list."""
    if name is None:
        if null:
            raise click.UsageError("--null is for --files-from")
        return None
    if name != PIPE:
        return listing.names_in(Path(name), null=null)
    if PIPE in inputs:
        raise click.UsageError("standard input is either a picture or a list of files")
    return listing.names_in(standard_input(), null=null)


def _entries(name: str | None) -> tuple[Entry, ...] | None:
    """What a manifest names; None if there is none."""
    if name is None:
        return None
    from invgray.cluster import manifest

    return tuple(manifest.entries(name))


def machine(command: Command) -> Command:
    """What to run networks on: ``engine``, ``device``, ``precision`` and ``threads``."""
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


def _presets(
    _context: click.Context, _parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Names of shipped presets, for a shell."""
    names = (preset.name for preset in store.latest())
    return [CompletionItem(name) for name in names if name.startswith(begun)]


def _format(converter: Converter[O]) -> Callable[[Command], Command]:
    suffixes = [suffix.removeprefix(".") for suffix in converter.naming.formats]
    return click.option(
        "--format",
        type=click.Choice(suffixes, case_sensitive=False),
        help="Write this format, where no file's name tells one (default: png).",
    )


_PICTURES = (
    click.argument(
        "inputs", nargs=-1, metavar="INPUT...", type=click.Path(allow_dash=True, readable=False)
    ),
    click.option(
        "--files-from",
        type=click.Path(allow_dash=True, readable=False),
        metavar="FILE",
        help="Take the files and folders, too, that this one names, one a line; '-' is standard "
        "input.",
    ),
    click.option(
        "-0", "--null", is_flag=True, help="Names of --files-from end in NUL, as of 'find -print0'."
    ),
    click.option(
        "--manifest",
        metavar="FILE.parquet",
        help="Take the pictures, too, that a Parquet file names in its column 'input'; a column "
        "'output' names their results.",
    ),
    click.option(
        "--shard",
        type=ShardType(),
        help="Convert only the I-th of N shares of the pictures, by their names; for schedulers "
        "that run a command for each share.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(allow_dash=True, readable=False),
        metavar="OUT",
        help="A file for one input, a folder for many; '-' is standard output. Names may have "
        "{stem}, {suffix}, {parent} and {folder} of the input's.",
    ),
    click.option(
        "--on-clash",
        type=click.Choice(OnClash, case_sensitive=False),
        default=OnClash.STOP,
        help="Where two results would have one name: refuse all (the default), skip all but the "
        "first, or number them: photo-2.gray.png.",
    ),
    click.option(
        "-n", "--dry-run", is_flag=True, help="Tell what would be written where, and write nothing."
    ),
)

_CONVERSION = (
    click.option(
        "--quality",
        type=click.IntRange(1, 100),
        metavar="N",
        help="Quality of results with loss, 1 to 100 (default: none is lost where the format "
        "allows, as PNG, WebP and JPEG XL do; else 90, of colours in JPEG 95).",
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
        help="Leave out EXIF, XMP and IPTC, and with them where, when and with what the picture "
        "was taken.",
    ),
    click.option(
        "--keep-times",
        is_flag=True,
        help="Give results their inputs' times of change and permissions.",
    ),
    click.option(
        "--page",
        type=click.IntRange(1),
        metavar="N",
        help="Of files with several pages, frames or pictures, take this one, from 1 on.",
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
    click.option("-q", "--quiet", is_flag=True, help="No progress, no result and no summary."),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 1024),
        help="Pictures read and written at a time (default: 2; with --ray, as many as there is "
        "room for).",
    ),
)

_CLUSTER = (
    click.option(
        "--ray",
        metavar="ADDRESS",
        help="Convert on a Ray cluster, in processes of --threads cores each (default: 1): 'auto' "
        "for the one that this machine is part of, 'ray://HOST:PORT' for another, or 'local' for "
        "this machine's cores.",
    ),
    click.option(
        "--rows",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE.parquet",
        help="Keep what became of each picture there. Called again, go on with what it has not.",
    ),
)

_NETWORK = (
    click.option(
        "--preset",
        metavar="NAME",
        shell_complete=_presets,
        help="Trained networks to use, by name.",
    ),
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
    click.option(
        "--threads",
        type=click.IntRange(1, 1024),
        metavar="N",
        help="Threads that networks are run with on a CPU (default: one for each core).",
    ),
)
