"""``invgray colorize``."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

import click

import invgray
from invgray import gamut, images, presets
from invgray.cli import batch, options
from invgray.colorizer import TEMPERATURE

NAMING = batch.Naming(".colorized.png", dropped=batch.GRAY, formats=tuple(images.COLOR_FORMATS))


@click.command()
@options.conversion
@options.network
@options.machine
@click.option(
    "--temperature",
    type=click.FloatRange(0, 1),
    default=TEMPERATURE,
    show_default=True,
    help="From 0, vivid but blotchy, to 1, even but pale.",
)
@click.pass_context
def colorize(context, inputs, output, recursive, preset, weights, temperature, **rest):
    """Plausible colours for any gray picture: old.jpg -> old.colorized.png

    \b
        invgray colorize old.jpg                          old.colorized.png beside it
        invgray colorize album/ -o coloured/              a folder and all that is in it
        cat old.jpg | invgray colorize - > new.png        in a pipe

    The colours are made up by a network that has seen many photos; the lightness stays as it is.
    For grays that 'encode' made, 'decode' brings the true colours back.
    """
    tasks = batch.plan(inputs, output, NAMING, recursive)
    which = options.chosen(preset, weights, presets.COLORIZER)
    colorizer = invgray.load_colorizer(which, temperature=temperature, **options.taken(rest))
    network = Lock()

    def convert(task: batch.Task):
        picture = images.read(task.source or batch.standard_input())
        gray, notices = picture.pixels, picture.notices
        if gray.ndim == 3:
            notices.append("is a colour picture; its colours are replaced")
            gray = gamut.gray_of(gray)
        elif picture.record and not picture.record.colorless:
            notices.append("hides its true colours; 'invgray decode' brings them back")
        with network:
            rgb = colorizer.colorize(gray)
        target = task.target or batch.standard_output()
        notices += images.write_color(target, rgb, replace(picture, record=None))
        height, width = gray.shape
        facts = {"width": width, "height": height, "preset": colorizer.preset.name}
        return facts, notices

    context.exit(batch.run(tasks, convert, **rest))
