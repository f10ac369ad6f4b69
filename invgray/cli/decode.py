"""``invgray decode``."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Lock

import click
import numpy as np

import invgray
from invgray import border, detector, images, presets
from invgray.cli import batch, options
from invgray.errors import ForeignWeightsError, InputError
from invgray.luminance import luminance

NAMING = batch.Naming(suffix=".color.png", dropped=batch.GRAY, formats=tuple(images.COLOR_FORMATS))


@click.command()
@options.conversion
@options.network
@options.machine
@options.tile
@click.option(
    "--rectify",
    is_flag=True,
    help="The input is a photograph or scan of a printed gray: find, straighten and even it out.",
)
@click.option(
    "--size",
    type=(click.IntRange(1), click.IntRange(1)),
    metavar="WIDTH HEIGHT",
    help="Pixels of a printed gray that has no border.",
)
@click.pass_context
def decode(context, inputs, output, recursive, preset, weights, rectify, size, **rest):
    """Gray that 'encode' made, back to colour: photo.gray.png -> photo.color.png

    \b
        invgray decode photo.gray.png                     photo.color.png beside it
        invgray decode grays/ -o colours/                 a folder and all that is in it
        cat gray.png | invgray decode - > colour.png      in a pipe
        invgray decode scan.jpg --rectify                 a photograph of a printed gray

    The gray tells which preset made it, or is recognised by its pattern; a print is taken for
    preset 'robust'. --preset and --weights overrule that.
    """
    if size and not rectify:
        raise click.UsageError("--size is for --rectify")
    tasks = batch.plan(inputs, output, NAMING, recursive)
    machine = options.taken(rest)
    load = cache(lambda which: invgray.load(which, **machine))
    chosen = load(options.chosen(preset, weights, "")) if preset or weights else None
    shipped = cache(lambda: presets.names("codec"))
    network = Lock()

    def choose(gray, record, name):
        """The codec for a gray, and what there is to say about the choice."""
        if record:
            if not chosen and record.preset not in shipped():
                raise ForeignWeightsError(
                    f"{name}: was made with preset '{record.preset}', which is not here",
                    "name its folder with --weights",
                )
            codec = chosen or load(record.preset)
            other = record.weights != codec.preset.digest
            notice = f"made with other weights than '{codec.preset.name}'; colours may be off"
            return codec, [notice] if other else []
        if chosen and not detector.leaves_pattern(chosen):
            return chosen, []
        if rectify:
            codec = chosen or load(presets.ROBUST)
            found = detector.survived_print(codec, gray)
        else:
            codecs = [chosen] if chosen else [load(name) for name in shipped()]
            recognised = detector.recognise(codecs, gray)
            codec, found = recognised or chosen or load(presets.DEFAULT), bool(recognised)
        if found:
            return codec, [f"does not say what made it; recognised as preset '{codec.preset.name}'"]
        notice = (
            "seems to hide no colours (or has lost them); "
            "'invgray colorize' makes up plausible ones"
        )
        return codec, [notice]

    def convert(task: batch.Task):
        picture = images.read(task.source or batch.standard_input())
        name = task.source or "standard input"
        picture = straighten(picture, name, size) if rectify else without_border(picture)
        gray, record, notices = picture.pixels, picture.record, picture.notices
        if gray.ndim == 3:
            raise InputError(
                f"{name}: is a colour picture",
                "decode takes the gray picture that 'invgray encode' made",
            )
        facts = {"width": gray.shape[1], "height": gray.shape[0]}
        if record and record.colorless:
            rgb = np.repeat(gray[..., None], 3, axis=-1)
        else:
            with network:
                codec, news = choose(gray, record, name)
                rgb = codec.decode(gray)
            facts["preset"] = codec.preset.name
            notices += news
        target = task.target or batch.standard_output()
        notices += images.write_color(target, rgb, picture)
        return facts, notices

    context.exit(batch.run(tasks, convert, **rest))


def without_border(picture: images.Picture) -> images.Picture:
    """The part of a gray picture within the border that it says it has."""
    around = picture.record.border if picture.record else 0
    if 2 * around >= min(picture.pixels.shape[:2]):
        return picture
    alpha = picture.alpha if picture.alpha is None else border.crop(picture.alpha, around)
    return replace(picture, pixels=border.crop(picture.pixels, around), alpha=alpha)


def straighten(
    picture: images.Picture, name: Path | str, size: tuple[int, int] | None
) -> images.Picture:
    """The gray picture on a photograph or scan of its print; nothing else of that is kept."""
    from invgray import rectification

    colored = picture.pixels.ndim == 3
    brightness = luminance(picture.pixels) if colored else picture.pixels
    shape = size and (size[1], size[0])
    gray = images.to_8_bits(rectification.rectify(brightness, str(name), shape))
    return images.Picture(gray, notices=picture.notices)
