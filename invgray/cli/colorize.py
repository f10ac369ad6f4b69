"""``invgray colorize``."""

from __future__ import annotations

import click

from invgray.cli import batch
from invgray.cli.options import conversion
from invgray.convert import ColorizeOptions, colorize_file
from invgray.files.formats import COLOR_FORMATS
from invgray.models.colorizer.prediction import TEMPERATURE

NAMING = batch.Naming(suffix=".colorized.png", dropped=batch.GRAY, formats=COLOR_FORMATS)


@click.command()
@conversion(ColorizeOptions)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 1),
    default=TEMPERATURE,
    show_default=True,
    help="From 0, vivid but blotchy, to 1, even but pale.",
)
def colorize(request: batch.Request, options: ColorizeOptions) -> int:
    """Plausible colours for any gray picture: old.jpg -> old.colorized.png

    \b
        invgray colorize old.jpg                          old.colorized.png beside it
        invgray colorize album/ -o coloured/              a folder and all that is in it
        cat old.jpg | invgray colorize - > new.png        in a pipe

    The colours are made up by a network that has seen many photos; the lightness stays as it is.
    For grays that 'encode' made, 'decode' brings the true colours back.
    """
    return batch.convert(request, colorize_file, options, NAMING)
