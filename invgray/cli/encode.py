"""``invgray encode``."""

from __future__ import annotations

from threading import Lock

import click

import invgray
from invgray import border, images, presets
from invgray.cli import batch, options

NAMING = batch.Naming(suffix=".gray.png", dropped=batch.GRAY, formats=tuple(images.GRAY_FORMATS))


@click.command()
@options.conversion
@options.network
@options.machine
@options.tile
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=90,
    show_default=True,
    help="Of a gray that is written as JPEG.",
)
@click.option(
    "--border",
    "bordered",
    is_flag=True,
    help="Draw a frame to print around the gray, for 'decode --rectify'.",
)
@click.pass_context
def encode(context, inputs, output, recursive, preset, weights, quality, bordered, **rest):
    """Colour to gray that can be undone: photo.jpg -> photo.gray.png

    \b
        invgray encode photo.jpg                      photo.gray.png beside it
        invgray encode holiday/ -o grays/             a folder and all that is in it
        cat photo.jpg | invgray encode - > gray.png   in a pipe
        invgray encode photo.jpg --preset robust -o photo.gray.jpg

    Keep the gray as a PNG: JPEG, resizing and other editing damage the hidden colours. Those of
    --preset robust survive, less exact.
    """
    tasks = batch.plan(inputs, output, NAMING, recursive)
    which = options.chosen(preset, weights, presets.DEFAULT)
    codec = invgray.load(which, **options.taken(rest))
    network = Lock()

    def convert(task: batch.Task):
        picture = images.read(task.source or batch.standard_input())
        name = str(task.source or "standard input")
        with network:
            gray = codec.encode(picture.pixels)
        target = task.target or batch.standard_output()
        used, notices = codec.preset, picture.notices
        height, width = gray.shape
        around = border.thickness(height, width) if bordered else 0
        notices += images.write_gray(
            target,
            border.draw(gray, name) if bordered else gray,
            picture,
            used.name,
            used.digest,
            quality=quality,
            border=around,
        )
        if images.is_lossy(target) and not used.robust:
            notices.append(
                f"JPEG damages the colours that preset '{used.name}' hides; "
                "write a PNG, or use --preset robust"
            )
        facts = {"width": width, "height": height, "preset": used.name}
        return facts, notices

    context.exit(batch.run(tasks, convert, **rest))
