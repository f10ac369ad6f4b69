"""``invgray colorize``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from invgray.cli import batch
from invgray.cli.attempt import Converter
from invgray.cli.batch import Request
from invgray.cli.naming import Naming
from invgray.cli.options import conversion
from invgray.convert import Conversion, colorize_file
from invgray.errors import UsageError
from invgray.files.formats import COLOR_FORMATS
from invgray.hints import Hint, HintEngine, parse
from invgray.models.colorizer.prediction import TEMPERATURE
from invgray.options import ColorizeOptions


class Point(click.ParamType[Hint]):
    """The colour of a pixel."""

    name = "X,Y,#RRGGBB"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Hint:
        """The hint that is meant."""
        try:
            return parse(str(value))
        except UsageError as error:
            return self.fail(str(error), param, ctx)


CONVERTER = Converter(
    Conversion.COLORIZE, colorize_file, ColorizeOptions, Naming(".colorized", COLOR_FORMATS)
)


@click.command()
@conversion(CONVERTER)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 1),
    default=TEMPERATURE,
    show_default=True,
    help="From 0, vivid but blotchy, to 1, even but pale.",
)
@click.option(
    "--hints",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="STROKES",
    help="A picture of strokes in colours that the result shall have, transparent elsewhere.",
)
@click.option(
    "--hint",
    "points",
    type=Point(),
    multiple=True,
    help="A colour that the pixel in column X and row Y shall have (may be repeated).",
)
@click.option(
    "--hint-engine",
    type=click.Choice(HintEngine, case_sensitive=False),
    default=HintEngine.OPTIMIZATION,
    help="What spreads hints over the picture: optimisation (the default), or a network, which "
    "makes up what they leave open.",
)
def colorize(request: Request, options: ColorizeOptions) -> int:
    """Plausible colours for any gray picture: old.jpg -> old.colorized.png

    \b
        invgray colorize old.jpg                          old.colorized.png beside it
        invgray colorize album/ -o coloured/              a folder and all that is in it
        cat old.jpg | invgray colorize - > new.png        in a pipe
        invgray colorize old.jpg --hint 320,80,#4a7fd0 --hint 300,400,#3c6b2f
        invgray colorize old.jpg --hints strokes.png      your colours, not made-up ones

    The colours are made up by a network that has seen many photos; the lightness stays as it is.
    For grays that 'encode' made, 'decode' brings the true colours back.
    """
    inputs = request.selection.inputs
    if options.hinted and (len(inputs) > 1 or any(Path(name).is_dir() for name in inputs)):
        raise UsageError("hints are for one picture", "colorize the others in a call of their own")
    return batch.convert(request, CONVERTER, options)
