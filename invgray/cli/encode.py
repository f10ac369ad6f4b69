"""``invgray encode``."""

from __future__ import annotations

import click

from invgray.cli import batch
from invgray.cli.options import conversion, tile
from invgray.convert import EncodeOptions, encode_file
from invgray.files.formats import GRAY_FORMATS

NAMING = batch.Naming(suffix=".gray.png", dropped=batch.GRAY, formats=GRAY_FORMATS)


@click.command()
@conversion(EncodeOptions)
@tile
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=90,
    show_default=True,
    help="Quality of a gray that is written as JPEG.",
)
@click.option(
    "--border",
    is_flag=True,
    help="Draw a frame to print around the gray, for 'decode --rectify'.",
)
@click.option(
    "--long-side",
    type=click.IntRange(1),
    metavar="PIXELS",
    help="Resize larger pictures first, for messengers that shrink everything: what they leave "
    "alone keeps its colours best.",
)
@click.option(
    "--fine/--no-fine",
    default=True,
    help="With a fine layer, which makes an untouched gray near perfect (the default).",
)
@click.option(
    "--verify", is_flag=True, help="Decode the gray before it is put in place, and tell the PSNR."
)
@click.option(
    "--verify-at-least",
    "at_least",
    type=click.FloatRange(0),
    metavar="DB",
    help="Write no gray whose colours come back at a lower PSNR than this.",
)
def encode(request: batch.Request, options: EncodeOptions) -> int:
    """Colour to gray that can be undone: photo.jpg -> photo.gray.png

    \b
        invgray encode photo.jpg                      photo.gray.png beside it
        invgray encode holiday/ -o grays/             a folder and all that is in it
        cat photo.jpg | invgray encode - > gray.png   in a pipe
        invgray encode photo.jpg --preset robust -o photo.gray.jpg

    Keep the gray as a PNG: JPEG, resizing and other editing damage the hidden colours. Those of
    --preset robust survive, less exact.
    """
    return batch.convert(request, encode_file, options, NAMING)
