"""``invgray decode``."""

from __future__ import annotations

from functools import cache
from threading import Lock

import click
import numpy as np

import invgray
from invgray import detector, images, presets
from invgray.cli import batch, options
from invgray.errors import ForeignWeightsError, InputError

NAMING = batch.Naming(suffix=".color.png", dropped=".gray.png", formats=tuple(images.COLOR_FORMATS))


@click.command()
@options.conversion
@options.network
@options.machine
@options.tile
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
    load = cache(lambda which: invgray.load(which, **machine))
    chosen = load(options.chosen(preset, weights, "")) if preset or weights else None
    network = Lock()

    def convert(task: batch.Task):
        picture = images.read(task.source or batch.standard_input())
        gray, record, notices = picture.pixels, picture.record, picture.notices
        name = task.source or "standard input"
        if gray.ndim == 3:
            raise InputError(
                f"{name}: is a colour picture",
                "decode takes the gray PNG that 'invgray encode' made",
            )
        facts = {"width": gray.shape[1], "height": gray.shape[0]}
        if record and record.colorless:
            rgb = np.repeat(gray[..., None], 3, axis=-1)
        else:
            if record and not chosen and record.preset not in presets.names("codec"):
                raise ForeignWeightsError(
                    f"{name}: was made with preset '{record.preset}', which is not here",
                    "name its folder with --weights",
                )
            codec = chosen or load(record.preset if record else presets.DEFAULT)
            used = codec.preset
            facts["preset"] = used.name
            with network:
                rgb = codec.decode(gray)
                agreement = 1.0 if record else detector.agreement(codec, gray, rgb)
            if agreement < detector.THRESHOLD:
                notices.append(
                    "seems to hide no colours (or has lost them); "
                    "'invgray colorize' makes up plausible ones"
                )
            elif not record:
                notices.append(f"does not say what made it; decoded with preset '{used.name}'")
            elif record.weights != used.digest:
                notices.append(f"made with other weights than '{used.name}'; colours may be off")
        target = task.target or batch.standard_output()
        notices += images.write_color(target, rgb, picture)
        return facts, notices

    context.exit(batch.run(tasks, convert, **rest))
