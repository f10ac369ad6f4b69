"""``invgray decode``."""

from __future__ import annotations

import click

from invgray.cli import batch, clips
from invgray.cli.attempt import Converter
from invgray.cli.batch import Request
from invgray.cli.clips import decode_any
from invgray.cli.naming import Naming
from invgray.cli.options import conversion, tile
from invgray.convert import Conversion
from invgray.files.formats import COLOR_FORMATS
from invgray.video.formats import VideoCodec
from invgray.video.options import DecodeClipOptions

CONVERTER = Converter(
    Conversion.DECODE,
    decode_any,
    DecodeClipOptions,
    Naming(".color", COLOR_FORMATS, clips=clips.COLOR),
)


@click.command()
@conversion(CONVERTER)
@tile
@clips.part
@click.option(
    "--video-codec",
    "codec",
    type=click.Choice(VideoCodec, case_sensitive=False),
    help="Of a clip: how its frames are compressed (default: h264). ffv1 loses nothing, and goes "
    "into an .mkv.",
)
@click.option(
    "--crf",
    type=click.IntRange(0, 63),
    help="Of a clip: how much is lost, from 0 (little) to 51, or 63 for av1 (default: little).",
)
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
def decode(request: Request, options: DecodeClipOptions) -> int:
    """Gray that 'encode' made, back to colour: photo.gray.png -> photo.color.png

    \b
        invgray decode photo.gray.png                     photo.color.png beside it
        invgray decode grays/ -o colours/                 a folder and all that is in it
        cat gray.png | invgray decode - > colour.png      in a pipe
        invgray decode scan.jpg --rectify                 a photograph of a printed gray
        invgray decode clip.gray.mkv                      clip.color.mp4 beside it

    The gray tells which preset made it, or is recognised by its pattern; a print is taken for
    preset 'robust'. --preset and --weights overrule that.
    """
    return batch.convert(request, CONVERTER, options)
