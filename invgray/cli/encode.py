"""``invgray encode``."""

from __future__ import annotations

from threading import Lock

import click

import invgray
from invgray import images, presets
from invgray.cli import batch, options

NAMING = batch.Naming(suffix=".gray.png", dropped=".gray.png", formats=(".png",))


@click.command()
@options.conversion
@options.network
@options.machine
@options.tile
@click.pass_context
def encode(
    context, inputs, output, recursive, preset, weights, device, precision, engine, tile, **policy
):
    """Colour to gray that can be undone: photo.jpg -> photo.gray.png

    \b
        invgray encode photo.jpg                      photo.gray.png beside it
        invgray encode holiday/ -o grays/             a folder and all that is in it
        cat photo.jpg | invgray encode - > gray.png   in a pipe

    Keep the gray as a PNG: JPEG, resizing and other editing damage the hidden colours.
    """
    tasks = batch.plan(inputs, output, NAMING, recursive)
    which = options.chosen(preset, weights, presets.DEFAULT)
    codec = invgray.load(which, device=device, precision=precision, engine=engine, tile=tile)
    network = Lock()

    def convert(task: batch.Task):
        picture = images.read(task.source or batch.standard_input())
        with network:
            gray = codec.encode(picture.pixels)
        target = task.target or batch.standard_output()
        images.write_gray(target, gray, picture, codec.preset.name, codec.preset.digest)
        height, width = gray.shape
        facts = {"width": width, "height": height, "preset": codec.preset.name}
        return facts, picture.notices

    context.exit(batch.run(tasks, convert, **policy))
