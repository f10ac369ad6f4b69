"""``invgray decode``."""

from __future__ import annotations

import sys
from threading import Lock

import click
import numpy as np

from invgray import images
from invgray.cli import batch, options
from invgray.errors import InputError
from invgray.presets import DEFAULT

NAMING = batch.Naming(suffix=".color.png", dropped=".gray.png", formats=tuple(images.COLOR_FORMATS))


@click.command()
@options.conversion
@options.machine
@click.pass_context
def decode(context, inputs, output, recursive, preset, weights, **rest):
    """Gray that 'encode' made, back to colour: photo.gray.png -> photo.color.png

    \b
        invgray decode photo.gray.png                     photo.color.png beside it
        invgray decode grays/ -o colours/                 a folder and all that is in it
        cat gray.png | invgray decode - > colour.png      in a pipe

    The gray tells which preset made it; --preset and --weights overrule that.
    """
    tasks = batch.plan(inputs, output, NAMING, recursive)
    machine = {name: rest.pop(name) for name in ("device", "precision", "engine", "tile")}
    chosen = options.load_codec(preset, weights, **machine) if preset or weights else None
    codecs = {}
    network = Lock()

    def codec_for(record):
        if chosen:
            return chosen
        name = record.preset if record else DEFAULT
        if name not in codecs:
            codecs[name] = options.load_codec(name, None, **machine)
        return codecs[name]

    def convert(task: batch.Task):
        picture = images.read(task.source or sys.stdin.buffer)
        gray, record, notices = picture.pixels, picture.record, picture.notices
        if gray.ndim == 3:
            raise InputError(
                f"{task.source or 'standard input'}: is a colour picture",
                "decode takes the gray PNG that 'invgray encode' made",
            )
        if record and record.colorless:
            rgb = np.repeat(gray[..., None], 3, axis=-1)
            name = record.preset
        else:
            with network:
                codec = codec_for(record)
                rgb = codec.decode(gray)
            name = codec.preset.name
            if not record:
                notices.append(f"does not say what made it; decoded with preset '{name}'")
            elif record.weights != codec.preset.digest:
                notices.append(f"made with other weights than '{name}' has; colours may be off")
        images.write_color(task.target or sys.stdout.buffer, rgb, picture)
        height, width = gray.shape
        return {"width": width, "height": height, "preset": name}, notices

    context.exit(batch.run(tasks, convert, **rest))
