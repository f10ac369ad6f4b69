"""``invgray encode``."""

from __future__ import annotations

import click

from invgray.cli import batch, clips
from invgray.cli.attempt import Converter
from invgray.cli.batch import Request
from invgray.cli.clips import encode_any
from invgray.cli.naming import Naming
from invgray.cli.options import conversion, tile
from invgray.color.looks import Look
from invgray.convert import Conversion
from invgray.files.formats import GRAY_FORMATS
from invgray.video.options import EncodeClipOptions

CONVERTER = Converter(
    Conversion.ENCODE,
    encode_any,
    EncodeClipOptions,
    Naming(".gray", GRAY_FORMATS, clips=clips.GRAY),
)


@click.command()
@conversion(CONVERTER)
@tile
@clips.part
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
    "--look",
    type=click.Choice(Look, case_sensitive=False),
    default=Look.LUMINANCE,
    help="How bright colours are in the gray: as the eye sees them (luminance, the default), as "
    "through a photographer's filter, or so that colours differ most (contrast).",
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
def encode(request: Request, options: EncodeClipOptions) -> int:
    """Colour to gray that can be undone: photo.jpg -> photo.gray.png

    \b
        invgray encode photo.jpg                      photo.gray.png beside it
        invgray encode holiday/ -o grays/             a folder and all that is in it
        cat photo.jpg | invgray encode - > gray.png   in a pipe
        invgray encode photo.jpg --preset robust -o photo.gray.jpg
        invgray encode clip.mp4                       clip.gray.mkv beside it

    Keep the gray as a PNG: JPEG, resizing and other editing damage the hidden colours. Those of
    --preset robust survive, less exact.
    """
    return batch.convert(request, CONVERTER, options)
