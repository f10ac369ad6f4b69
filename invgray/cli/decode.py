"""``invgray decode``."""

from __future__ import annotations

import click

from invgray.cli import batch
from invgray.cli.options import conversion, tile
from invgray.convert import DecodeOptions, decode_file
from invgray.files.formats import COLOR_FORMATS

NAMING = batch.Naming(suffix=".color.png", dropped=batch.GRAY, formats=COLOR_FORMATS)


@click.command()
@conversion(DecodeOptions)
@tile
@click.option(
    "--rectify",
    is_flag=True,
    help="The input is a photograph or scan of a printed gray: find, straighten and even it out.",
)
@click.option(
    "--size",
    type=(click.IntRange(1), click.IntRange(1)),
    metavar="WIDTH HEIGHT",
    callback=lambda _context, _parameter, size: size and (size[1], size[0]),
    help="Pixels of a printed gray that has no border.",
)
def decode(request: batch.Request, options: DecodeOptions) -> int:
    """Gray that 'encode' made, back to colour: photo.gray.png -> photo.color.png

    \b
        invgray decode photo.gray.png                     photo.color.png beside it
        invgray decode grays/ -o colours/                 a folder and all that is in it
        cat gray.png | invgray decode - > colour.png      in a pipe
        invgray decode scan.jpg --rectify                 a photograph of a printed gray

    The gray tells which preset made it, or is recognised by its pattern; a print is taken for
    preset 'robust'. --preset and --weights overrule that.
    """
    return batch.convert(request, decode_file, options, NAMING)
